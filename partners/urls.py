"""Addresses of partners and their people."""

from django.urls import path

from partners.views import company as views
from partners.views import documents, program, standing, tiers, work

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("add/", views.add, name="add"),
    path("tasks/<uuid:task_id>/", work.task, name="task"),
    path("tasks/<uuid:task_id>/complete/", work.complete, name="task_complete"),
    path("<uuid:partner_id>/", views.partner, name="partner"),
    path("<uuid:partner_id>/edit/", views.edit, name="edit"),
    path("<uuid:partner_id>/profile/", views.profile, name="profile"),
    path("<uuid:partner_id>/contacts/add/", views.contact_add, name="contact_add"),
    path("<uuid:partner_id>/suspend/", standing.suspend, name="suspend"),
    path("<uuid:partner_id>/lift/", standing.lift, name="lift"),
    path("<uuid:partner_id>/terminate/", standing.terminate, name="terminate"),
    path("<uuid:partner_id>/withdraw-termination/", standing.withdraw, name="withdraw_termination"),
    path("<uuid:partner_id>/reactivate/", standing.reactivate, name="reactivate"),
    path("<uuid:partner_id>/override-tier/", tiers.override, name="override_tier"),
    path("<uuid:partner_id>/end-override/", tiers.override_end, name="end_tier_override"),
    path("<uuid:partner_id>/evaluate-tier/", tiers.evaluate, name="evaluate_tier"),
    path("program/", program.overview, name="program_overview"),
    path("program/import/", program.import_file, name="program_import"),
    path("program/proposals/", tiers.proposals, name="tier_proposals"),
    path("program/proposals/confirm/", tiers.proposals_confirm, name="tier_proposals_confirm"),
    path("program/proposals/<uuid:tier_proposal_id>/confirm/", tiers.proposal_confirm, name="tier_proposal_confirm"),
    path("program/proposals/<uuid:tier_proposal_id>/decline/", tiers.proposal_decline, name="tier_proposal_decline"),
    path("program/tiers/<uuid:program_tier_id>/", program.tier_edit, name="program_tier"),
    path("program/tiers/<uuid:program_tier_id>/remove/", program.tier_remove, name="program_tier_remove"),
    path("program/<uuid:program_id>/", program.program, name="program"),
    path("program/<uuid:program_id>/copy/", program.draft, name="program_draft"),
    path("program/<uuid:program_id>/settings/", program.settings, name="program_settings"),
    path("program/<uuid:program_id>/add-tier/", program.tier_add, name="program_tier_add"),
    path("program/<uuid:program_id>/publish/", program.publish, name="program_publish"),
    path("program/<uuid:program_id>/withdraw/", program.withdraw, name="program_withdraw"),
    path("program/<uuid:program_id>/compare/", program.compare, name="program_compare"),
    path("program/<uuid:program_id>/what-if/", program.what_if, name="program_what_if"),
    path("program/<uuid:program_id>/yaml/", program.export, name="program_export"),
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
