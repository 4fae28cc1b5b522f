"""Authorities, institutes, enterprises, and the people who work in the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from labs.models import Discipline, Method
from metrology.actions.memberships import grant_membership
from metrology.actions.organizations import create_organization
from metrology.actions.people import register_person
from metrology.actors import SYSTEM, Actor
from metrology.ledger import verb
from metrology.management.demo import names
from metrology.management.demo.names import DEMO
from metrology.management.demo.scale import Calendar, Scale
from metrology.models import Membership, Organization, Person, Region, User
from metrology.roles import Role

CITY = "370900"
COUNTIES = {
    "370902": ("岱麓", "Dailu"),
    "370911": ("徂阳", "Cuyang"),
    "370921": ("洸河", "Guanghe"),
    "370923": ("清水湖", "Qingshuihu"),
    "370982": ("柴汶", "Chaiwen"),
    "370983": ("康王河", "Kangwanghe"),
}
ZONES = ("370900-hitech", "370900-taishan", "370900-culai")
SHOP = "shop"
COUNTY_TRADES = ("market", "hospital", "fuel", "taxi", "factory")
ZONE_TRADES = ("market", "fuel", "factory")
TRADES = {
    "market": ("农贸市场", "Market"),
    "hospital": ("医院", "Hospital"),
    "fuel": ("加油站", "Filling Station"),
    "taxi": ("出租汽车公司", "Taxi Company"),
    "factory": ("机械厂", "Machine Works"),
}
DESK = (("manager", Role.MANAGER), ("counter", Role.COUNTER))
BENCH = (
    ("tester", Role.STAFF),
    ("checker", Role.STAFF),
    ("approver", Role.STAFF),
)
REGISTERED = ("manager", "tester", "second", "checker", "approver")


@dataclass(frozen=True)
class Client:
    """An enterprise and the trade that decides what stands in its ledger."""

    organization: Organization
    trade: str


@dataclass
class House:
    """An institute with those who act in it, by part, and everybody else who works there."""

    institute: Organization
    actors: dict[str, Actor] = field(default_factory=dict)
    staff: list[Person] = field(default_factory=list)

    def person(self, part: str) -> Person:
        found = self.actors[part].person
        assert found is not None  # every actor of the demonstration is a person
        return found


@dataclass
class Cast:
    """Who plays in the demonstration."""

    scale: Scale
    calendar: Calendar
    authority: Organization
    city: House
    enterprise: Organization
    actors: dict[str, Actor] = field(default_factory=dict)
    counties: dict[str, House] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)

    @cached_property
    def methods(self) -> dict[str, Method]:
        return {method.code: method for method in Method.objects.all()}

    @cached_property
    def disciplines(self) -> dict[str, Discipline]:
        return {discipline.code: discipline for discipline in Discipline.objects.all()}

    @property
    def institute(self) -> Organization:
        return self.city.institute

    def house_of(self, organization: Organization) -> House:
        """The institute that serves a client: its county's own, else the city's."""
        return self.counties.get(organization.region.key, self.city)


@verb
def found_bodies(scale: Scale, calendar: Calendar) -> Cast:
    """Found every body and give each demo account its membership."""
    regions = {region.key: region for region in Region.objects.all()}
    city = regions[CITY]
    cast = Cast(
        scale=scale,
        calendar=calendar,
        authority=_body("authority", "岱宗市场监督管理局", "Daizong Market Regulation Bureau", city),
        city=House(_institute("岱宗计量检定院", "Daizong Institute of Metrology", city, "DZ")),
        enterprise=_body("enterprise", "望岳楼商贸有限公司", "Wangyuelou Trading Co., Ltd.", city, number=1),
    )
    for key, (zh, en) in COUNTIES.items():
        body = _institute(f"{zh}计量检定所", f"{en} Metrology Institute", regions[key], f"DZ{key[-2:]}")
        cast.counties[key] = House(body)
    ningyang = _body("authority", "洸河市场监督管理局", "Guanghe Market Regulation Bureau", regions["370921"])
    _found_enterprises(cast, regions)
    _account(cast, "city", "林岱", cast.authority, Role.CITY_ADMIN)
    _account(cast, "ningyang", "孟洸", ningyang, Role.COUNTY_ADMIN)
    for name, person, role in (
        ("manager", "石衡", Role.MANAGER),
        ("counter", "柳迎", Role.COUNTER),
        ("tester", "秦测", Role.STAFF),
        ("checker", "何核", Role.STAFF),
        ("approver", "方正", Role.STAFF),
    ):
        cast.city.actors[name] = _account(cast, name, person, cast.institute, role)
    _account(cast, "enterprise", "徐掌柜", cast.enterprise, Role.ENTERPRISE_ADMIN)
    _employ(cast)
    return cast


def _sites(scale: Scale) -> list[tuple[str, str]]:
    """Where the other enterprises are and what they do, as many as the scale has."""
    sites = [(key, trade) for trade in COUNTY_TRADES for key in COUNTIES]
    sites += [(key, trade) for trade in ZONE_TRADES for key in ZONES]
    return sites[: scale.enterprises - 1]


def _found_enterprises(cast: Cast, regions: dict[str, Region]) -> None:
    """Five enterprises in every county, three in every zone, as many as the scale has."""
    cast.clients.append(Client(cast.enterprise, SHOP))
    for number, (key, trade) in enumerate(_sites(cast.scale), start=2):
        place = names.PLACES[(number * 7) % len(names.PLACES)]
        zh, en = TRADES[trade]
        round_ = "" if number < 2 + len(names.PLACES) else "第二"
        made = _body(
            "enterprise",
            f"{place}{round_}{zh}",
            f"{names.LATIN[place]} {en}{' No. 2' if round_ else ''}",
            regions[key],
            number=number,
        )
        cast.clients.append(Client(made, trade))


def _employ(cast: Cast) -> None:
    """Everybody else: six people in a county institute, the rest at the city's."""
    rest = iter(names.people(cast.scale.metrologists + 40))
    for key, house in cast.counties.items():
        for part, role in (*DESK, *BENCH, ("second", Role.STAFF)):
            person = register_person(employer=house.institute, name_zh=next(rest), by=SYSTEM)
            house.actors[part] = _acting(cast, f"dz{key[-2:]}-{part}", person, house.institute, role, None)
            if part in REGISTERED:
                house.staff.append(person)
    cast.city.staff += [cast.city.person(part) for part in REGISTERED if part in cast.city.actors]
    missing = (
        cast.scale.metrologists
        - len(cast.city.staff)
        - sum(len(house.staff) for house in cast.counties.values())
    )
    cast.city.staff += [
        register_person(employer=cast.institute, name_zh=next(rest), by=SYSTEM)
        for _ in range(max(0, missing))
    ]


def _body(
    kind: str, name_zh: str, name_en: str, region: Region, code: str | None = None, number: int = 0
) -> Organization:
    division = region.key[:6]
    return create_organization(
        kind=kind,
        name_zh=name_zh + DEMO,
        name_en=f"{name_en} (demo)",
        region=region,
        code=code,
        credit_code=names.credit_code(division, number) if number else None,
        address=f"演示路 {number or 1} 号，{region.name_zh}",
        postcode="000000",
        phone="0000-0000000",
        email="demo@example.org",
        is_demo=True,
        by=SYSTEM,
    )


def _institute(name_zh: str, name_en: str, region: Region, code: str) -> Organization:
    return _body("institute", name_zh, name_en, region, code)


def _account(cast: Cast, name: str, person_name: str, organization: Organization, role: Role) -> Actor:
    person = register_person(employer=organization, name_zh=person_name, by=SYSTEM)
    cast.actors[name] = _acting(cast, name, person, organization, role, f"{name}-demo")
    return cast.actors[name]


def _acting(
    cast: Cast, name: str, person: Person, organization: Organization, role: Role, password: str | None
) -> Actor:
    """A login in a membership; without a password nobody can log in with it."""
    user = User.objects.create_user(name, password=password, person=person)
    membership: Membership = grant_membership(
        user=user, organization=organization, role=role, valid_from=cast.calendar.since, by=SYSTEM
    )
    return Actor(user=user, membership=membership)


def assemble(scale: Scale) -> Cast | None:
    """The cast of the demonstration that is in the register already; None when there is none."""
    memberships = {
        row.user.get_username(): row
        for row in Membership.objects.filter(organization__is_demo=True).select_related(
            "organization__region", "user__person"
        )
    }
    if "city" not in memberships:
        return None
    since = memberships["city"].valid_from
    cast = Cast(
        scale=scale,
        calendar=Calendar.beginning(since),
        authority=memberships["city"].organization,
        city=_house(memberships, ""),
        enterprise=memberships["enterprise"].organization,
        actors={name: Actor(user=row.user, membership=row) for name, row in memberships.items()},
    )
    cast.counties = {key: _house(memberships, f"dz{key[-2:]}-") for key in COUNTIES}
    trades = [SHOP, *(trade for _key, trade in _sites(scale))]
    enterprises = Organization.objects.filter(kind="enterprise", is_demo=True).select_related("region")
    cast.clients = [
        Client(body, trade) for body, trade in zip(enterprises.order_by("pk"), trades, strict=False)
    ]
    return cast


def _house(memberships: dict[str, Membership], prefix: str) -> House:
    parts = [part for part, _role in (*DESK, *BENCH)] + (["second"] if prefix else [])
    rows = {part: memberships[prefix + part] for part in parts}
    return House(
        rows["manager"].organization,
        {part: Actor(user=row.user, membership=row) for part, row in rows.items()},
    )
