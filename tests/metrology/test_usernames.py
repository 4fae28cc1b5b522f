"""User names and passwords: what is folded, what is refused."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from metrology import usernames
from metrology.actions.memberships import create_user
from metrology.actors import Actor
from metrology.errors import Invalid
from metrology.models import Organization, Person, User
from metrology.roles import Role
from tests import make

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("typed", "stored"), [("ｚｈａｎｇｓａｎ", "zhangsan"), (" 张三 ", "张三"), ("ﬁnn", "finn")]
)
def test_a_name_is_folded(typed: str, stored: str) -> None:
    assert usernames.folded(typed) == stored


@pytest.mark.parametrize("name", ["аdmin", "zhang san", "zhang\u200bsan", "x\0y", "", "a" * 61, "αβγ", "a/b"])
def test_a_name_of_other_letters_is_refused(name: str) -> None:
    assert usernames.fault(name)


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("zhangsan", "ZhangSan"),
        ("zhangsan", "ｚｈａｎｇｓａｎ"),
        ("lili", "1i1i"),
        ("lili", "IIII"),
        ("zhao", "zha0"),
    ],
)
@pytest.mark.django_db
def test_no_second_name_looks_like_the_first(
    institute: Organization, manager: Actor, taken: str, wanted: str
) -> None:
    given = {"password": PASSWORD, "organization": institute, "role": Role.STAFF, "by": manager}
    create_user(username=taken, **given)
    with pytest.raises(Invalid) as refused:
        create_user(username=wanted, **given)
    assert set(refused.value.fields) == {"/username"}


@pytest.mark.django_db
def test_a_name_that_only_shares_letters_is_free(institute: Organization, manager: Actor) -> None:
    for name in ("wangwu", "wangwu2", "王五"):
        create_user(username=name, password=PASSWORD, organization=institute, role=Role.STAFF, by=manager)
    assert User.objects.filter(username__in=("wangwu", "wangwu2", "王五")).count() == 3


@pytest.mark.parametrize(
    "password",
    [
        "123456",
        "1234567890",
        "a123456789",
        "aaaaaaaaaaaa",
        "qwertyuiop12",
        "zhangsan12",
        "ZhangSan-123",
        "短",
    ],
)
def test_a_password_everybody_tries_is_refused(password: str) -> None:
    user = User(username="zhangsan", person=Person(name_zh="张三", name_en="Zhang San"))
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("password", ["correct horse battery", "泰山日出东方红了一片天", "p-9xK2!mm_Qz"])
def test_a_good_password_is_taken(password: str) -> None:
    validate_password(password, User(username="zhangsan", person=Person(name_zh="张三")))


def test_a_persons_own_name_is_no_password() -> None:
    user = User(username="li.si", person=make.Person(name_zh="欧阳震华"))
    with pytest.raises(ValidationError):
        validate_password("欧阳震华2026!!", user)
