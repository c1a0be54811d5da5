"""Addresses of partners and their people."""

from django.urls import path

from partners.views import company as views
from partners.views import documents, onboarding, standing, work

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("add/", views.add, name="add"),
    path("tasks/", work.tasks, name="tasks"),
    path("tasks/add/", work.task_add, name="task_add"),
    path("tasks/<uuid:task_id>/", work.task, name="task"),
    path("tasks/<uuid:task_id>/complete/", work.complete, name="task_complete"),
    path("tasks/<uuid:task_id>/reopen/", work.reopen, name="task_reopen"),
    path("tasks/<uuid:task_id>/assign/", work.assign, name="task_assign"),
    path("tasks/<uuid:task_id>/cancel/", work.cancel, name="task_cancel"),
    path("alerts/", work.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/see/", work.alert_see, name="alert_see"),
    path("alerts/<uuid:alert_id>/dismiss/", work.alert_dismiss, name="alert_dismiss"),
    path("onboarding/", onboarding.board, name="onboarding"),
    path("onboarding/steps/", onboarding.steps, name="onboarding_steps"),
    path("onboarding/steps/add/", onboarding.step_add, name="onboarding_step_add"),
    path("onboarding/steps/<uuid:onboarding_step_id>/", onboarding.step, name="onboarding_step"),
    path("<uuid:partner_id>/start-onboarding/", onboarding.start, name="start_onboarding"),
    path("<uuid:partner_id>/", views.partner, name="partner"),
    path("<uuid:partner_id>/edit/", views.edit, name="edit"),
    path("<uuid:partner_id>/profile/", views.profile, name="profile"),
    path("<uuid:partner_id>/contacts/add/", views.contact_add, name="contact_add"),
    path("<uuid:partner_id>/suspend/", standing.suspend, name="suspend"),
    path("<uuid:partner_id>/lift/", standing.lift, name="lift"),
    path("<uuid:partner_id>/terminate/", standing.terminate, name="terminate"),
    path("<uuid:partner_id>/withdraw-termination/", standing.withdraw, name="withdraw_termination"),
    path("<uuid:partner_id>/reactivate/", standing.reactivate, name="reactivate"),
    path("contacts/<uuid:contact_id>/", views.contact, name="contact"),
    path("documents/", documents.document_list, name="documents"),
    path("<uuid:partner_id>/documents/add/", documents.document_add, name="document_add"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/add-version/", documents.version_add, name="document_version_add"),
    path("documents/<uuid:document_id>/send/", documents.send, name="document_send"),
    path("documents/<uuid:document_id>/recall/", documents.recall, name="document_recall"),
    path("documents/versions/<uuid:document_version_id>/file/", documents.file, name="document_file"),
    path("documents/versions/<uuid:document_version_id>/sign/", documents.sign, name="document_sign"),
    path("documents/versions/<uuid:document_version_id>/decline/", documents.decline, name="document_decline"),
]
