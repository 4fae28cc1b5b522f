"""The nouns of this app in the API."""

from rest_framework.viewsets import ViewSetMixin

from labs.api.equipment import EquipmentViewSet, TraceCertificateViewSet
from labs.api.methods import MethodVersionViewSet, MethodViewSet
from labs.api.people import MetrologistViewSet
from labs.api.places import AuthorisationViewSet, EnvironmentRecordViewSet, LaboratoryViewSet, RoomViewSet
from labs.api.standards import ExaminationViewSet, StandardViewSet

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("laboratories", LaboratoryViewSet, "laboratory"),
    ("rooms", RoomViewSet, "room"),
    ("environment-records", EnvironmentRecordViewSet, "environment-record"),
    ("authorisations", AuthorisationViewSet, "authorisation"),
    ("standards", StandardViewSet, "standard"),
    ("examinations", ExaminationViewSet, "examination"),
    ("equipment", EquipmentViewSet, "equipment"),
    ("trace-certificates", TraceCertificateViewSet, "trace-certificate"),
    ("methods", MethodViewSet, "method"),
    ("method-versions", MethodVersionViewSet, "method-version"),
    ("metrologists", MetrologistViewSet, "metrologist"),
]
