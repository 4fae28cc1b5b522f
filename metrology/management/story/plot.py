"""From request to certificate, act by act; each act is one or two calls that any client can make."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from metrology.management.story.client import Client, StoryError

API = "/api/v1"
SEALING_PATIENCE = 120.0
SCALE = {
    "category": "JJG 539",
    "name": "电子计价秤",
    "model": "ACS-6",
    "measuring_range": "(0.04~6) kg",
    "accuracy_class": "III",
    "purpose": "trade",
    "parameters": {
        "unit": "kg",
        "accuracy_class": "III",
        "Max": "6",
        "Min": "0.04",
        "e": "0.002",
        "d": "0.002",
    },
}
GAUGE = {
    "category": "JJG 52",
    "name": "一般压力表",
    "model": "Y-100",
    "measuring_range": "(0~1.6) MPa",
    "accuracy_class": "1.6",
    "purpose": "safety",
    "parameters": {
        "unit": "MPa",
        "accuracy_class": "1.6",
        "upper": "1.6",
        "intervals": "4",
        "division": "0.05",
    },
}


@dataclass
class Plot:
    """The cast and the stage."""

    base_url: str
    say: Callable[[str], None] = lambda line: None
    clients: dict[str, Client] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = Client(self.base_url).log_in(name, f"{name}-demo")
        return self.clients[name]

    def register(self, kind: dict[str, Any], serial: str) -> dict[str, Any]:
        """The enterprise enters an instrument into its ledger (登记造册)."""
        categories = self["enterprise"].get(f"{API}/categories/?page_size=500")["results"]
        code = next(row["code"] for row in categories if kind["category"] in row["methods"])
        instrument: dict[str, Any] = self["enterprise"].post(
            f"{API}/instruments/", {**kind, "category": code, "serial": serial}
        )
        self.say(f"enterprise 企业      registered {kind['name']} {serial}, label {instrument['label_no']}")
        return instrument

    def request(self, instrument: dict[str, Any], reason: str = "periodic") -> dict[str, Any]:
        """The enterprise files an order (委托) and submits it."""
        institutes = self["enterprise"].get(f"{API}/organizations/?kind=institute&page_size=500")["results"]
        institute = next(row for row in institutes if row["code"] == "DZ")
        order: dict[str, Any] = self["enterprise"].post(
            f"{API}/orders/",
            {"institute": institute["id"], "items": [{"instrument": instrument["id"], "reason": reason}]},
        )
        order = self["enterprise"].post(f"{API}/orders/{order['id']}/submit/")
        self.say(f"enterprise 企业      filed order {order['number']}")
        return order

    def receive(self, order: dict[str, Any]) -> str:
        """The counter accepts the order and takes the piece in; its job is born (受理 / 收样)."""
        counter = self["counter"]
        counter.post(f"{API}/orders/{order['id']}/accept/")
        received = counter.post(f"{API}/orders/{order['id']}/receive/", {"counterpart": "徐掌柜"})
        item = received["items"][0]
        self.say(f"counter    受理      accepted and received: job {item['job_number']}")
        job: str = item["job"]
        return job

    def assign(self, job: str) -> None:
        people = self["manager"].get(f"{API}/people/?page_size=500")["results"]
        tester = self["tester"].get(f"{API}/me/")["person"]
        name = next(row["name_zh"] for row in people if row["id"] == tester)
        self["manager"].post(f"{API}/jobs/{job}/assign/", {"assignee": tester})
        self.say(f"manager    分派      assigned to {name}")

    def measure(self, job: str, *, fails: bool = False) -> dict[str, Any]:
        """The tester starts, notes the climate, fills every cell of the plan and hands over (检定)."""
        tester = self["tester"]
        tester.post(f"{API}/jobs/{job}/start/")
        tester.post(f"{API}/jobs/{job}/environment/", {"temperature": "20.4", "humidity": "46"})
        cells = self.fill(job, fails=fails)
        submitted: dict[str, Any] = tester.post(f"{API}/jobs/{job}/submit/")
        verdict = submitted["results"][-1]["verdict"]
        self.say(f"tester     检定      {len(cells)} readings recorded, evaluated: {verdict}")
        return submitted

    def fill(self, job: str, *, fails: bool = False) -> list[dict[str, Any]]:
        plan = self["tester"].get(f"{API}/jobs/{job}/plan/")
        cells = readings(plan, fails=fails)
        answer = self["tester"].post(f"{API}/jobs/{job}/readings/", {"cells": cells})
        if answer["errors"]:
            raise StoryError(f"readings refused: {answer['errors'][:3]}")
        return cells

    def check(self, job: str) -> None:
        self["checker"].post(f"{API}/jobs/{job}/check/")
        self.say("checker    核验      checked")

    def approve(self, job: str) -> dict[str, Any]:
        """The approver signs through the gate, with the password once more; the worker seals (批准)."""
        gate = self["approver"].get(f"{API}/jobs/{job}/gate/")
        certificate = self["approver"].post(f"{API}/jobs/{job}/approve/", {"password": "approver-demo"})
        passed = sum(finding["passed"] for finding in gate["findings"])
        self.say(f"approver   批准      gate {passed}/{len(gate['findings'])} rules, {certificate['number']}")
        return self.wait_for(certificate["number"])

    def wait_for(self, number: str, state: str = "issued") -> dict[str, Any]:
        """Until the worker has sealed it."""
        deadline = time.monotonic() + SEALING_PATIENCE
        while time.monotonic() < deadline:
            certificate: dict[str, Any] = self["approver"].get(f"{API}/certificates/{number}/")
            if certificate["state"] == state:
                return certificate
            time.sleep(0.2)
        raise StoryError(f"{number} was not {state} within {SEALING_PATIENCE:.0f} s: does the worker run?")

    def verify(self, certificate: dict[str, Any]) -> dict[str, Any]:
        """The enterprise downloads the document, and anybody checks it without a login (扫码验证)."""
        document = self["enterprise"].download(f"{API}/certificates/{certificate['number']}/pdf/")
        if not document.startswith(b"%PDF"):
            raise StoryError("the download is not a PDF")
        public: dict[str, Any] = Client(self.base_url).get(f"/v/{certificate['code']}.json")
        self.say(f"worker     签发      {certificate['number']}.pdf sealed, {len(document) // 1024} KiB")
        self.say(f"anyone     扫码      {self.base_url}/v/{certificate['code']}  {public['status_zh']}")
        return public

    def collect(self, order: dict[str, Any]) -> None:
        self["counter"].post(f"{API}/orders/{order['id']}/collect/", {"counterpart": "徐掌柜"})
        self.say("counter    取证      collected")

    def instrument(self, instrument: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self["enterprise"].get(f"{API}/instruments/{instrument['id']}/")
        return found

    def carry(
        self, instrument: dict[str, Any], *, fails: bool = False, reason: str = "periodic"
    ) -> dict[str, Any]:
        """The whole way of one instrument, from its order to its collection."""
        order = self.request(instrument, reason)
        job = self.receive(order)
        self.assign(job)
        self.measure(job, fails=fails)
        self.check(job)
        certificate = self.approve(job)
        self.verify(certificate)
        self.collect(order)
        return certificate


def readings(plan: dict[str, Any], *, fails: bool) -> list[dict[str, Any]]:
    """A plausible reading for every cell of a plan; a failing instrument strays far at its last point."""
    d = Decimal(plan["parameters"].get("d", "0"))
    cells = []
    for test in plan["tests"]:
        for point in test["points"]:
            strays = fails and point is test["points"][-1]
            for column in point["columns"]:
                text = _value(column, point["nominal"], d, strays)
                cells += [
                    {
                        "test": test["key"],
                        "point": point["point"],
                        "column": column["key"],
                        **place,
                        "value": text,
                    }
                    for place in _places(column)
                ]
    return cells


def _value(column: dict[str, Any], nominal: str, d: Decimal, strays: bool) -> str:
    if column["kind"] == "check":
        return "pass"
    if column["key"] == "dL":
        return str(d / 2)
    if column["key"] == "I2":
        return str(Decimal(nominal) + d)
    return str(Decimal(nominal) * Decimal("1.1")) if strays else nominal


def _places(column: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"repeat": repeat, "direction": direction}
        for repeat in range(1, column["repeats"] + 1)
        for direction in column["directions"] or ["none"]
    ]


def tell(base_url: str, say: Callable[[str], None], *, mark: str) -> list[str]:
    """A scale passes; a gauge fails, is repaired and passes. Returns the numbers of the documents."""
    plot = Plot(base_url, say)
    scale = plot.register(SCALE, f"STORY-S-{mark}")
    passed = plot.carry(scale)
    say(f"instrument 器具      in use, due on {plot.instrument(scale)['due_on']}")
    gauge = plot.register(GAUGE, f"STORY-G-{mark}")
    failed = plot.carry(gauge, fails=True)
    say(f"instrument 器具      {plot.instrument(gauge)['state']} 停用")
    again = plot.carry(gauge, reason="after_repair")
    say(f"instrument 器具      {plot.instrument(gauge)['state']}, due on {plot.instrument(gauge)['due_on']}")
    return [passed["number"], failed["number"], again["number"]]
