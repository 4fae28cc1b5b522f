"""The ledgers of the enterprises: seven kinds of instruments with what their methods ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.actions.ledger import register_instrument
from instruments.models import Category, Instrument
from metrology.actors import Actor
from metrology.ledger import verb
from metrology.management.demo import names
from metrology.management.demo.bodies import Cast, Client


@dataclass(frozen=True)
class Model:
    """One model of a kind of instrument, as its plate says."""

    category: str
    name: str
    model: str
    measuring_range: str
    accuracy_class: str
    purpose: str
    places: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)


def _scale(model: str, most: str, least: str, e: str) -> Model:
    places = tuple(f"{area}区 {{n}} 号摊位" for area in ("蔬菜", "水产", "肉禽", "干货", "水果"))
    parameters = {"unit": "kg", "accuracy_class": "III", "Max": most, "Min": least, "e": e, "d": e}
    return Model("scale", "电子计价秤", model, f"({least}~{most}) kg", "III", "trade", places, parameters)


def _gauge(upper: str, division: str) -> Model:
    places = ("锅炉房 {n} 号", "空压站 {n} 号", "储气罐 {n} 号", "供氧间 {n} 号")
    parameters = {
        "unit": "MPa",
        "accuracy_class": "1.6",
        "upper": upper,
        "intervals": "4",
        "division": division,
    }
    return Model(
        "pressure-gauge", "一般压力表", "Y-100", f"(0~{upper}) MPa", "1.6", "safety", places, parameters
    )


SCALES = (
    _scale("ACS-6", "6", "0.04", "0.002"),
    _scale("ACS-15", "15", "0.1", "0.005"),
    _scale("ACS-30", "30", "0.2", "0.01"),
)
GAUGES = (_gauge("1.6", "0.05"), _gauge("1", "0.02"), _gauge("2.5", "0.05"))
DISPENSERS = (
    Model("fuel-dispenser", "燃油加油机", "JY-2", "(5~50) L/min", "0.3", "trade", ("{n} 号加油岛",)),
)
CUFFS = (
    Model("blood-pressure", "血压计", "XJ-11D", "(0~40) kPa", "", "medical", ("门诊 {n} 诊室",)),
    Model("blood-pressure", "电子血压计", "BP-8", "(0~40) kPa", "", "medical", ("病区 {n} 床",)),
)
TAXIMETERS = (Model("taximeter", "出租汽车计价器", "TJ-3", "(0~999.9) km", "", "trade", ("车队 {n} 号车",)),)
WEIGHTS = (Model("weights", "砝码", "M1", "1 mg~20 kg", "M1", "other", ("库房 {n} 号柜",)),)
METERS = (Model("water-meter", "冷水水表", "LXS-20", "Q3 = 4 m³/h", "2", "trade", ("车间 {n} 号管井",)),)

STOCK: dict[str, tuple[tuple[tuple[Model, ...], int], ...]] = {
    "shop": ((SCALES, 30), (GAUGES, 12), (METERS, 3)),
    "market": ((SCALES, 128), (WEIGHTS, 2)),
    "hospital": ((CUFFS, 30), (GAUGES, 18), (SCALES, 2)),
    "fuel": ((DISPENSERS, 38), (GAUGES, 12)),
    "taxi": ((TAXIMETERS, 30),),
    "factory": ((GAUGES, 40), (METERS, 45), (SCALES, 6), (WEIGHTS, 4)),
}
"""What stands in a ledger, by trade; a zone's market is as large as a county's."""
SMALL_STOCK: dict[str, tuple[tuple[tuple[Model, ...], int], ...]] = {
    "shop": ((SCALES, 14), (GAUGES, 4)),
    "market": ((SCALES, 12),),
}


@verb
def enter_instruments(cast: Cast) -> None:
    """Fill every ledger; the enterprise's own clerk or the counter of its institute enters it."""
    categories = {category.code: category for category in Category.objects.all()}
    stock = STOCK if cast.scale.name == "full" else SMALL_STOCK
    for client in cast.clients:
        is_own = client.organization == cast.enterprise
        by = cast.actors["enterprise"] if is_own else cast.house_of(client.organization).actors["counter"]
        for models, count in stock[client.trade]:
            _enter(cast, client, models, count, categories, by)


def _enter(
    cast: Cast,
    client: Client,
    models: tuple[Model, ...],
    count: int,
    categories: dict[str, Category],
    by: Actor,
) -> None:
    owner = client.organization
    rng = names.chance("ledger", owner.name_zh, models[0].category)
    first = rng.randrange(100, 900_000)
    for number in range(1, count + 1):
        model = models[rng.randrange(len(models))]
        maker = rng.randrange(len(names.MAKERS))
        built = cast.calendar.since.year - rng.randrange(1, 6)
        details: dict[str, Any] = {
            "category": categories[model.category],
            "name": model.name,
            "model": model.model,
            "serial": names.serial(maker, built, first + number),
            "maker": names.MAKERS[maker],
            "measuring_range": model.measuring_range,
            "accuracy_class": model.accuracy_class,
            "parameters": model.parameters,
            "purpose": model.purpose,
            "location": model.places[number % len(model.places)].format(n=number),
        }
        register_instrument(owner, by=by, **details)


def pieces(owner_id: int, category: str) -> list[Instrument]:
    """The scales or gauges of a ledger in the order in which they were entered."""
    rows = Instrument.objects.filter(owner=owner_id, category__code=category).select_related("region")
    return list(rows.order_by("pk"))
