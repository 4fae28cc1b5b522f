"""A production that has not decided on signing issues no formal document, and says which word is missing."""

from copy import deepcopy

import pytest
from django.utils.translation import override

from instruments import gate
from instruments.models import Job
from metrology import clock
from metrology.models import Organization
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture(scope="module")
def made(lasting):
    house = make.house()
    return house, make.job("checked", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def job(copies):
    return copies[1]


def findings(job, house):
    return gate.examine(job, approver=house.approver.person, approving_on=clock.today())


def closed(job, house, rule):
    """The sentence of the one rule that closes the gate."""
    failed = [one for one in findings(job, house) if not one.passed and one.blocking]
    assert {one.rule for one in failed} == {rule}, failed
    return failed[0].reason


def test_a_production_without_decisions_on_signing_issues_no_formal_document(house, job, settings):
    settings.PRODUCTION = True
    settings.SIGNING = ""
    reason = closed(job, house, "signing_decided")
    assert reason == "SIGNING is not decided."


def test_each_decision_is_asked_for_by_its_name(house, job, settings):
    settings.PRODUCTION = True
    settings.SIGNING = settings.TIMESTAMPING = settings.TREE_HEADS_PUBLISHED_TO = ""
    failed = [one for one in findings(job, house) if not one.passed]
    names = ["SIGNING", "TIMESTAMPING", "TREE_HEADS_PUBLISHED_TO"]
    assert [one.reason.split()[0] for one in failed] == names
    assert all(name in one.way_out for name, one in zip(names, failed, strict=True))


def test_a_decision_that_cannot_be_carried_out_is_not_taken_for_a_signature(house, job, settings):
    settings.PRODUCTION = True
    settings.SIGNING = "ca"
    assert "SIGNING=ca is decided, but" in closed(job, house, "signing_decided")


def test_the_word_none_is_an_answer_and_is_repeated(house, job, settings):
    settings.PRODUCTION = True
    [finding] = [one for one in findings(job, house) if one.rule == "signing_decided"]
    assert finding.passed
    assert finding.reason.endswith("SIGNING=none, TIMESTAMPING=none, TREE_HEADS_PUBLISHED_TO=none.")


def test_a_demonstration_body_and_a_calibration_wait_for_no_decision(house, job, settings):
    settings.PRODUCTION = True
    settings.SIGNING = ""
    Job.objects.update(service="calibration")
    assert all(one.passed for one in findings(job, house) if one.rule == "signing_decided")
    Job.objects.update(service="verification")
    Organization.objects.filter(pk=house.institute.pk).update(is_demo=True)
    assert all(one.passed for one in findings(job, house) if one.rule == "signing_decided")
