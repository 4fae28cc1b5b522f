"""A city around the demonstration: enterprises, ledgers, orders, jobs, certificates and readings, as rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import models
from django.db.models import Max

from certificates.models import Certificate, CertificateHead, CertificateStatus
from instruments.models import Category, Instrument, Job, OrderItem, Point, Reading, ServiceOrder
from labs.models import (
    Discipline,
    ExamCertificate,
    Method,
    MethodVersion,
    PublicLicence,
    Standard,
    StatusPeriod,
)
from metrology import clock
from metrology.management.bench.rows import day, insert, mixed, one_of, padded, run, unhindered
from metrology.management.demo import Cast
from metrology.management.demo.bodies import House
from metrology.models import Membership, Organization, User
from metrology.search import index

NAMES = (
    "电子计价秤",
    "电子台秤",
    "非自动衡器",
    "电子天平",
    "弹簧管式一般压力表",
    "精密压力表",
    "无创自动测量血压计",
    "燃油加油机",
    "出租汽车计价器",
    "工作用玻璃液体温度计",
    "游标卡尺",
    "外径千分尺",
    "三相电能表",
    "冷水水表",
    "数字式压力变送器",
    "心电图机",
)
MODELS = (
    "ACS-30",
    "TCS-150",
    "Y-100",
    "YB-150",
    "FA2004",
    "XK3190-A9",
    "DT862",
    "LXS-15E",
    "HEM-7121",
    "SK52",
)
MAKERS = ("海岱衡器有限公司", "汶水仪表厂", "徂徕电子科技有限公司", "鲁中计量设备有限公司", "牟汶医疗器械厂")
PLACES = ("岱麓", "徂阳", "洸河", "清水湖", "柴汶", "康王河", "奈河", "梳洗河", "灵岩", "肥水")
WORDS = ("惠民", "鸿运", "益康", "广源", "同心", "瑞丰", "万泰", "金穗", "祥和", "恒信", "安达")
TRADES = ("农贸市场", "连锁超市", "卫生院", "加油站", "机械厂", "供水公司", "粮油商行")
READINGS = 10
YEARS = 3 * 365


@dataclass(frozen=True)
class Size:
    """How many rows of what."""

    instruments: int
    enterprises: int
    standards: int
    jobs: int
    readings: int


SIZES = {
    "small": Size(10_000, 200, 300, 30_000, 60_000),
    "city": Size(1_000_000, 20_000, 300, 3_000_000, 30_000_000),
}


@dataclass
class City:
    """Builds the rows in the order in which they refer to each other, with keys after the demonstration's."""

    cast: Cast
    size: Size
    told: Callable[[str], None]
    base: dict[type[models.Model], int] = field(default_factory=dict)

    def build(self) -> None:
        with unhindered():
            self.found()
            self.establish()
            self.fill_ledgers()
            self.work()
            self.measure()
        self.told("search index")
        index.rebuild()
        run("ANALYZE")

    def make(self, model: type[models.Model], count: int, /, **columns: str) -> None:
        self.told(f"{count} × {model._meta.label}")
        first = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
        self.base[model] = first
        if model._meta.pk is not None and model._meta.pk.attname not in columns:
            columns[model._meta.pk.attname] = f"i + {first}"
        insert(model, count, 0xB0000000 + len(self.base), **columns)

    def found(self) -> None:
        name = " || ".join(
            (
                one_of(PLACES, mixed("i")),
                one_of(WORDS, mixed("i", 1)),
                one_of(TRADES, mixed("i", 2)),
                padded("i", 5),
            )
        )
        self.make(
            Organization,
            self.size.enterprises,
            kind="'enterprise'",
            name_zh=f"({name})",
            name_en="'Enterprise ' || i",
            region_id=self.region("i"),
        )
        self.admit()

    def admit(self) -> None:
        """Somebody in every enterprise, whom the alerts can tell."""
        now = f"'{clock.now().isoformat()}'"
        count = self.size.enterprises
        self.make(User, count, username=f"'bench' || {padded('i', 8)}", password="'!'", date_joined=now)  # noqa: S106  nobody can sign in with it
        self.make(
            Membership,
            count,
            user_id=f"i + {self.base[User]}",
            organization_id=f"i + {self.base[Organization]}",
            role="'enterprise_admin'",
            valid_from=day("0"),
        )

    def establish(self) -> None:
        count = self.size.standards
        institutes = self.institutes()
        self.make(
            Standard,
            count,
            institute_id=_pick(institutes, "i"),
            name_zh=f"{one_of(NAMES, 'i')} || '检定装置' || i",
            discipline_id=str(Discipline.objects.earliest("pk").pk),
            category="'public_statutory'",
            measuring_range="'(0~100) kg'",
            accuracy="'M1'",
        )
        standard = f"i + {self.base[Standard]}"
        dates = {"valid_from": day("0"), "valid_to": day(str(2 * YEARS))}
        for model, prefix in ((ExamCertificate, "BEX"), (PublicLicence, "BPL")):
            number = f"'{prefix}' || {padded('i', 6)}"
            self.make(model, count, standard_id=standard, number=number, issuer="'主管部门'", **dates)
        self.make(StatusPeriod, count, standard_id=standard, status="'in_use'", valid_from=day("0"))

    def fill_ledgers(self) -> None:
        categories = list(Category.objects.order_by("pk").values_list("pk", flat=True)[:16])
        serial = f"{one_of(('SN', 'A', 'HD-', 'ZX', ''), 'i')} || {padded(mixed('i'), 9)} || i"
        self.make(
            Instrument,
            self.size.instruments,
            label_no=f"'370900' || {padded('i + 500000000', 12)}",
            owner_id=self.owner("i"),
            region_id=self.region(f"i % {self.size.enterprises}"),
            category_id=_pick(categories, mixed("i")),
            name=one_of(NAMES, mixed("i")),
            model=one_of(MODELS, mixed("i", 3)),
            maker=one_of(MAKERS, mixed("i", 4)),
            serial=f"({serial})",
            asset_no=f"'ZC-' || {padded('i', 7)}",
            purpose="'trade'",
            state="'in_use'",
            is_mandatory="true",
            due_on=day(f"{3 * 365} + {mixed('i', 5)} % 730"),
            last_tested_on=day(f"{2 * 365} + {mixed('i', 5)} % 365"),
        )

    def work(self) -> None:
        jobs, now = self.size.jobs, f"'{clock.now().isoformat()}'"
        instrument = f"(i % {self.size.instruments})"
        visit = f"(i / {self.size.instruments})"
        owner = f"({instrument} % {self.size.enterprises})"
        institute = self.institute(owner)
        self.make(
            ServiceOrder,
            self.size.enterprises * max(1, -(-jobs // self.size.instruments)),
            number=f"'BWT' || {padded('i', 8)}",
            client_id=self.owner("i"),
            institute_id=self.institute(f"i % {self.size.enterprises}"),
            filed_by_id=str(self.user()),
            state="'collected'",
            filed_at=now,
        )
        shared = {"instrument_id": f"{instrument} + {self.base[Instrument]}"}
        order = f"{visit} * {self.size.enterprises} + {owner} + {self.base[ServiceOrder]}"
        self.make(OrderItem, jobs, order_id=order, state="'received'", **shared)
        tested = day(f"{visit} * 365 + {mixed('i', 6)} % 365")
        people = self.people()
        version = MethodVersion.objects.earliest("pk").pk
        self.make(
            Job,
            jobs,
            number=f"'BJL' || {padded('i', 9)}",
            item_id=f"i + {self.base[OrderItem]}",
            institute_id=institute,
            service="'verification'",
            stage="'subsequent'",
            state="'collected'",
            method_id=str(Method.objects.get(editions__versions=version).pk),
            method_version_id=str(version),
            tested_on=tested,
            received_at=now,
            **people,
            **shared,
        )
        self.issue(tested, institute, now, shared)

    def issue(self, tested: str, institute: str, now: str, shared: dict[str, str]) -> None:
        jobs, failed = self.size.jobs, "i % 50 = 49"
        until = f"CASE WHEN {failed} THEN NULL ELSE {day(f'(i / {self.size.instruments}) * 365 + 730')} END"
        client = self.owner(f"(i % {self.size.instruments})")
        self.make(
            Certificate,
            jobs,
            number=f"'BZS' || {padded('i', 9)}",
            series="'BENCH'",
            seq="i + 1",
            kind=f"CASE WHEN {failed} THEN 'rejection' ELSE 'verification' END",
            job_id=f"i + {self.base[Job]}",
            issue_no="1",
            institute_id=institute,
            client_id=client,
            approver_id=self.people()["approver_id"],
            approved_at=now,
            tested_on=tested,
            valid_until=until,
            code=f"'B' || {padded('i', 9)} || {padded(mixed('i'), 9)}",
            snapshot="'{}'",
            snapshot_sha256=f"'{'0' * 64}'",
            is_demo="true",
            **shared,
        )
        certificate = f"i + {self.base[Certificate]}"
        self.make(
            CertificateHead,
            jobs,
            certificate_id=certificate,
            state="'issued'",
            client_id=client,
            valid_until=until,
            sent_at=now,
            issued_at=now,
            **shared,
        )
        self.make(CertificateStatus, jobs, certificate_id=certificate, seq="1", state="'issued'", at=now)

    def measure(self) -> None:
        points = self.size.readings // READINGS
        if not points:
            return
        now = f"'{(clock.now() - timedelta(days=1)).isoformat()}'"
        job = f"i + {self.base[Job]}"
        self.make(
            Point,
            points,
            job_id=job,
            test="'weighing'",
            key="'p1'",
            nominal="'1000'",
            unit="'g'",
            position="1",
        )
        text = f"'1000.' || {padded(mixed('i') + ' % 100', 2)}"
        self.make(
            Reading,
            points * READINGS,
            job_id=f"i / {READINGS} + {self.base[Job]}",
            point_id=f"i / {READINGS} + {self.base[Point]}",
            column="'I'",
            repeat=f"i % {READINGS} + 1",
            revision="1",
            record_revision="1",
            text=text,
            typed=text,
            person_id=self.people()["tester_id"],
            observed_at=now,
            received_at=now,
        )

    def owner(self, number: str) -> str:
        return f"({number}) % {self.size.enterprises} + {self.base[Organization]}"

    def region(self, number: str) -> str:
        """The region of an enterprise by its number: one county after the other."""
        return _pick([house.institute.region_id for house in self.houses()], number)

    def institute(self, number: str) -> str:
        """The institute that serves an enterprise."""
        return _pick([house.institute.pk for house in self.houses()], number)

    def houses(self) -> list[House]:
        return list(self.cast.counties.values())

    def institutes(self) -> list[int]:
        return [self.cast.institute.pk, *(house.institute.pk for house in self.houses())]

    def user(self) -> int:
        actor = self.cast.city.actors["manager"]
        assert actor.user is not None
        return actor.user.pk

    def people(self) -> dict[str, str]:
        house = self.cast.city
        return {f"{part}_id": str(house.person(part).pk) for part in ("tester", "checker", "approver")}


def _pick(keys: Sequence[int], number: str) -> str:
    cases = " ".join(f"WHEN {place} THEN {key}" for place, key in enumerate(keys))
    return f"CASE ({number}) % {len(keys)} {cases} END"
