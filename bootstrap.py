#!/usr/bin/env python3
"""Set Handrail up on a machine that has only Python: `python3 bootstrap.py [runtime|dev] [system]`.

runtime   the environment in .venv with what the application needs (the default)
dev       the same with what the tests and checks need
system    the programs that only the tests need: Chromium, PostgreSQL, Redis, make

Standard library only. Packages are pinned by hash in requirements/; the machine's pip settings say where from.
"""

from __future__ import annotations

import ast
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "uv" / "bin" / "uv"
STAMP = VENV / "handrail-stamp"
OLDEST = (3, 11)
# An environment with more in it also serves the smaller purpose, so that `make demo` after `make test` removes nothing.
SERVED_BY = {"runtime": ("runtime", "dev"), "dev": ("dev",)}
# pip's own setting -> the variable by which uv learns the same
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
# program -> (where it may be found, Debian's packages for it)
PROGRAMS = {
    "Chromium": (("chromium", "chromium-browser", "google-chrome"), ("chromium", "fonts-liberation")),
    "PostgreSQL": (("/usr/lib/postgresql/*/bin/initdb", "initdb"), ("postgresql",)),
    "Redis": (("redis-server",), ("redis-server",)),
    "make": (("make",), ("make",)),
}


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def fits(python: str) -> bool:
    """Tell whether this interpreter starts and is new enough; not every shim on PATH does."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([python, "-c", test], check=False, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_python() -> str:
    """Return an interpreter that is new enough: this one, else one on PATH, else one of pyenv's."""
    if sys.version_info >= OLDEST:
        return sys.executable
    names = ["python3.13", "python3.12", "python3.11"]
    pyenv = os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))
    kept = sorted(glob.glob(f"{pyenv}/versions/3.1[1-9].*/bin/python3"), reverse=True)
    for python in [*filter(None, map(shutil.which, names)), *kept]:
        if fits(python):
            return python
    raise SetupError(
        f"Handrail needs Python 3.11 or newer; this is {sys.version.split()[0]} and no newer one was found.\n"
        "Install one (Debian: apt-get install python3), then run: python3.11 bootstrap.py"
    )


def run(command: list[str], env: dict[str, str] | None = None) -> None:
    """Run a command and stop set-up with its own words if it fails."""
    try:
        subprocess.run(command, check=True, env=env)
    except subprocess.CalledProcessError as error:
        raise SetupError(f"This step ended with {error.returncode}, see above: {' '.join(command)}") from error
    except OSError as error:
        raise SetupError(f"This step did not start: {' '.join(command)}\n{error}") from error


def read_output(command: list[str]) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def has_module(name: str) -> bool:
    return subprocess.run([sys.executable, "-m", name, "--version"], check=False, capture_output=True).returncode == 0


def find_pip() -> list[str]:
    """Return a command that is pip. Only needed once, to fetch uv; nothing is installed outside .venv."""
    if has_module("pip"):
        return [sys.executable, "-m", "pip"]
    if not has_module("ensurepip"):
        if not may_install():
            raise SetupError("This Python has neither pip nor ensurepip. Run: sudo apt-get install -y python3-venv")
        install_packages(["python3-venv"])
    run([sys.executable, "-m", "venv", str(VENV / "pip")])
    return [str(VENV / "pip" / "bin" / "python"), "-m", "pip"]


def read_pip_settings(pip: list[str]) -> dict[str, str]:
    """Return uv's variables for what this machine has set for pip: its indexes, certificate and timeout."""
    pairs = [line.split("=", 1) for line in read_output([*pip, "config", "list"]).splitlines() if "=" in line]
    settings = {key: str(ast.literal_eval(value)) for key, value in pairs}
    found = {}
    for name, variable in PIP_TO_UV.items():
        keys = [f"{section}.{name}" for section in (":env:", "install", "global")]
        value = next((settings[key] for key in keys if key in settings), None)
        if value:
            found[variable] = value
    return found


def fetch_uv() -> dict[str, str]:
    """Put the pinned uv below .venv and return the environment to run it in."""
    pip = find_pip()
    pinned = (ROOT / "requirements" / "uv.txt").read_text().split()[0]
    found = (
        subprocess.run([str(UV), "--version"], check=False, capture_output=True, text=True).stdout
        if UV.exists()
        else ""
    )
    if pinned.split("==")[1] not in found.split():
        shutil.rmtree(VENV / "uv", ignore_errors=True)
        quietly = ["-qq", "--disable-pip-version-check"]
        options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--target", str(VENV / "uv")]
        run([*pip, "install", *quietly, *options, "-r", str(ROOT / "requirements" / "uv.txt")])
    # best-match is pip's way of reading several indexes; with hashes pinned, no index can slip something else in
    standing = {"UV_PYTHON_DOWNLOADS": "never", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    return {**standing, **read_pip_settings(pip), **os.environ}


def write_stamp(level: str) -> str:
    """Return the line that stands in the stamp when .venv holds exactly this level."""
    lock = (ROOT / "requirements" / f"{level}.txt").read_bytes()
    return f"{level} {hashlib.sha256(lock).hexdigest()}"


def make_environment(level: str) -> None:
    """Bring .venv to exactly what requirements/LEVEL.txt pins. Does nothing where that is already so."""
    stamp = STAMP.read_text() if STAMP.exists() and PYTHON.exists() else ""
    if stamp in [write_stamp(other) for other in SERVED_BY[level]]:
        return
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not fits(str(PYTHON)):
        print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        # no pip inside: Debian's Python has none to give without further packages, and uv does its work
        import venv  # noqa: PLC0415  (slow to import, and only needed here)

        venv.EnvBuilder(symlinks=True, with_pip=False).create(VENV)
    print(f"Installing requirements/{level}.txt", flush=True)
    env = fetch_uv()
    lock = str(ROOT / "requirements" / f"{level}.txt")
    run([str(UV), "pip", "sync", "--quiet", "--python", str(PYTHON), "--require-hashes", lock], env=env)
    STAMP.write_text(write_stamp(level))
    print(f"Ready in {time.monotonic() - started:.1f} s: {PYTHON.relative_to(ROOT)}", flush=True)


def is_there(places: tuple[str, ...]) -> bool:
    return any(glob.glob(place) if "/" in place else shutil.which(place) for place in places)


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(packages: list[str]) -> None:
    """Install Debian packages without a question asked."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {' '.join(packages)} with apt-get", flush=True)
    run(["apt-get", "update", "-qq"], env=env)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=env)


def install_programs() -> None:
    """Install the programs that the tests need and that are missing; as anybody but root on Debian, say which."""
    missing = [name for name, (places, _) in PROGRAMS.items() if not is_there(places)]
    packages = [package for name in missing for package in PROGRAMS[name][1]]
    if not missing:
        return
    if may_install():
        install_packages(packages)
        return
    raise SetupError(
        f"The tests need {', '.join(missing)}, and only root on Debian or Ubuntu gets them by itself.\n"
        f"Run: sudo apt-get install -y {' '.join(packages)}\n"
        f"On another system install {', '.join(missing)} so that these can be found: "
        + ", ".join(" or ".join(PROGRAMS[name][0]) for name in missing)
    )


def main(wanted: list[str]) -> None:
    """Carry out what was asked, in the order asked."""
    python = find_python()
    if python != sys.executable:
        os.execv(python, [python, str(Path(__file__).resolve()), *wanted])
    for word in wanted or ["runtime"]:
        if word == "system":
            install_programs()
        elif word in SERVED_BY:
            make_environment(word)
        else:
            raise SetupError(f"Unknown word {word!r}; write runtime, dev or system")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SetupError as error:
        sys.exit(f"\n{error}")
