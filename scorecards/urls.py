"""Addresses of this app."""

from django.urls import path

from scorecards import views

app_name = "scorecards"
urlpatterns = [
    path("", views.scorecard_list, name="list"),
    path("start/<uuid:partner_id>/", views.start, name="start"),
    path("start/<uuid:partner_id>/vendor-view/", views.start_vendor_view, name="start-vendor-view"),
    path("start/<uuid:partner_id>/screening/", views.start_screening, name="start-screening"),
    path("plan/<uuid:partner_id>/", views.plan, name="plan"),
    path("<uuid:assessment_id>/", views.assessment, name="assessment"),
    path("<uuid:assessment_id>/answer/", views.answer, name="answer"),
    path("<uuid:assessment_id>/unchanged/", views.unchanged, name="unchanged"),
    path("<uuid:assessment_id>/submit/", views.submit_scorecard, name="submit"),
    path("<uuid:assessment_id>/discard/", views.discard, name="discard"),
    path("<uuid:assessment_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:assessment_id>/review/", views.review, name="review"),
    path("actions/<uuid:action_item_id>/accept/", views.accept, name="accept"),
    path("actions/<uuid:action_item_id>/drop/", views.drop, name="drop"),
    path("actions/<uuid:action_item_id>/start/", views.start_item, name="start-item"),
    path("actions/<uuid:action_item_id>/complete/", views.complete_item, name="complete-item"),
    path("actions/<uuid:action_item_id>/reopen/", views.reopen_item, name="reopen-item"),
]
