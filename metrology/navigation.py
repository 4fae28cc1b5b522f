"""What pages offer to whom: the apps hand in their part from ready(), the kernel shows it.

`entries` is the menu and `badges` what is counted beside its lines, `cards` the counts and `agendas` the
work lists of the home page, `addresses` the page of each noun, and `panels` and `deeds` the cards and
buttons that a later app adds to the page of an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metrology.actors import Actor

AUTHORITY, INSTITUTE, ENTERPRISE = "authority", "institute", "enterprise"
WORKING = frozenset({AUTHORITY, INSTITUTE})
EVERY_SIDE = frozenset({AUTHORITY, INSTITUTE, ENTERPRISE})
EVERYBODY = EVERY_SIDE | {"nowhere"}


@dataclass(frozen=True)
class Entry:
    """A menu line for those who stand on one of these sides of the counter, and maybe only some of them."""

    label: Any
    route: str
    icon: str
    position: int
    sides: frozenset[str] = EVERY_SIDE
    only: Callable[[Actor], bool] | None = None

    def is_for(self, actor: Actor) -> bool:
        return actor.side in self.sides and (self.only is None or self.only(actor))


@dataclass(frozen=True)
class Card:
    """A number on the home page and the list it was counted from; `urgent` draws the eye when not zero."""

    label: Any
    count: int
    url: str
    icon: str
    urgent: bool = False


@dataclass(frozen=True)
class Task:
    """One thing to do today: what, until when, and where it is done."""

    title: Any
    url: str
    note: Any = ""
    state: str = ""
    word: Any = ""
    day: Any = None


@dataclass(frozen=True)
class Agenda:
    """A short list of the home page: what comes first of a kind of work, and the whole list behind it."""

    heading: Any
    tasks: Sequence[Task]
    url: str
    icon: str
    empty: Any


@dataclass(frozen=True)
class Address:
    """The page of a noun: its route, the column in its address, and which rows have one at all."""

    route: str
    key: str = "public_id"
    only: Callable[[Any], bool] | None = None


CardSource = Callable[[Actor], Iterable[Card]]
PanelSource = Callable[[Any, Actor], Any]
AgendaSource = Callable[[Actor], Iterable[Agenda]]
DeedSource = Callable[[Any, Actor], Iterable[Any]]
BadgeSource = Callable[[Actor], int]

entries: list[Entry] = [
    Entry(_("Today"), "home", "home", 0, EVERYBODY),
    Entry(_("History"), "events", "history", 90),
]
cards: dict[str, tuple[int, CardSource]] = {}
agendas: dict[str, tuple[int, AgendaSource]] = {}
addresses: dict[str, Address] = {}
panels: dict[str, dict[str, PanelSource]] = {}
deeds: dict[str, dict[str, DeedSource]] = {}
badges: dict[str, BadgeSource] = {}


def offer(found: Sequence[Entry]) -> None:
    """Add menu lines, once each."""
    entries.extend(entry for entry in found if entry not in entries)
    entries.sort(key=lambda entry: entry.position)


def lines_for(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The menu of an actor, the line the reader is on marked; what waits behind a line is counted later."""
    lines: list[dict[str, Any]] = []
    for entry in entries:
        if not actor.is_stranger and entry.is_for(actor):
            url = reverse(entry.route)
            lines.append(
                {
                    "label": entry.label,
                    "url": url,
                    "icon": entry.icon,
                    "counted": entry.route if entry.route in badges else "",
                    "active": path == url if url == "/" else path.startswith(url),
                }
            )
    return lines


def badges_for(actor: Actor) -> list[tuple[str, int]]:
    """What waits behind each counted line of the menu; fetched after the page."""
    routes = {entry.route for entry in entries if entry.is_for(actor)}
    return [(route, source(actor)) for route, source in badges.items() if route in routes]


def cards_for(actor: Actor) -> list[Card]:
    """Every card of the home page: daily work first, what is looked after from month to month last."""
    ordered = sorted(cards.values(), key=lambda offered: offered[0])
    return [card for _position, source in ordered for card in source(actor)]


def agendas_for(actor: Actor) -> list[Agenda]:
    """The work lists of the home page, in their order."""
    ordered = sorted(agendas.values(), key=lambda offered: offered[0])
    return [agenda for _position, source in ordered for agenda in source(actor)]


def deeds_for(label: str, row: Any, actor: Actor) -> list[Any]:
    """The buttons other apps add to the page of this row."""
    return [deed for source in deeds.get(label, {}).values() for deed in source(row, actor)]


def address_of(row: Model) -> str:
    """The page of a row, or nothing if it has none."""
    found = addresses.get(row._meta.label_lower)
    if found is None or (found.only is not None and not found.only(row)):
        return ""
    return reverse(found.route, args=[getattr(row, found.key)])


def address(label: str, key: str) -> str:
    """The page of the noun `label` with this public id, if every row of it has one."""
    found = addresses.get(label)
    if found is None or found.only is not None or found.key != "public_id":
        return ""
    return reverse(found.route, args=[key])
