"""The API: version 1, its schema and its interactive pages."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from prm.kernel.web.access import public

router = SimpleRouter()

urlpatterns = [
    path("v1/", include((router.urls, "v1"))),
    path("schema/", public(SpectacularAPIView.as_view(authentication_classes=[])), name="schema"),
    path(
        "docs/",
        public(SpectacularSwaggerSplitView.as_view(url_name="schema", authentication_classes=[])),
        name="api-docs",
    ),
]
