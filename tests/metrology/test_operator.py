import pytest
from django.core.management import CommandError, call_command

from metrology.authentication import actor_of
from metrology.models import Organization, User
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

WHERE = ("--region", "370900", "--authority", "市局（演示）")


def test_the_first_operator_comes_in_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    make.city()
    monkeypatch.setenv("OPERATOR_PASSWORD", "correct horse battery")
    call_command("operator", "root", *WHERE)
    user = User.objects.get(username="root")
    assert user.check_password("correct horse battery")
    assert actor_of(user, None, None).role == Role.OPERATOR
    call_command("operator", "second", *WHERE)
    assert Organization.objects.count() == 1


def test_a_weak_password_and_an_unknown_region_enter_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_PASSWORD", "12345")
    with pytest.raises(CommandError, match="seed"):
        call_command("operator", "root", *WHERE)
    make.city()
    with pytest.raises(CommandError, match="password"):
        call_command("operator", "root", *WHERE)
    assert not Organization.objects.exists()
