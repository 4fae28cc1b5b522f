"""The enterprise's small ledger: scales and gauges, with what their methods ask for."""

from instruments.actions.ledger import register_instrument
from instruments.models import Category
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast

SCALE = {"unit": "kg", "accuracy_class": "III", "Max": "6", "Min": "0.04", "e": "0.002", "d": "0.002"}
GAUGE = {"unit": "MPa", "accuracy_class": "1.6", "upper": "1.6", "intervals": "4", "division": "0.05"}


@verb
def enter_instruments(cast: Cast) -> None:
    """Three price scales and three gauges of one shop, entered by its own clerk."""
    scales = Category.objects.filter(methods__code="JJG 539").order_by("pk")[0]
    gauges = Category.objects.filter(methods__code="JJG 52").order_by("pk")[0]
    clerk = cast.actors["enterprise"]
    for number in range(1, 4):
        register_instrument(
            cast.enterprise,
            by=clerk,
            category=scales,
            name="电子计价秤",
            model="ACS-6",
            serial=f"DEMO-S-{number:03d}",
            maker="演示衡器厂",
            measuring_range="(0.04~6) kg",
            accuracy_class="III",
            parameters=SCALE,
            purpose="trade",
            location=f"演示市场 {number} 号摊位",
        )
        register_instrument(
            cast.enterprise,
            by=clerk,
            category=gauges,
            name="一般压力表",
            model="Y-100",
            serial=f"DEMO-G-{number:03d}",
            maker="演示仪表厂",
            measuring_range="(0~1.6) MPa",
            accuracy_class="1.6",
            parameters=GAUGE,
            purpose="safety",
            location="演示锅炉房",
        )
