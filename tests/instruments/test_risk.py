"""What a reviewer should look at first."""

from datetime import timedelta

import pytest

from instruments.models import OutputValue
from instruments.risk import Group, is_near, weigh
from metrology import clock
from tests.certificates import scene


@pytest.fixture
def place(db):
    return scene.house()


@pytest.fixture
def quiet_job(place):
    """A gauge that reads true everywhere."""
    return scene.checked_job(place, "jjg52-2013")


@pytest.fixture
def failed_job(place):
    return scene.checked_job(place, "jjg52-2013", fails=True)


def value(reported, low="", high="", expanded=""):
    return OutputValue(reported=reported, low=low, high=high, expanded=expanded)


@pytest.mark.parametrize(
    ("reported", "low", "high", "expanded", "near"),
    [
        ("0.0", "-1.0", "1.0", "", False),
        ("0.9", "-1.0", "1.0", "", False),
        ("0.91", "-1.0", "1.0", "", True),
        ("-0.95", "-1.0", "1.0", "", True),
        ("1.0", "-1.0", "1.0", "", True),
        ("1.1", "-1.0", "1.0", "", False),  # outside: failed, not near
        ("0.6", "-1.0", "1.0", "0.5", True),
        ("0.4", "-1.0", "1.0", "0.5", False),
        ("9.5", "", "10", "", True),
        ("5", "", "10", "", False),
        ("5", "5", "", "", False),  # a minimum that is met
        ("pass", "", "", "", False),
        ("NaN", "-1", "1", "", False),
    ],
)
def test_near_is_within_u_of_a_limit_or_a_tenth_of_the_half_width(reported, low, high, expanded, near):
    assert is_near(value(reported, low, high, expanded)) is near


@pytest.mark.django_db
class TestWeigh:
    def test_a_passing_record_far_from_its_limits_is_clean(self, quiet_job):
        risk = weigh([quiet_job], clock.today())[quiet_job.pk]
        assert risk.is_clean and risk.group is Group.CLEAN and risk.verdict == "pass"

    def test_a_failed_record_comes_first_whatever_else_is_said_of_it(self, failed_job):
        failed_job.revision = 2
        risk = weigh([failed_job], clock.today())[failed_job.pk]
        assert risk.group is Group.FAILED and Group.CHANGED in risk.reasons and not risk.is_clean

    def test_a_record_changed_after_hand_over_is_not_clean(self, quiet_job):
        quiet_job.revision = 2
        assert weigh([quiet_job], clock.today())[quiet_job.pk].group is Group.CHANGED

    def test_an_overdue_record_is_named_but_stays_clean(self, quiet_job):
        quiet_job.promised_on = clock.today() - timedelta(days=1)
        risk = weigh([quiet_job], clock.today())[quiet_job.pk]
        assert risk.group is Group.OVERDUE and risk.is_clean

    def test_many_records_cost_two_queries(self, quiet_job, failed_job, django_assert_num_queries):
        with django_assert_num_queries(2):
            assert len(weigh([quiet_job, failed_job], clock.today())) == 2
