"""What the databases add up stands to the last digit."""

from decimal import Decimal

import pytest
from django.db.models import Q

from labs.models import Room
from metrology.sums import ExactSum
from tests import make


@pytest.mark.django_db
def test_a_hundred_areas_add_up_to_the_last_digit():
    laboratory = make.laboratory(make.institute())
    for area in ["94.01", "93.99", "0.10", "0.20", "0.30"] * 20:
        make.room(laboratory, area=area)
    found = Room.objects.aggregate(total=ExactSum("area_m2"), none=ExactSum("area_m2", filter=Q(name="none")))
    assert str(found["total"]) == "3772.00" and found["none"] is None
    grouped = dict(Room.objects.order_by().values_list("laboratory").annotate(ExactSum("area_m2")))
    assert grouped == {laboratory.pk: Decimal("3772.00")}
