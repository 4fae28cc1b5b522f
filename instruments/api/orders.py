"""The API's orders: an enterprise follows each piece by a word, the record stays with the institute."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from instruments.actions import drafts, orders
from instruments.actions.orders import ItemRequest, Receipt
from instruments.api.fields import SEARCH_LABEL, HandOverBody, ReasonBody, containing
from instruments.models import Instrument, OrderItem, Service, ServiceOrder, Stage
from labs.models import Method
from metrology.api import post_action
from metrology.doors import Body, Day, Filters, Noun, RegionFilter, Several, creates
from metrology.errors import Invalid
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Organization


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    id = PublicId()
    instrument = ScopedRelated(read_only=True)
    label_no = serializers.CharField(source="instrument.label_no", read_only=True)
    instrument_name = serializers.CharField(source="instrument.name", read_only=True)
    serial = serializers.CharField(source="instrument.serial", read_only=True)
    method: Any = serializers.SlugRelatedField("code", read_only=True)
    job = serializers.SerializerMethodField()
    job_number = serializers.CharField(source="job.number", read_only=True, default=None)
    job_state = serializers.CharField(source="job.state", read_only=True, default=None)
    job_state_text = serializers.CharField(source="job.get_state_display", read_only=True, default=None)

    class Meta:
        model = OrderItem
        fields = (
            "id",
            "instrument",
            "label_no",
            "instrument_name",
            "serial",
            "method",
            "service",
            "stage",
            "reason",
            "wants_verdict",
            "state",
            "notional_fee",
            "fee_waived",
            "condition",
            "accessories",
            "received_at",
            "job",
            "job_number",
            "job_state",
            "job_state_text",
        )

    def get_job(self, row: OrderItem) -> UUID | None:
        """The job, for those who may open it; the client only reads its state."""
        actor = self.context["request"].actor
        return row.job.public_id if actor.side != "enterprise" and hasattr(row, "job") else None


class OrderSerializer(serializers.ModelSerializer[ServiceOrder]):
    id = PublicId()
    client = ScopedRelated(read_only=True)
    client_name = serializers.CharField(source="client.name", read_only=True)
    institute = ScopedRelated(read_only=True)
    institute_name = serializers.CharField(source="institute.name", read_only=True)
    pieces = serializers.SerializerMethodField()

    class Meta:
        model = ServiceOrder
        fields: tuple[str, ...] = (
            "id",
            "number",
            "client",
            "client_name",
            "institute",
            "institute_name",
            "state",
            "mode",
            "contact",
            "phone",
            "address",
            "wanted_on",
            "promised_on",
            "is_urgent",
            "note",
            "decline_reason",
            "filed_at",
            "submitted_at",
            "pieces",
            "version",
        )

    def get_pieces(self, row: ServiceOrder) -> int:
        counted = getattr(row, "piece_count", None)
        return row.items.count() if counted is None else counted


class OrderDetail(OrderSerializer):
    items = serializers.SerializerMethodField()

    class Meta(OrderSerializer.Meta):
        fields = (*OrderSerializer.Meta.fields, "items")

    @extend_schema_field(OrderItemSerializer(many=True))
    def get_items(self, row: ServiceOrder) -> Any:
        rows = row.items.select_related("instrument", "method", "job").order_by("pk")
        return OrderItemSerializer(rows, many=True, context=self.context).data


class NewOrderItem(Body):
    instrument = serializers.UUIDField()
    method = StrictText(max_length=40, required=False)
    service = serializers.ChoiceField(Service.choices, required=False)
    stage = serializers.ChoiceField(Stage.choices, required=False)
    reason = serializers.ChoiceField(OrderItem.Reason.choices, required=False)
    wants_verdict = serializers.BooleanField(required=False)


class AmendBody(Body):
    """What a draft shall say: `items` replaces all of them, a wish that is not named stays."""

    items = Several(child=NewOrderItem(), min_length=1, max_length=orders.MOST_ITEMS)
    mode = serializers.ChoiceField(ServiceOrder.Mode.choices, required=False)
    contact = StrictText(max_length=60, required=False, allow_blank=True)
    phone = StrictText(max_length=40, required=False, allow_blank=True)
    address = StrictText(max_length=200, required=False, allow_blank=True)
    wanted_on = Day(required=False, allow_null=True)
    is_urgent = serializers.BooleanField(required=False)
    note = StrictText(max_length=400, required=False, allow_blank=True)


class NewOrder(AmendBody):
    """A draft with its client, who is the caller's own body unless named, and its institute."""

    client = ScopedRelated(queryset=Organization.objects.all(), required=False)
    institute = ScopedRelated(queryset=Organization.objects.all())


class AcceptBody(Body):
    promised_on = Day(required=False, allow_null=True)


class ReceivedItem(Body):
    item = serializers.UUIDField()
    condition = StrictText(max_length=200, required=False, allow_blank=True)
    accessories = StrictText(max_length=200, required=False, allow_blank=True)
    notional_fee = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0, required=False)


class ReceiveBody(Body):
    counterpart = StrictText(max_length=80, required=False, allow_blank=True)
    items = Several(child=ReceivedItem(), required=False, min_length=1, max_length=orders.MOST_ITEMS)


class ReturnItemBody(Body):
    item = ScopedRelated(queryset=OrderItem.objects.all())
    counterpart = StrictText(max_length=80)
    reason = StrictText(max_length=400)


class OrderFilters(Filters):
    client = django_filters.UUIDFilter(field_name="client__public_id")
    owner = django_filters.UUIDFilter(field_name="client__public_id")
    institute = django_filters.UUIDFilter(field_name="institute__public_id")
    region = RegionFilter(field_name="client__region")
    promised_on__gte = django_filters.DateFilter(field_name="promised_on", lookup_expr="gte")
    promised_on__lte = django_filters.DateFilter(field_name="promised_on", lookup_expr="lte")
    q = django_filters.CharFilter(method="search", max_length=80, label=SEARCH_LABEL)

    class Meta:
        model = ServiceOrder
        fields = ("state", "mode", "is_urgent")

    def search(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(containing(text, "number", "client__name_zh", "client__name_en", "contact"))


class OrderViewSet(Noun[ServiceOrder]):
    rows: Any = ServiceOrder.objects.select_related("client__region", "institute__region").annotate(
        piece_count=Count("items")
    )
    serializer_class = OrderSerializer
    detail_class = OrderDetail
    filterset_class = OrderFilters
    orders = ("-pk", "promised_on", "number")

    @creates(NewOrder, OrderDetail)
    def create(self, request: Request) -> Response:
        body = self.parsed(NewOrder)
        client = body.pop("client", None) or self.actor.organization
        if client is None:
            raise Invalid({"/client": [_("Name the client.")]})
        requests = self._requests(body.pop("items"))
        return self.answer(orders.file_order(client, requests=requests, by=self.actor, **body), status=201)

    @post_action("submit", gives=OrderDetail)
    def submit(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(orders.submit_order(self.get_object(), by=self.actor))

    @post_action("amend", takes=AmendBody, gives=OrderDetail)
    def amend(self, request: Request, **kwargs: Any) -> Response:
        """Let a draft say something else; its number and its institute stay."""
        order, body = self.get_object(), self.parsed(AmendBody)
        requests = self._requests(body.pop("items"))
        return self.answer(drafts.amend_order(order, requests=requests, by=self.actor, **body))

    @post_action("accept", takes=AcceptBody, gives=OrderDetail)
    def accept(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(orders.accept_order(self.get_object(), by=self.actor, **self.parsed(AcceptBody)))

    @post_action("decline", takes=ReasonBody, gives=OrderDetail)
    def decline(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(orders.decline_order(self.get_object(), by=self.actor, **self.parsed(ReasonBody)))

    @post_action("cancel", takes=ReasonBody, gives=OrderDetail)
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(orders.cancel_order(self.get_object(), by=self.actor, **self.parsed(ReasonBody)))

    @post_action("receive", takes=ReceiveBody, gives=OrderDetail)
    def receive(self, request: Request, **kwargs: Any) -> Response:
        """Take pieces in; without `items`, all that are still to come."""
        order, body = self.get_object(), self.parsed(ReceiveBody)
        receipts = _receipts(order, body.get("items"))
        orders.receive_items(order, receipts=receipts, counterpart=body.get("counterpart", ""), by=self.actor)
        return self.answer(order)

    @post_action("return-item", takes=ReturnItemBody, gives=OrderDetail)
    def return_item(self, request: Request, **kwargs: Any) -> Response:
        order, body = self.get_object(), self.parsed(ReturnItemBody)
        item = body.pop("item")
        if item.order_id != order.pk:
            raise Invalid({"/item": [_("It is not in this order.")]})
        orders.return_item(item, by=self.actor, **body)
        return self.answer(self.fresh(order))

    @post_action("collect", takes=HandOverBody, gives=OrderDetail)
    def collect(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(orders.collect(self.get_object(), by=self.actor, **self.parsed(HandOverBody)))

    def _requests(self, items: list[dict[str, Any]]) -> list[ItemRequest]:
        """The items with their instruments and methods, looked up together."""
        keys = {item["instrument"] for item in items}
        rows = Instrument.objects.all().visible_to(self.actor).filter(public_id__in=keys)
        instruments = {row.public_id: row for row in rows.select_related("category")}
        codes = {item["method"] for item in items if "method" in item}
        methods = {row.code: row for row in Method.objects.filter(code__in=codes)}
        faults: dict[str, list[Any]] = {}
        for position, item in enumerate(items):
            if item["instrument"] not in instruments:
                faults[f"/items/{position}/instrument"] = [_("There is no such object.")]
            if "method" in item and item["method"] not in methods:
                faults[f"/items/{position}/method"] = [_("There is no such method.")]
        if faults:
            raise Invalid(faults)
        return [
            ItemRequest(
                **{
                    **item,
                    "instrument": instruments[item["instrument"]],
                    "method": methods[item["method"]] if "method" in item else None,
                }
            )
            for item in items
        ]


def _receipts(order: ServiceOrder, items: list[dict[str, Any]] | None) -> list[Receipt]:
    held = {
        row.public_id: row
        for row in order.items.select_related("instrument__category", "method").prefetch_related(
            Prefetch("order", ServiceOrder.objects.select_related("institute"))
        )
    }
    if items is None:
        waiting = [row for row in held.values() if row.state == OrderItem.State.REQUESTED]
        return [Receipt(item=row) for row in waiting]
    faults = {
        f"/items/{position}/item": [_("It is not in this order.")]
        for position, item in enumerate(items)
        if item["item"] not in held
    }
    if faults:
        raise Invalid(faults)
    return [Receipt(**{**item, "item": held[item["item"]]}) for item in items]
