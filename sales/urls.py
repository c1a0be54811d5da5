"""Addresses of sales figures."""

from django.urls import path

from sales import views

app_name = "sales"
urlpatterns = [path("<uuid:partner_id>/", views.partner_performance, name="performance")]
