"""Addresses of partners and their people."""

from django.urls import path

from partners.views import company as views

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:partner_id>/", views.partner, name="partner"),
    path("<uuid:partner_id>/edit/", views.edit, name="edit"),
    path("<uuid:partner_id>/profile/", views.profile, name="profile"),
    path("<uuid:partner_id>/contacts/add/", views.contact_add, name="contact_add"),
    path("contacts/<uuid:contact_id>/", views.contact, name="contact"),
]
