"""Addresses of recruiting: the board, the list, the applications, the public page's settings."""

from django.urls import path

from partners.views import applications, board, recruitment

app_name = "recruitment"
urlpatterns = [
    path("", board.board, name="board"),
    path("list/", board.candidate_list, name="list"),
    path("questions/<uuid:vendor_question_id>/answer/", recruitment.answer, name="answer"),
    path("questions/<uuid:vendor_question_id>/waive/", recruitment.waive, name="waive"),
    path("applications/", applications.application_list, name="applications"),
    path("applications/<uuid:application_id>/", applications.application, name="application"),
    path("applications/<uuid:application_id>/take/", applications.take, name="take_application"),
    path("applications/<uuid:application_id>/attach/", applications.attach, name="attach_application"),
    path("applications/<uuid:application_id>/refuse/", applications.refuse, name="refuse_application"),
    path("settings/", applications.page_settings, name="settings"),
    path("settings/rules/", applications.rule_settings, name="rules"),
]
