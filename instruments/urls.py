"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.viewsets import ViewSetMixin

from instruments.api.imports import ImportViewSet
from instruments.api.jobs import JobViewSet
from instruments.api.ledger import CategoryViewSet, InstrumentViewSet
from instruments.api.orders import OrderViewSet
from instruments.views import (
    counter,
    due,
    gaps,
    jobs,
    order,
    ordering,
    orders,
    papers,
    receiving,
    worklist,
)

api_routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("categories", CategoryViewSet, "category"),
    ("instruments", InstrumentViewSet, "instrument"),
    ("instrument-imports", ImportViewSet, "import"),
    ("orders", OrderViewSet, "order"),
    ("jobs", JobViewSet, "job"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("instruments.ledger_urls")),
    path("instruments/labels/", papers.Labels.as_view(), name="labels"),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("orders/new/", ordering.NewOrder.as_view(), name="order_new"),
    path("orders/<uuid:key>/", order.OrderPage.as_view(), name="order"),
    path("orders/<uuid:key>/edit/", ordering.EditOrder.as_view(), name="order_edit"),
    path("orders/<uuid:key>/submit/", counter.Submit.as_view(), name="order_submit"),
    path("orders/<uuid:key>/cancel/", counter.Withdraw.as_view(), name="order_cancel"),
    path("orders/<uuid:key>/accept/", counter.Accept.as_view(), name="order_accept"),
    path("orders/<uuid:key>/decline/", counter.Decline.as_view(), name="order_decline"),
    path("orders/<uuid:key>/receive/", receiving.Receive.as_view(), name="order_receive"),
    path("orders/<uuid:key>/receive/code/", receiving.Hear.as_view(), name="order_hear"),
    path("orders/<uuid:key>/return/", counter.ReturnUntested.as_view(), name="order_return"),
    path("orders/<uuid:key>/collect/", counter.Collect.as_view(), name="order_collect"),
    path("orders/<uuid:key>/slip.pdf", papers.Slip.as_view(), name="order_slip"),
    path("due/", due.DueBoard.as_view(), name="due"),
    path("gaps/", gaps.GapPage.as_view(), name="gaps"),
    path("", include("instruments.bench_urls")),
    path("jobs/", worklist.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:key>/", jobs.JobPage.as_view(), name="job"),
]
