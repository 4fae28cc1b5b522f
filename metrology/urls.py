"""Every address, from the apps' own lists."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

import certificates.urls
import instruments.urls
import labs.urls
from metrology import inbox, routes, views
from metrology.accounts.language import set_language
from metrology.health import healthz, readyz
from metrology.metrics import metrics
from metrology.search.page import Search

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # two steps there too

router = SimpleRouter()
nouns = routes.api_routes + labs.urls.api_routes + instruments.urls.api_routes + certificates.urls.api_routes
for prefix, viewset, basename in nouns:
    router.register(prefix, viewset, basename)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("settings/acting/", views.act_as, name="act_as"),
    path("", include("metrology.accounts.urls")),
    path("notifications/", inbox.Notices.as_view(), name="notices"),
    path("notifications/bell/", inbox.Bell.as_view(), name="bell"),
    path("notifications/read/", inbox.ReadEvery.as_view(), name="notices_read"),
    path("notifications/<uuid:key>/", inbox.OpenNotice.as_view(), name="notice"),
    path("events/", views.Events.as_view(), name="events"),
    path("search/", Search.as_view(), name="search"),
    path("", include("metrology.cockpit.urls")),
    path("", include("labs.urls")),
    path("", include("instruments.urls")),
    path("", include("certificates.urls")),
    path("api/v1/", include([*routes.api_paths, *router.urls])),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", set_language, name="set_language"),
]

if settings.DEMO:
    urlpatterns.append(path("", include("metrology.management.demo.doors")))

handler404 = "metrology.problems.not_found"
handler500 = "metrology.problems.failed"
