"""Addresses of the cockpit."""

from django.urls import URLPattern, URLResolver, path

from metrology.cockpit import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("dashboard/", pages.Dashboard.as_view(), name="dashboard"),
    path("dashboard/<slug:region>/", pages.RegionPage.as_view(), name="dashboard_region"),
    path("expiry/", pages.ExpiryPage.as_view(), name="expiry"),
]
