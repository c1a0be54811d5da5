"""Addresses of this app."""

from django.urls import URLPattern

app_name = "qbr"
urlpatterns: list[URLPattern] = []
