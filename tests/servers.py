"""A private PostgreSQL and a private Redis for the tests, from the machine's own binaries, on ports of their own."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30.0
INSTALL = "Run: python3 bootstrap.py system (as root on Debian), or: sudo apt-get install -y {package}"


class MissingServer(Exception):
    """A server that the tests need is not on this machine; the message is the command that installs it."""


@contextmanager
def run_postgres() -> Iterator[str]:
    """Run PostgreSQL in a directory of its own; yields the URL of the server, without a database's name."""
    initdb = _find("initdb", places="/usr/lib/postgresql/*/bin/initdb", package="postgresql")
    with _own_directory("handrail-pg-") as (home, user):
        data, port = home / "data", free_port()
        create = [initdb, "-D", data, "-U", "handrail", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(create, check=True, capture_output=True, cwd=home, **user)
        # What a crash of the whole machine would lose is of no interest here; what a killed client loses is unchanged.
        settings = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off", "max_connections": 100}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        command = [Path(initdb).with_name("postgres"), "-D", data, "-k", home, *options]
        url = f"postgresql://handrail@127.0.0.1:{port}"
        with _running(command, log=home / "log", user=user, is_up=lambda: _answers_sql(url)):
            yield url


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make an empty database on a running PostgreSQL; yields its URL and drops it afterwards."""
    name = f"test_{os.urandom(6).hex()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@contextmanager
def run_redis() -> Iterator[str]:
    """Run an empty Redis that writes nothing to disk; yields its URL, without a database's number."""
    server = _find("redis-server", places="/usr/sbin/redis-server", package="redis-server")
    with _own_directory("handrail-redis-") as (home, user):
        port = free_port()
        command = [server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home]
        with _running(command, log=home / "log", user=user, is_up=lambda: _answers_ping(port)):
            yield f"redis://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port of this machine that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _find(program: str, *, places: str, package: str) -> str:
    found = shutil.which(program) or next(iter(sorted(glob.glob(places), reverse=True)), None)
    if not found:
        raise MissingServer(f"The tests need {program}, and it is not here. {INSTALL.format(package=package)}")
    return found


@contextmanager
def _own_directory(prefix: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Make a directory, and say as whom to run in it: PostgreSQL refuses to run as root."""
    home = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    user: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
        yield home, user
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running(command: list[Any], *, log: Path, user: dict[str, Any], is_up: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as output:
        words = [str(word) for word in command]
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent, **user)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{words[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(2)  # both servers end quickly and cleanly on SIGINT
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers_sql(url: str) -> bool:
    try:
        psycopg.connect(f"{url}/postgres", connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
