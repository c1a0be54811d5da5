"""Addresses of the kernel: files, long jobs, the component gallery, people and signing in."""

from django.urls import include, path

from prm.kernel.web import notices, pages, view_pages

app_name = "kernel"
urlpatterns = [
    path("files/<uuid:stored_file_id>/", pages.download, name="download"),
    path("jobs/<uuid:job_id>/", pages.job, name="job"),
    path("views/save/", view_pages.save, name="save_view"),
    path("views/<uuid:saved_view_id>/", view_pages.saved_view, name="saved_view"),
    path("views/<uuid:saved_view_id>/delete/", view_pages.delete, name="delete_view"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/read/", notices.read_all, name="read_notifications"),
    path("notifications/mail/", notices.mail_wishes, name="mail_wishes"),
    path("notifications/<uuid:notification_id>/", notices.open_notice, name="notification"),
    path("notifications/<uuid:notification_id>/read/", notices.read, name="read_notification"),
    path("gallery/", pages.gallery, name="gallery"),
    path("", include("prm.kernel.signin.urls")),
]
