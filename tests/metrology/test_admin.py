import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from metrology.admin import ReadOnlyAdmin
from metrology.models import User, WorkingDay
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def back_room(client: Client) -> Client:
    client.force_login(
        User.objects.create_superuser("root", password="a-long-password"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def test_our_nouns_are_looked_at_and_never_written(back_room: Client) -> None:
    make.standard(make.institute(), make.method())
    ours = [model._meta for model, door in admin.site._registry.items() if isinstance(door, ReadOnlyAdmin)]
    assert len(ours) > 15
    for noun in ours:
        address = f"admin:{noun.app_label}_{noun.model_name}"
        assert back_room.get(reverse(f"{address}_changelist")).status_code == 200, noun.label
        assert back_room.get(reverse(f"{address}_add")).status_code == 403, noun.label


def test_working_days_are_typed_in_there(back_room: Client) -> None:
    back_room.post(reverse("admin:metrology_workingday_add"), {"day": "2026-10-10", "is_working": "on"})
    assert WorkingDay.objects.get().is_working


def test_a_login_s_password_hash_is_not_shown(back_room: Client) -> None:
    user = User.objects.get(username="root")
    page = back_room.get(reverse("admin:metrology_user_change", args=[user.pk]))
    assert page.status_code == 200
    assert user.password not in page.content.decode()
