"""The main way of a job, and the hands it passes through."""

import pytest

from instruments.actions import jobs, review
from instruments.models import Instrument, Job
from metrology.errors import Conflict, Forbidden
from tests import make

pytestmark = pytest.mark.django_db


def test_it_goes_from_request_to_issue():
    job = make.job("issued")
    job.refresh_from_db()
    assert (job.state, job.item.state, job.item.order.state) == ("issued", "received", "completed")
    assert job.results.get().verdict == "pass"
