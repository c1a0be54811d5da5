"""The roof as a Django app: every process that runs the program knows its queue."""

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "prm"
    label = "roof"

    def ready(self) -> None:
        from prm.celery import app

        app.set_default()
