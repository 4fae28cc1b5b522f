import copy
from datetime import date

import pytest

from labs.actions.methods import confirm_version, publish_edition, publish_method, publish_version
from labs.models import Method, MethodEdition, MethodVersion
from metrology.actors import SYSTEM, Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Organization, Person
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def scales(db: None) -> Method:
    made = publish_method(code="JJG 539", kind="JJG", title_zh="数字指示秤", by=SYSTEM)
    publish_edition(made, edition="2016", valid_from=date(2016, 1, 1), by=SYSTEM)
    return made


@pytest.fixture
def version(scales: Method) -> MethodVersion:
    return publish_version(scales, document=make.document(), by=SYSTEM)


def confirmed(version: MethodVersion, institute: Organization) -> bool:
    return MethodVersion.objects.confirmed_for(institute).filter(pk=version.pk).exists()


def test_methods_are_published_for_everybody_by_few(city: Actor, manager: Actor, mallory: Actor) -> None:
    publish_method(code="JJG 1", kind="JJG", title_zh="一", by=city)
    with pytest.raises(Invalid):
        publish_method(code="JJG 1", kind="JJG", title_zh="一", by=city)
    for somebody in (manager, mallory):
        with pytest.raises(Forbidden):
            publish_method(code="JJG 2", kind="JJG", title_zh="二", by=somebody)


def test_a_new_edition_ends_the_one_before(scales: Method, city: Actor, manager: Actor) -> None:
    old = scales.editions.get()
    with pytest.raises(Forbidden):
        publish_edition(scales, edition="2027", valid_from=date(2027, 3, 1), supersedes=old, by=manager)
    new = publish_edition(scales, edition="2027", valid_from=date(2027, 3, 1), supersedes=old, by=city)
    old.refresh_from_db()
    assert (old.valid_to, old.superseded_by) == (date(2027, 2, 28), new)
    on = MethodEdition.objects.filter(method=scales).valid_on
    assert [on(date(2027, 2, 28)).get(), on(date(2027, 3, 1)).get()] == [old, new]
    with pytest.raises(Invalid) as refused:
        publish_edition(scales, edition="2028", valid_from=date(2015, 1, 1), supersedes=old, by=city)
    assert set(refused.value.fields) == {"/supersedes", "/valid_from"}


def test_a_version_keeps_the_canonical_document_and_its_digest(scales: Method, manager: Actor) -> None:
    made = publish_version(scales, document=make.document(), by=manager)
    assert (made.number, len(made.sha256), made.created_by) == (1, 64, manager.user)
    shuffled = dict(reversed(make.document().items()))
    with pytest.raises(Conflict):
        publish_version(scales, document=shuffled, by=manager)
    changed = copy.deepcopy(make.document())
    changed["period_months"] = 6
    assert publish_version(scales, document=changed, by=manager).number == 2


def test_every_error_of_a_document_has_its_place(scales: Method, manager: Actor) -> None:
    broken = make.document()
    broken["period_months"] = "twelve"
    broken["tests"][0]["points"] = "none"
    with pytest.raises(Invalid) as refused:
        publish_version(scales, document=broken, by=manager)
    assert {"/document/period_months", "/document/tests/0/points"} <= set(refused.value.fields)
    for nothing in (None, [], "x", 5, {}):
        with pytest.raises(Invalid):
            publish_version(scales, document=nothing, by=manager)


def test_a_document_belongs_to_its_method_and_edition(scales: Method, manager: Actor) -> None:
    other = make.method("JJG 52")
    with pytest.raises(Invalid) as refused:
        publish_version(other, document=make.document(), by=manager)
    assert set(refused.value.fields) == {"/document/code", "/document/edition"}


def test_staff_and_enterprises_publish_no_version(scales: Method, tester: Actor, clerk: Actor) -> None:
    for somebody in (tester, clerk):
        with pytest.raises(Forbidden):
            publish_version(scales, document=make.document(), by=somebody)


def test_two_people_of_the_house_confirm(
    version: MethodVersion, institute: Organization, manager: Actor, tester: Actor
) -> None:
    assert not confirmed(version, institute)
    confirm_version(version, institute=institute, by=manager)
    assert not confirmed(version, institute)
    with pytest.raises(Conflict):
        confirm_version(version, institute=institute, by=manager)
    confirm_version(version, institute=institute, by=tester)
    assert confirmed(version, institute)
    assert not confirmed(version, make.institute())


def test_one_person_with_two_logins_is_one_person(
    version: MethodVersion, institute: Organization, manager: Actor
) -> None:
    again = make.actor(Role.STAFF, institute, who=manager.person)
    confirm_version(version, institute=institute, by=manager)
    with pytest.raises(Conflict):
        confirm_version(version, institute=institute, by=again)


def test_a_later_no_of_either_or_of_a_third_withdraws(
    version: MethodVersion, institute: Organization, manager: Actor, tester: Actor, checker: Actor
) -> None:
    for somebody in (manager, tester):
        confirm_version(version, institute=institute, by=somebody)
    with pytest.raises(Invalid):
        confirm_version(version, institute=institute, agrees=False, by=tester)
    confirm_version(version, institute=institute, agrees=False, note="表 2 有误", by=tester)
    assert not confirmed(version, institute)
    confirm_version(version, institute=institute, note="已更正", by=tester)
    assert confirmed(version, institute)
    confirm_version(version, institute=institute, agrees=False, note="仍有误", by=checker)
    assert not confirmed(version, institute)
    Person.objects.filter(pk=checker.person.pk).update(left_on=date(2026, 1, 1))
    assert confirmed(version, institute)


def test_nobody_confirms_for_another_house(
    version: MethodVersion, institute: Organization, city: Actor, clerk: Actor, counter: Actor
) -> None:
    rival = make.actor(Role.MANAGER, make.institute())
    for somebody in (rival, city, clerk, counter):
        with pytest.raises(Forbidden):
            confirm_version(version, institute=institute, by=somebody)
    borrowed = make.actor(Role.STAFF, institute, who=make.person(make.institute()))
    with pytest.raises(Invalid):
        confirm_version(version, institute=institute, by=borrowed)
