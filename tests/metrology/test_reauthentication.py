"""Whoever signs proves once more who it is: a password, or a code of the second step."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache

from metrology import limits
from metrology.errors import Forbidden, TooMany
from metrology.reauthentication import confirm_identity, has_second_step
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


@pytest.fixture
def user():
    return make.user()


def code_now(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def test_the_password_is_enough(user):
    confirm_identity(user, password="a-long-password")


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"password": "guess"}, {"code": "123456"}])
def test_anything_else_is_refused(user, given):
    with pytest.raises(Forbidden) as refused:
        confirm_identity(user, **given)
    assert refused.value.code == "wrong_password"


def test_a_code_counts_once_and_only_with_a_second_step(user):
    with pytest.raises(Forbidden):
        confirm_identity(user, code=code_now())
    TOTP.activate(user, SECRET)
    assert has_second_step(user)
    code = code_now()
    confirm_identity(user, code=code)
    with pytest.raises(Forbidden):
        confirm_identity(user, code=code)


def test_the_key_lies_encrypted_in_the_database(user):
    TOTP.activate(user, SECRET)
    assert SECRET not in str(Authenticator.objects.get(user=user).data)


def test_five_wrong_tries_shut_the_door_even_for_the_right_one(user):
    for _ in range(limits.MOST_WRONG_PASSWORDS):
        with pytest.raises(Forbidden):
            confirm_identity(user, password="guess")
    with pytest.raises(TooMany) as refused:
        confirm_identity(user, password="a-long-password")
    assert refused.value.wait > 0


def test_a_right_one_in_between_begins_the_count_anew(user):
    for _ in range(3):
        for _ in range(limits.MOST_WRONG_PASSWORDS - 1):
            with pytest.raises(Forbidden):
                confirm_identity(user, password="guess")
        confirm_identity(user, password="a-long-password")
