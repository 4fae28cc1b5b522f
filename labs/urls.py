"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver, path

from labs.api.routes import api_routes
from labs.views import equipment, institutes, methods, people, standards

__all__ = ["api_routes", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("standards/", standards.StandardList.as_view(), name="standards"),
    path("standards/<uuid:key>/", standards.StandardPage.as_view(), name="standard"),
    path("labs/", institutes.InstituteList.as_view(), name="labs"),
    path("labs/<uuid:key>/", institutes.InstitutePage.as_view(), name="lab"),
    path("equipment/", equipment.EquipmentList.as_view(), name="equipment_list"),
    path("equipment/<uuid:key>/", equipment.EquipmentPage.as_view(), name="equipment"),
    path("people/", people.MetrologistList.as_view(), name="people"),
    path("people/<uuid:key>/", people.MetrologistPage.as_view(), name="metrologist"),
    path("methods/", methods.MethodList.as_view(), name="methods"),
    path("methods/<uuid:key>/", methods.MethodPage.as_view(), name="method"),
    path("methods/versions/<uuid:key>/", methods.MethodVersionPage.as_view(), name="method_version"),
]
