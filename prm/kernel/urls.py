"""Addresses of the kernel: files, long jobs, the component gallery, settings, people and signing in."""

from django.urls import include, path

from prm.kernel.web import import_pages, notices, pages, team_pages, vendor, view_pages

app_name = "kernel"
urlpatterns = [
    path("files/<uuid:stored_file_id>/", pages.download, name="download"),
    path("jobs/<uuid:job_id>/", pages.job, name="job"),
    path("views/save/", view_pages.save, name="save_view"),
    path("views/<uuid:saved_view_id>/", view_pages.saved_view, name="saved_view"),
    path("views/<uuid:saved_view_id>/delete/", view_pages.delete, name="delete_view"),
    path("imports/", import_pages.import_list, name="imports"),
    path("imports/upload/", import_pages.upload, name="import_new"),
    path("imports/batches/<uuid:import_batch_id>/", import_pages.batch, name="import_batch"),
    path("imports/batches/<uuid:import_batch_id>/undo/", import_pages.undo, name="import_undo"),
    path("imports/<uuid:import_upload_id>/", import_pages.import_upload, name="import_upload"),
    path("imports/<uuid:import_upload_id>/apply/", import_pages.apply, name="import_apply"),
    path("imports/<uuid:import_upload_id>/keep/", import_pages.keep, name="import_keep"),
    path("imports/<uuid:import_upload_id>/profile/", import_pages.profile, name="import_profile"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/read/", notices.read_all, name="read_notifications"),
    path("notifications/mail/", notices.mail_wishes, name="mail_wishes"),
    path("notifications/<uuid:notification_id>/", notices.open_notice, name="notification"),
    path("notifications/<uuid:notification_id>/read/", notices.read, name="read_notification"),
    path("teams/", team_pages.teams, name="teams"),
    path("teams/add/", team_pages.team_add, name="team_add"),
    path("teams/<uuid:team_id>/", team_pages.team, name="team"),
    path("teams/of/<uuid:membership_id>/", team_pages.team_of, name="team_of"),
    path("gallery/", pages.gallery, name="gallery"),
    path("branding/<slug:slug>/<slug:digest>.png", vendor.logo, name="logo"),
    path("settings/", vendor.settings_page, name="settings"),
    path("settings/look/", vendor.look, name="change_look"),
    path("settings/logo/", vendor.new_logo, name="change_logo"),
    path("settings/logo/remove/", vendor.no_logo, name="remove_logo"),
    path("settings/words/", vendor.words, name="change_words"),
    path("settings/calendar/", vendor.calendar, name="change_calendar"),
    path("settings/fiscal-year/", vendor.fiscal_year, name="plan_fiscal_year"),
    path("settings/domains/", vendor.domain_add, name="claim_domain"),
    path("settings/domains/<uuid:tenant_domain_id>/prove/", vendor.domain_prove, name="prove_domain"),
    path("settings/domains/<uuid:tenant_domain_id>/main/", vendor.domain_main, name="choose_main_domain"),
    path("settings/domains/<uuid:tenant_domain_id>/drop/", vendor.domain_drop, name="drop_domain"),
    path("", include("prm.kernel.signin.urls")),
]
