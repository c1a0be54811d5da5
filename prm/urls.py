"""Every address of the product. The same names with and without a tenant's prefix."""

from django.urls import include, path

from prm.kernel.web import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("prm.kernel.urls")),
    path("partners/", include("partners.urls")),
    path("recruiting/", include("partners.urls_recruitment")),
    path("locator/", include("partners.urls_locator")),
    path("become-a-partner/", include("partners.urls_public")),
    path("get-in-touch/", include("dealreg.urls_public")),
    path("performance/", include("sales.urls")),
    path("scorecards/", include("scorecards.urls")),
    path("deals/", include("dealreg.urls")),
    path("reviews/", include("qbr.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("prm.api_urls")),
]
handler404 = "prm.kernel.web.pages.handle_not_found"
handler500 = "prm.kernel.web.pages.handle_error"
