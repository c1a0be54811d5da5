"""Addresses of the kernel: files, long jobs, the component gallery, people and signing in."""

from django.urls import include, path

from prm.kernel.web import pages

app_name = "kernel"
urlpatterns = [
    path("files/<uuid:stored_file_id>/", pages.download, name="download"),
    path("jobs/<uuid:job_id>/", pages.job, name="job"),
    path("gallery/", pages.gallery, name="gallery"),
    path("", include("prm.kernel.signin.urls")),
]
