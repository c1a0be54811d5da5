"""Addresses that everybody may open at a vendor that shows public pages."""

from django.urls import path

from partners.views import become as views

app_name = "become"
urlpatterns = [
    path("", views.page, name="page"),
    path("sent/", views.sent, name="sent"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("status/<str:token>/", views.status, name="status"),
    path("status/<str:token>/ask/", views.ask, name="ask"),
    path("status/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("status/<str:token>/accept/", views.accept, name="accept"),
]
