"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from instruments.api.jobs import JobViewSet
from instruments.api.ledger import CategoryViewSet, InstrumentViewSet
from instruments.api.orders import OrderViewSet
from instruments.views import gaps, jobs, ledger, orders

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("categories", CategoryViewSet, "category"),
    ("instruments", InstrumentViewSet, "instrument"),
    ("orders", OrderViewSet, "order"),
    ("jobs", JobViewSet, "job"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("instruments/", ledger.InstrumentList.as_view(), name="instruments"),
    path("instruments/<uuid:key>/", ledger.InstrumentPage.as_view(), name="instrument"),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("orders/<uuid:key>/", orders.OrderPage.as_view(), name="order"),
    path("gaps/", gaps.GapPage.as_view(), name="gaps"),
    path("jobs/", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:key>/", jobs.JobPage.as_view(), name="job"),
]
