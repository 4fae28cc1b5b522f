"""The plan's targets."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from metrology.actors import Actor
from metrology.errors import Forbidden
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Organization, Region, Target, TargetRegion
from metrology.roles import Role
from metrology.rows import make_once


@verb
def set_target(
    *,
    indicator: str,
    level: str,
    year: int,
    value: Decimal,
    aggregation: str,
    regions: Iterable[Region],
    since: date,
    by: Actor,
    responsible: Organization | None = None,
    source: str = "",
) -> Target:
    """Say what the plan asks of an indicator, and over which regions it is reckoned."""
    counted = list(regions)
    _require_planner(by, counted)
    faults = Faults()
    faults.unless(bool(counted), "/regions", _("Name at least one region."))
    for place, region in enumerate(counted):
        faults.unless(region not in counted[:place], f"/regions/{place}", _("This is already recorded."))
    faults.unless(value > 0, "/value", _("A target is greater than zero."))
    faults.stop()
    target = make_once(
        Target,
        "/indicator",
        indicator=indicator,
        level=level,
        year=year,
        value=value,
        aggregation=aggregation,
        responsible=responsible,
        source=source,
    )
    TargetRegion.objects.bulk_create(
        TargetRegion(target=target, region=region, valid_from=since) for region in counted
    )
    record(
        "target.set",
        target,
        by=by,
        organization=by.organization,
        indicator=indicator,
        level=level,
        year=year,
        value=value,
        regions=[region.key for region in counted],
    )
    return target


def _require_planner(by: Actor, regions: list[Region]) -> None:
    own = all(region.path.startswith(by.region_path) for region in regions)
    if not by.allowed(Role.OPERATOR) and not (by.allowed(Role.CITY_ADMIN) and own):
        raise Forbidden(_("Only the city's administrator or the operator may do this."))
