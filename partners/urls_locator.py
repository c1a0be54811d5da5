"""Addresses of the public locator."""

from django.urls import path

from partners.views import locate as views

app_name = "locator"
urlpatterns = [
    path("", views.search, name="search"),
    path("sent/", views.sent, name="sent"),
    path("<uuid:locator_entry_id>/", views.entry, name="entry"),
]
