"""Every address, from the apps' own lists."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

import certificates.urls
import instruments.urls
import labs.urls
from metrology import routes, views
from metrology.metrics import metrics
from metrology.health import healthz, readyz

router = SimpleRouter()
nouns = routes.api_routes + labs.urls.api_routes + instruments.urls.api_routes + certificates.urls.api_routes
for prefix, viewset, basename in nouns:
    router.register(prefix, viewset, basename)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("settings/acting/", views.act_as, name="act_as"),
    path("events/", views.Events.as_view(), name="events"),
    path("", include("labs.urls")),
    path("", include("instruments.urls")),
    path("", include("certificates.urls")),
    path("api/v1/", include([*routes.api_paths, *router.urls])),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler404 = "metrology.problems.not_found"
handler500 = "metrology.problems.failed"
