"""Addresses of business reviews."""

from django.urls import path

from qbr import views

app_name = "qbr"
urlpatterns = [
    path("", views.review_list, name="list"),
    path("open/", views.open_, name="open"),
    path("partners/", views.partner_options, name="partner_options"),
    path("start/<uuid:partner_id>/", views.start, name="start"),
    path("<uuid:review_id>/", views.review, name="review"),
    path("<uuid:review_id>/edit/", views.edit, name="edit"),
    path("<uuid:review_id>/make/", views.make, name="make"),
    path("decks/<uuid:deck_id>/progress/", views.progress, name="progress"),
    path("decks/<uuid:deck_id>/share/", views.share, name="share"),
    path("decks/<uuid:deck_id>/<str:kind>/", views.download, name="download"),
]
