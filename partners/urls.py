"""Addresses of partners and their people."""

from django.urls import path

from partners.views import announcements, bulk, documents, segments, standing, work
from partners.views import company as views

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("add/", views.add, name="add"),
    path("tasks/<uuid:task_id>/", work.task, name="task"),
    path("tasks/<uuid:task_id>/complete/", work.complete, name="task_complete"),
    path("announcements/", announcements.announcement_list, name="announcements"),
    path("announcements/add/", announcements.announcement_add, name="announcement_add"),
    path("announcements/<uuid:announcement_id>/", announcements.announcement, name="announcement"),
    path("announcements/<uuid:announcement_id>/edit/", announcements.announcement_edit, name="announcement_edit"),
    path(
        "announcements/<uuid:announcement_id>/publish/", announcements.announcement_publish, name="announcement_publish"
    ),
    path(
        "announcements/<uuid:announcement_id>/withdraw/",
        announcements.announcement_withdraw,
        name="announcement_withdraw",
    ),
    path("news/<uuid:announcement_delivery_id>/seen/", announcements.announcement_seen, name="announcement_seen"),
    path(
        "news/<uuid:announcement_delivery_id>/dismiss/", announcements.announcement_dismiss, name="announcement_dismiss"
    ),
    path("news/<uuid:announcement_delivery_id>/follow/", announcements.announcement_follow, name="announcement_follow"),
    path("bulk/", bulk.bulk_new, name="bulk_new"),
    path("bulk/<uuid:bulk_edit_id>/", bulk.bulk_edit, name="bulk_edit"),
    path("bulk/<uuid:bulk_edit_id>/run/", bulk.bulk_run, name="bulk_run"),
    path("segments/", segments.segment_list, name="segments"),
    path("segments/add/", segments.segment_add, name="segment_add"),
    path("segments/<uuid:segment_id>/", segments.segment, name="segment"),
    path("segments/<uuid:segment_id>/edit/", segments.segment_edit, name="segment_edit"),
    path("segments/<uuid:segment_id>/recompute/", segments.segment_recompute, name="segment_recompute"),
    path("segments/<uuid:segment_id>/delete/", segments.segment_delete, name="segment_delete"),
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
