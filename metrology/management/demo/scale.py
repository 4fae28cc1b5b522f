"""How large the demonstration is: the full one for people, a small one for the suites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from metrology import clock

HISTORY = timedelta(days=1130)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Scale:
    """Every figure that the demonstration promises."""

    name: str
    weeks: int
    city_standards: int
    newer_standards: int
    county_standards: dict[str, int]
    city_area: int
    county_areas: dict[str, int]
    metrologists: int
    enterprises: int
    instruments: int
    certificates: int
    overdue: int
    campaign_stalls: int


FULL = Scale(
    name="full",
    weeks=157,
    city_standards=148,
    newer_standards=30,
    county_standards={
        "370982": 31,
        "370983": 27,
        "370921": 26,
        "370923": 25,
        "370911": 19,
        "370902": 17,
    },
    city_area=9400,
    county_areas={
        "370982": 780,
        "370983": 640,
        "370921": 560,
        "370923": 520,
        "370911": 410,
        "370902": 320,
    },
    metrologists=60,
    enterprises=40,
    instruments=3000,
    certificates=400,
    overdue=12,
    campaign_stalls=12,
)
SMALL = Scale(
    name="small",
    weeks=157,
    city_standards=4,
    newer_standards=1,
    county_standards=dict.fromkeys(FULL.county_standards, 2),
    city_area=400,
    county_areas=dict.fromkeys(FULL.county_areas, 320),
    metrologists=40,
    enterprises=2,
    instruments=30,
    certificates=3,
    overdue=0,
    campaign_stalls=2,
)
SCALES = {scale.name: scale for scale in (FULL, SMALL)}


@dataclass(frozen=True)
class Calendar:
    """The days of the demonstration, counted back from the day it was built."""

    today: date

    @classmethod
    def beginning(cls, since: date) -> Calendar:
        return cls(since + HISTORY)

    @property
    def since(self) -> date:
        """The day on which the register of the demonstration begins."""
        return self.today - HISTORY

    @property
    def until(self) -> date:
        """The last day of papers that hold for five years from the beginning."""
        return self.since + timedelta(days=5 * 365)

    def monday(self, week: int, weeks: int) -> date:
        """The Monday of a week of the history, whose last week has ended a few days ago."""
        last = self.today - timedelta(days=8)
        last -= timedelta(days=last.weekday())
        return last - (weeks - 1 - week) * WEEK


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of a day."""
    return datetime.combine(day, time(hour), clock.LOCAL) + timedelta(minutes=minute)
