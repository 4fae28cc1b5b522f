"""A house for the walk over the pages: every page has something to show, in the state it is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from certificates.models import Certificate
from instruments.actions import orders, records, review
from instruments.models import Job, ServiceOrder
from metrology.actions.invitations import invite
from metrology.actors import Actor
from metrology.roles import Role
from tests import make, world
from tests.certificates.scene import SCALE
from tests.metrology.test_reauthentication import SECRET
from tests.world import World


@dataclass
class Stage:
    """The world of the isolation tests, and beside it a bench whose work stands at every step."""

    world: World
    bench: make.House
    orders: dict[str, ServiceOrder]
    jobs: dict[str, Job]
    token: str
    twofold: Actor

    def actor(self, role: str) -> Actor:
        """Somebody of the world, or as `bench.tester` somebody of the bench."""
        if role.startswith("bench."):
            found: Actor = getattr(self.bench, role.removeprefix("bench."))
            return found
        return self.twofold if role == "twofold" else self.world.cast[role]

    @property
    def certificate(self) -> Certificate:
        found = self.world.rows["certificates.Certificate"]
        assert isinstance(found, Certificate)
        return found


def build() -> Stage:
    built = world.build()
    bench = make.house("jjg539-2016", parameters=SCALE)
    placed = {state: make.order(state, at=bench) for state in ("draft", "submitted", "accepted")}
    placed["partly"] = partly_received(bench)
    stand = ("received", "assigned", "measuring", "submitted", "checked", "issued")
    found = {state: make.job(state, at=bench) for state in stand}
    cells = make.cells(found["measuring"])
    cells[3]["value"] = "400"
    records.commit_readings(found["measuring"], by=bench.tester, cells=cells[:-2])
    found["returned"] = make.job("submitted", at=bench)
    review.return_(found["returned"], by=bench.checker, text="再读一次", cell="weighing/40/I/1/up/as_found")
    placed["done"] = found["issued"].item.order
    _invitation, token = invite(
        organization=bench.institute, role=Role.STAFF, name="王小明", by=bench.manager
    )
    return Stage(built, bench, placed, found, token, with_a_second_step(bench))


def with_a_second_step(bench: make.House) -> Actor:
    someone = make.actor(Role.STAFF, bench.institute)
    TOTP.activate(someone.user, SECRET)
    RecoveryCodes.activate(someone.user)
    return someone


def partly_received(bench: make.House) -> ServiceOrder:
    """An order of two pieces, one of them in the house and not handed out."""
    pieces = [
        make.instrument(bench.client, category=bench.category, parameters=bench.parameters) for _ in range(2)
    ]
    made = make.order("accepted", at=bench, pieces=pieces)
    first: Any = made.items.order_by("pk").first()
    orders.receive_items(made, receipts=[orders.Receipt(item=first)], counterpart="王建国", by=bench.counter)
    return made
