"""What one is told, read by oneself alone."""

from datetime import timedelta

import pytest

from metrology import clock
from metrology.alerts import scan
from metrology.models import Notice
from metrology.roles import Role
from tests import make
from tests.pages import enter, is_absent, reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    owner = make.enterprise()
    actor = make.actor(Role.ENTERPRISE_ADMIN, owner)
    make.instrument(owner, name="压力表", due_on=clock.today() + timedelta(days=5))
    make.instrument(owner, name="电子秤", due_on=clock.today() - timedelta(days=5))
    scan()
    return actor


def test_the_list_says_what_to_look_after(client, clerk, django_assert_max_num_queries):
    page = reads(client, clerk, "/notifications/")
    assert "压力表" in page and "电子秤" in page
    with django_assert_max_num_queries(10):
        client.get("/notifications/?unread=yes")


def test_the_bell_counts_what_is_unread(client, clerk):
    enter(client, clerk)
    assert ">2<" in client.get("/notifications/bell/").content.decode()
    client.post("/notifications/read/")
    assert "bell-count" not in client.get("/notifications/bell/").content.decode()


def test_following_a_notice_reads_it(client, clerk):
    notice = Notice.objects.order_by("pk").first()
    enter(client, clerk)
    assert client.get(f"/notifications/{notice.public_id}/").url == notice.path
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_anybody_elses_notice_does_not_exist(client, clerk):
    notice = Notice.objects.first()
    stranger = make.actor(Role.ENTERPRISE_ADMIN, make.enterprise())
    assert is_absent(client, stranger, f"/notifications/{notice.public_id}/")
    client.post("/notifications/read/")
    assert not Notice.objects.filter(read_at__isnull=False).exists()
