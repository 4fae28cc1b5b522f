"""A bare Python gets everything it needs, or one line that says what to type."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

from metrology import bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with two short locks and no environment."""
    for name in bootstrap.LOCKS:
        (tmp_path / name).write_text("django==0.0.1 --hash=sha256:0\ncelery==0.0.1\npytest==0.0.1\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.delenv(bootstrap.HANDED_OVER, raising=False)
    return tmp_path


@pytest.fixture
def steps(monkeypatch):
    """What the bootstrap would do, noted and not done."""
    done = []
    monkeypatch.setattr(bootstrap, "ensure_libraries", lambda: done.append("libraries"))
    monkeypatch.setattr(bootstrap, "ensure_venv", lambda: done.append("environment"))
    monkeypatch.setattr(bootstrap, "install", lambda lock: done.append(lock.name))
    monkeypatch.setattr(bootstrap, "hand_to_venv", lambda argv: done.append("hand over"))
    return done


def make_venv(folder):
    python = bootstrap.venv_python()
    python.parent.mkdir(parents=True)
    python.write_text("")


def stamp(name):
    bootstrap.stamp_of(bootstrap.ROOT / name).write_text(bootstrap.digest(bootstrap.ROOT / name))


def test_it_sets_up_a_fresh_clone(project, steps):
    bootstrap.set_up("serve", [])
    assert steps == ["libraries", "environment", "requirements.txt", "hand over"]


def test_it_takes_the_developers_lock_for_the_tests(project, steps):
    bootstrap.set_up("test", [])
    assert "requirements-dev.txt" in steps


def test_it_starts_at_once_the_second_time(project, steps):
    make_venv(project)
    stamp("requirements.txt")
    bootstrap.set_up("migrate", [])
    assert steps == ["hand over"]


def test_it_installs_again_when_the_lock_has_changed(project, steps):
    make_venv(project)
    stamp("requirements.txt")
    (project / "requirements.txt").write_text("django==0.0.2\ncelery==0.0.1\n")
    bootstrap.set_up("migrate", [])
    assert steps == ["environment", "requirements.txt", "hand over"]


def test_it_installs_inside_the_environment_too(project, steps, monkeypatch):
    monkeypatch.setattr(bootstrap, "inside_venv", lambda: True)
    bootstrap.set_up("migrate", [])
    assert steps == ["requirements.txt"]


def test_it_leaves_a_complete_interpreter_alone(steps):
    """A container has the packages without .venv."""
    assert bootstrap.holds(ROOT / "requirements-dev.txt")


def test_it_does_not_hand_over_for_ever(project, steps, monkeypatch):
    monkeypatch.setenv(bootstrap.HANDED_OVER, "1")
    with pytest.raises(bootstrap.SetUpError, match="delete that folder"):
        bootstrap.set_up("serve", [])


def test_it_says_when_the_folder_cannot_be_written(project, monkeypatch):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: False)
    with pytest.raises(bootstrap.SetUpError, match="cannot be written"):
        bootstrap.ensure_venv()


def test_it_tells_an_ordinary_user_what_to_type(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "loadable", lambda name: "pango-1.0" not in name)
    with pytest.raises(bootstrap.SetUpError, match="sudo apt-get install libpango"):
        bootstrap.ensure_libraries()


def test_it_lets_root_install_with_apt(monkeypatch):
    calls = []

    def run(command, **options):
        calls.append(command)
        return types.SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "loadable", lambda name: False)
    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    bootstrap.ensure_libraries()
    assert [call[1] for call in calls] == ["update", "install"]
    assert set(bootstrap.SHARED_OBJECTS.values()) <= set(calls[1])


def test_it_names_the_other_systems_command(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name == "dnf")
    with pytest.raises(bootstrap.SetUpError, match="dnf install pango"):
        bootstrap.install_system(["libpango-1.0-0"], "Pango is missing")


def test_it_shows_pips_last_words_when_packages_fail(project, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "venv_python", lambda: Path(sys.executable))
    (project / "requirements.txt").write_text("==nonsense==\n")
    with pytest.raises(bootstrap.SetUpError, match="PIP_INDEX_URL"):
        bootstrap.install(project / "requirements.txt")
    assert "Invalid requirement" in capsys.readouterr().out
    assert not bootstrap.stamped(project / "requirements.txt")


def test_it_tells_an_old_python_in_one_line():
    source = (ROOT / "manage.py").read_text(encoding="utf-8")
    pretend = f"import sys; sys.version_info = (3, 9, 2); exec(compile({source!r}, 'manage.py', 'exec'))"
    answer = subprocess.run(
        [sys.executable, "-c", pretend], capture_output=True, text=True, cwd=ROOT, check=False, timeout=30
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "Python 3.11 or newer" in answer.stderr and "3.9" in answer.stderr
