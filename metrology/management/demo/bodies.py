"""Authorities, institutes, an enterprise, and the people who have accounts in the demonstration."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from metrology import clock
from metrology.actions.memberships import grant_membership
from metrology.actions.organizations import create_organization
from metrology.actions.people import register_person
from metrology.actors import SYSTEM, Actor
from metrology.ledger import verb
from metrology.models import Membership, Organization, Person, Region, User
from metrology.roles import Role

DEMO = "（演示）"
COUNTIES = {
    "370902": ("岱麓", "Dailu"),
    "370911": ("徂阳", "Cuyang"),
    "370921": ("洸河", "Guanghe"),
    "370923": ("清水湖", "Qingshuihu"),
    "370982": ("柴汶", "Chaiwen"),
    "370983": ("康王河", "Kangwanghe"),
}


@dataclass
class Cast:
    """Who plays in the demonstration."""

    authority: Organization
    institute: Organization
    enterprise: Organization
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    counties: dict[str, Organization] = field(default_factory=dict)

    @property
    def since(self) -> date:
        """The day from which the demonstration's papers hold."""
        return clock.today() - timedelta(days=500)

    @property
    def until(self) -> date:
        return clock.today() + timedelta(days=1300)


@verb
def found_bodies() -> Cast:
    """Found every body and give each demo account its membership."""
    city = Region.objects.get(key="370900")
    cast = Cast(
        authority=_body("authority", "岱宗市场监督管理局", "Daizong Market Regulation Bureau", city),
        institute=_institute("岱宗计量检定院", "Daizong Institute of Metrology", city, "DZ"),
        enterprise=_body("enterprise", "望岳楼商贸有限公司", "Wangyuelou Trading Co., Ltd.", city),
    )
    for key, (zh, en) in COUNTIES.items():
        region = Region.objects.get(key=key)
        cast.counties[key] = _institute(
            f"{zh}计量检定所", f"{en} Metrology Institute", region, f"DZ{key[-2:]}"
        )
    ningyang = _body(
        "authority",
        "洸河市场监督管理局",
        "Guanghe Market Regulation Bureau",
        Region.objects.get(key="370921"),
    )
    _account(cast, "city", "林岱", cast.authority, Role.CITY_ADMIN)
    _account(cast, "ningyang", "孟洸", ningyang, Role.COUNTY_ADMIN)
    _account(cast, "manager", "石衡", cast.institute, Role.MANAGER)
    _account(cast, "counter", "柳迎", cast.institute, Role.COUNTER)
    _account(cast, "tester", "秦测", cast.institute, Role.STAFF)
    _account(cast, "checker", "何核", cast.institute, Role.STAFF)
    _account(cast, "approver", "方正", cast.institute, Role.STAFF)
    _account(cast, "enterprise", "徐掌柜", cast.enterprise, Role.ENTERPRISE_ADMIN)
    return cast


def _body(kind: str, name_zh: str, name_en: str, region: Region, code: str | None = None) -> Organization:
    return create_organization(
        kind=kind,
        name_zh=name_zh + DEMO,
        name_en=f"{name_en} (demo)",
        region=region,
        code=code,
        address=f"演示路 1 号，{region.name_zh}",
        postcode="000000",
        phone="0000-0000000",
        email="demo@example.org",
        is_demo=True,
        by=SYSTEM,
    )


def _institute(name_zh: str, name_en: str, region: Region, code: str) -> Organization:
    return _body("institute", name_zh, name_en, region, code)


def _account(cast: Cast, name: str, person_name: str, organization: Organization, role: Role) -> None:
    person = register_person(employer=organization, name_zh=person_name, by=SYSTEM)
    user = User.objects.create_user(name, password=f"{name}-demo", person=person)
    membership: Membership = grant_membership(
        user=user, organization=organization, role=role, valid_from=cast.since, by=SYSTEM
    )
    cast.people[name] = person
    cast.actors[name] = Actor(user=user, membership=membership)
