"""Addresses of the public form for leads."""

from django.urls import path

from dealreg.views import ask

app_name = "ask"
urlpatterns = [
    path("", ask.page, name="page"),
    path("sent/", ask.sent, name="sent"),
]
