"""The technician's bench: start, write, look over, hand over; who may, what it costs, what is never lost."""

from copy import deepcopy

import pytest
from django.urls import reverse

from tests import make
from tests.pages import reads


@pytest.fixture(scope="module")
def made(lasting):
    house = make.house(
        "jjg539-2016",
        parameters={"unit": "g", "accuracy_class": "III", "Max": "6000", "Min": "40", "e": "2", "d": "2"},
    )
    return house, make.job("assigned", at=house), make.job("measuring", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def waiting(copies):
    return copies[1]


@pytest.fixture
def job(copies):
    return copies[2]


def path(name, job):
    return reverse(name, args=[job.public_id])


PAGES = ("job_start", "job_record", "job_hand_over")


def test_the_tester_reads_the_grid_of_the_method(client, house, job, django_assert_max_num_queries):
    page = reads(client, house.tester, path("job_record", job))
    assert 'id="weighing/3000/I/1/up/as_found"' in page and 'inputmode="decimal"' in page
    with django_assert_max_num_queries(10):
        client.get(path("job_record", job))
