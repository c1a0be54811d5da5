"""The API: version 1, its schema and its interactive pages."""

from importlib import import_module

from django.conf import settings
from django.urls import include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from prm.kernel.signin.api import InvitationsViewSet, MembersViewSet
from prm.kernel.web import schema  # noqa: F401 - tells the schema how to sign in
from prm.kernel.web.access import public
from prm.kernel.web.import_api import ImportBatchesViewSet, ImportUploadsViewSet
from prm.kernel.web.team_api import TeamsViewSet
from prm.kernel.web.vendor_api import DomainsViewSet, SettingsViewSet
from prm.kernel.web.view_api import SavedViewsViewSet
from prm.kernel.web.webhook_api import WebhookMessagesViewSet, WebhooksViewSet

router = SimpleRouter()
for _app in settings.APPS:
    if module_has_submodule(import_module(_app), "api"):
        import_module(f"{_app}.api").register(router)

router.register("members", MembersViewSet, basename="members")
router.register("teams", TeamsViewSet, basename="teams")
router.register("invitations", InvitationsViewSet, basename="invitations")
router.register("settings", SettingsViewSet, basename="settings")
router.register("views", SavedViewsViewSet, basename="views")
router.register("imports", ImportBatchesViewSet, basename="imports")
router.register("import-files", ImportUploadsViewSet, basename="import-files")
router.register("domains", DomainsViewSet, basename="domains")
router.register("webhooks", WebhooksViewSet, basename="webhooks")
router.register("webhook-messages", WebhookMessagesViewSet, basename="webhook-messages")

urlpatterns = [
    path("v1/", include((router.urls, "v1"))),
    path("schema/", public(SpectacularAPIView.as_view(authentication_classes=[])), name="schema"),
    path(
        "docs/",
        public(
            SpectacularSwaggerSplitView.as_view(
                url_name="schema", authentication_classes=[], template_name="kernel/api_docs.html"
            )
        ),
        name="api-docs",
    ),
]
