"""What backup and restore refuse, in one sentence each; the drill in tests/faults plays the whole."""

import json
import os
import subprocess
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from metrology import clock
from metrology.management.backup import databases, files, manifest, restore, take
from metrology.management.backup.heads import Heads
from metrology.management.backup.manifest import Manifest, Part
from metrology.models import Heartbeat

VENDOR = databases.connection.vendor


@pytest.fixture(autouse=True)
def _places(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "files"


def made(folder, *, vendor=VENDOR, migrations=None, parts=()):
    """A backup as `take` writes it, around a database that nobody reads."""
    folder.mkdir(parents=True)
    (folder / "database.x").write_bytes(b"rows")
    (folder / "files").mkdir()
    (folder / "files" / "a.pdf").write_bytes(b"paper")
    found = {name: take.part(folder / name) for name in ("database.x", "files/a.pdf")}
    heads = Heads(migrations or {}, {}, [], {})
    listed = Manifest(clock.now(), "0.1.0", vendor, "database.x", heads, found | dict(parts))
    listed.write(folder)
    return folder


def refusal(folder, **options):
    with pytest.raises(CommandError) as trouble:
        call_command("restore", str(folder), **options)
    return str(trouble.value)


def test_a_whole_backup_can_be_checked_without_touching_anything(tmp_path, capsys):
    call_command("restore", str(made(tmp_path / "b")), check=True)
    assert capsys.readouterr().out.startswith("Whole: ")


@pytest.mark.parametrize("part", ["database.x", "files/a.pdf"])
def test_it_names_every_part_that_was_altered_or_is_missing(tmp_path, part):
    folder = made(tmp_path / "b")
    (folder / part).write_bytes(b"other")
    assert f"{part} was altered" in refusal(folder)
    (folder / part).unlink()
    assert f"{part} is missing" in refusal(folder)
    (folder / part).symlink_to("/etc/hostname")
    assert f"{part} is missing" in refusal(folder)


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "files/../../x", "files\\..\\x", ""])
def test_it_writes_nowhere_outside(tmp_path, name):
    folder = made(tmp_path / "b", parts={name: Part("0" * 64, 1)})
    assert "do not belong" in refusal(folder)


def test_it_refuses_what_is_no_backup(tmp_path):
    assert "no finished backup" in refusal(tmp_path)
    folder = made(tmp_path / "b")
    text = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(text | {"format": 2}))
    assert "format 2" in refusal(folder)
    (folder / "manifest.json").write_text("[1]")
    assert "cannot be read" in refusal(folder)


def test_it_refuses_the_other_kind_of_database(tmp_path):
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[VENDOR]
    assert "DATABASE_URL" in refusal(made(tmp_path / "b", vendor=other))


def test_it_refuses_a_backup_of_a_newer_version(tmp_path):
    folder = made(tmp_path / "b", migrations={"metrology": "9999_later"})
    assert "metrology 9999_later" in refusal(folder)


@pytest.mark.django_db
def test_it_refuses_a_register_that_is_not_empty(tmp_path, institute):
    assert "--replace" in refusal(made(tmp_path / "b"))


@pytest.mark.django_db
def test_files_alone_are_not_empty_either(tmp_path, settings):
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "a.pdf").write_bytes(b"1")
    assert "--replace" in refusal(made(tmp_path / "b"))


@pytest.mark.django_db
def test_it_refuses_while_a_worker_works_even_when_told(tmp_path):
    Heartbeat.objects.create(name="worker", at=clock.now() - timedelta(seconds=20))
    assert "stop web, worker and beat" in refusal(made(tmp_path / "b"), replace=True)


def test_it_says_which_program_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump is not on PATH: install"):
        databases.found("pg_dump")


def test_a_password_is_not_among_the_arguments(monkeypatch):
    place = {"NAME": "n", "USER": "u", "HOST": "h", "PORT": "5", "PASSWORD": "hunter2", "OPTIONS": {}}
    seen = {}

    def run(command, env, **options):
        seen.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 1, "", "pg_dump: error: no such host\nmore")

    monkeypatch.setattr(databases.subprocess, "run", run)
    with pytest.raises(CommandError, match=r"pg_dump failed: pg_dump: error: no such host$"):
        databases.run(["/usr/bin/pg_dump"], place)
    assert "hunter2" not in str(seen["command"])
    assert seen["env"]["PGPASSWORD"] == "hunter2"


def test_it_keeps_the_newest_and_clears_what_was_abandoned(tmp_path):
    names = [f"liangzhun-2026010{day}T000000Z" for day in (1, 2, 3)]
    for name in names:
        made(tmp_path / name)
    old, fresh = tmp_path / ".liangzhun-1.9.tmp", tmp_path / ".liangzhun-2.9.tmp"
    for leftover in (old, fresh):
        leftover.mkdir()
    os.utime(old, (0, 0))
    (tmp_path / "other").mkdir()
    assert take.prune(tmp_path, 2) == names[:1]
    assert sorted(path.name for path in tmp_path.glob("[!.]*")) == [*names[1:], "other"]
    assert fresh.exists() and not old.exists()


def test_keeping_none_is_refused(tmp_path):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("backup", to=tmp_path, keep=0)


def test_it_shares_only_what_is_unchanged(tmp_path, settings):
    settings.MEDIA_ROOT.mkdir()
    for name in ("same.pdf", "other.pdf", "half.tmp"):
        (settings.MEDIA_ROOT / name).write_bytes(b"1")
    first, second = made(tmp_path / "b1"), tmp_path / "b2"
    parts: dict[str, Part] = {}
    take.gather(first, None, parts)
    (first / "manifest.json").unlink()
    Manifest(
        clock.now(), "1", VENDOR, "database.x", Heads({}, {}, [], {}), parts | {"database.x": Part("", 0)}
    ).write(first)
    (settings.MEDIA_ROOT / "other.pdf").write_bytes(b"22")
    again: dict[str, Part] = {}
    second.mkdir()
    assert take.gather(second, first, again) == 1
    assert sorted(again) == ["files/other.pdf", "files/same.pdf"]
    assert again["files/same.pdf"] == parts["files/same.pdf"]
    assert again["files/other.pdf"].sha256 == files.digest(second / "files" / "other.pdf")


def test_the_files_that_were_there_are_kept_aside(tmp_path, settings):
    folder = made(tmp_path / "b")
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "old.pdf").write_bytes(b"old")
    draft = restore.copied(folder, manifest.read(folder))
    restore.swap(draft, settings.MEDIA_ROOT, "20260101T000000Z")
    assert (settings.MEDIA_ROOT / "a.pdf").read_bytes() == b"paper"
    assert (tmp_path / "files.before-20260101T000000Z" / "old.pdf").read_bytes() == b"old"
