"""The kernel as a Django app: wires the stamping of fences and the discovery of what the apps lend."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "prm.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        from prm.kernel import grants  # noqa: F401 - who may look after people, keys and settings
        from prm.kernel.signin import sessions  # noqa: F401 - what ends a person's other sessions
        from prm.kernel.tenancy import registry, stamping

        # This app is installed last, so its signal comes after every other app's tables exist.
        post_migrate.connect(stamping.stamp_after_migrate, sender=self)
        checks.register(registry.check_models)
        autodiscover_modules("policies")
        autodiscover_modules("tasks")
        autodiscover_modules("hooks")
        autodiscover_modules("importers")
