"""From a bare Python to a running command: virtual environment, locked packages, system libraries.

Standard library only: nothing else is there yet when this runs.
"""

import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"requirements.txt": ("django", "celery"), "requirements-dev.txt": ("django", "celery", "pytest")}
SHARED_OBJECTS = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
HANDED_OVER = "LIANGZHUN_SET_UP"


class SetUpError(Exception):
    """What is missing and what to type, in one line."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(argv: Sequence[str]) -> None:
    """Set up, then let Django run the command; every expected trouble is one line and exit code 1."""
    command = argv[1] if len(argv) > 1 else ""
    try:
        set_up(command, argv)
        settings = "tests.settings" if command == "test" else "metrology.settings"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
        hand_to_django(argv)
    except SetUpError as trouble:
        sys.exit(f"Liangzhun cannot start: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)


def hand_to_django(argv: Sequence[str]) -> None:
    improperly_configured = import_module("django.core.exceptions").ImproperlyConfigured
    try:
        import_module("django.core.management").execute_from_command_line(list(argv))
    except improperly_configured as trouble:
        raise SetUpError(str(trouble)) from None


def set_up(command: str, argv: Sequence[str]) -> None:
    """Make this interpreter, or the one in .venv, hold exactly what the lock file names."""
    lock = ROOT / ("requirements-dev.txt" if command == "test" else "requirements.txt")
    if command in {"serve", "test"}:
        ensure_libraries()
    if inside_venv():
        if not (stamped(lock) and holds(lock)):
            install(lock)
        return
    if holds(lock):
        return
    if os.environ.get(HANDED_OVER):
        raise SetUpError(f"{VENV} does not work: delete that folder and repeat.")
    if not (stamped(lock) and venv_python().exists()):
        ensure_venv()
        install(lock)
    hand_to_venv(argv)


def inside_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def holds(lock: Path) -> bool:
    """Whether this interpreter (a container, a developer's own environment) has the locked packages."""
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
    try:
        return all(metadata.version(name) == pins[name] for name in LOCKS[lock.name])
    except metadata.PackageNotFoundError:
        return False


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_of(lock: Path) -> Path:
    return VENV / f".{lock.name}.sha256"


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def stamped(lock: Path) -> bool:
    try:
        return stamp_of(lock).read_text(encoding="ascii") == digest(lock)
    except OSError:
        return False


def ensure_venv() -> None:
    """A usable .venv of this Python version; a broken or half-made one is made anew."""
    if venv_works():
        return
    if not os.access(ROOT, os.W_OK):
        raise SetUpError(f"the folder {ROOT} cannot be written: copy it to a folder of your own and repeat.")
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        install_system([package], f"Python's own module 'venv' is missing ({package})")
    say("Making a Python environment in .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode or not venv_works():
        reason = (made.stdout + made.stderr).strip().splitlines()[-1:] or ["no reason given"]
        raise SetUpError(f"no Python environment could be made in {VENV}: {reason[0]}")


def venv_works() -> bool:
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return not subprocess.run([venv_python(), "-c", probe], capture_output=True, check=False).returncode
    except OSError:
        return False


def install(lock: Path) -> None:
    """Install the lock with pip, which honours every mirror the user has configured, and remember it."""
    pins = len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Installing up to {pins} locked packages from {lock.name}; this is needed only once …")
    command = [str(venv_python()), "-m", "pip", "install", "--require-hashes", "-r", str(lock)]
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    ) as pip:
        lines, collected = [""], 0
        for line in pip.stdout or ():
            lines.append(line.strip())
            collected += line.startswith("Collecting ")
            if line.startswith("Collecting ") and collected % 10 == 0:
                say(f"  {collected} packages found")
            if line.startswith("Installing collected"):
                say("  all found; unpacking")
    if pip.returncode:
        for line in lines[-6:]:
            say(f"  {line}")
        raise SetUpError(
            "the packages could not be installed (see above). Behind a slow or closed network, name your"
            " mirror with PIP_INDEX_URL=<address> before the same command, and repeat."
        )
    for name in LOCKS if lock.name == "requirements-dev.txt" else (lock.name,):
        stamp_of(ROOT / name).write_text(digest(ROOT / name), encoding="ascii")


def hand_to_venv(argv: Sequence[str]) -> None:
    os.environ[HANDED_OVER] = "1"
    command = [str(venv_python()), str(ROOT / "manage.py"), *argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(command[0], command)


def ensure_libraries() -> None:
    """WeasyPrint draws with the system's Pango; without it no certificate can be rendered."""
    if sys.platform != "linux":
        return
    missing = [package for name, package in SHARED_OBJECTS.items() if not loadable(name)]
    if missing:
        install_system(missing, "the text libraries for PDF (Pango) are missing")


def loadable(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_system(packages: Sequence[str], trouble: str) -> None:
    """Let apt install as root on Debian and Ubuntu; otherwise say exactly what to type."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise SetUpError(f"{trouble}: install what your system calls {names} ({hint()}) and repeat.")
    if os.geteuid() != 0:
        raise SetUpError(f"{trouble}: type 'sudo apt-get install {names}' and repeat.")
    say(f"Installing system packages: {names} …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages])
    for step in steps:
        done = subprocess.run(["apt-get", *step], env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SetUpError(f"{trouble}, and apt-get could not install {names}: {reason[0]}")


def hint() -> str:
    for tool, line in (
        ("dnf", "dnf install pango"),
        ("zypper", "zypper install libpango-1_0-0"),
        ("apk", "apk add pango"),
        ("pacman", "pacman -S pango"),
    ):
        if shutil.which(tool):
            return line
    return "the package is often named 'pango'"
