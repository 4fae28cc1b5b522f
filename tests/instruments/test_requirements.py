"""Which kinds a level must cover: who says so, once, and what ships."""

import pytest
from django.core.management import call_command

from instruments.actions.requirements import require_category
from instruments.models import Requirement
from metrology.errors import Forbidden, Invalid
from metrology.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def test_the_city_says_it_once_and_names_who_asks(city):
    made = require_category(level="county", category=make.category(), by=city, source="规划")
    event = Event.objects.get(verb="requirement.set")
    assert event.subject_id == str(made.public_id) and "规划" in event.facts
    with pytest.raises(Invalid):
        require_category(level="county", category=make.category(), by=city)


def test_a_level_that_is_none_is_refused(city):
    with pytest.raises(Invalid):
        require_category(level="village", category=make.category(), by=city)


def test_nobody_else_says_it(manager, clerk):
    for actor in (manager, clerk):
        with pytest.raises(Forbidden):
            require_category(level="county", category=make.category(), by=actor)


def test_the_seed_requires_kinds_of_every_county_and_leaves_what_was_said():
    call_command("seed")
    assert set(Requirement.objects.values_list("level", flat=True)) == {"district", "county", "county_city"}
    count = Requirement.objects.count()
    Requirement.objects.filter(level="district").delete()
    call_command("seed")
    assert Requirement.objects.count() == count * 2 // 3
