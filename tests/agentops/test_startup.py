"""What keeps a process from starting: real programs, refused in one line for each fault with exit code 2."""

import fcntl
import os
import re
import runpy
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from agentops.startup import find_wrong_clock
from tests.programs import PYTHON, ROOT, Program, clean_environment, manage

PROGRAMS = {
    "serve": ["manage.py", "serve", "--port", "0"],
    "worker": ["-m", "celery", "-A", "agentops.celery", "worker", "-P", "threads", "-c", "1"],
    "beat": ["-m", "celery", "-A", "agentops.celery", "beat"],
    "web": ["-m", "uvicorn", "agentops.asgi:application", "--port", "0"],
}
SECRET = "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ"
PRODUCTION = {
    "HANDRAIL_PRODUCTION": "yes",
    "HANDRAIL_SECRET_KEY": SECRET,
    "HANDRAIL_HOSTS": "desk.clinic.example",
    "HANDRAIL_REDIS": "redis://127.0.0.1:1",
    "HANDRAIL_DATABASE": "postgresql://handrail@127.0.0.1:1/handrail",
}

every_program = pytest.mark.parametrize("program", PROGRAMS)


def refused(program: str, env: dict[str, str]) -> list[str]:
    """Run a program that must not start; the lines it gives as its reasons."""
    done = subprocess.run(
        [PYTHON, *PROGRAMS[program]], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2, f"ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if not line.startswith(("INFO: ", "{"))]


def only(lines: list[str]) -> str:
    """The one line there is."""
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("startup") / "handrail.sqlite3"
    done = manage("migrate", env=clean_environment(HANDRAIL_DATABASE=f"sqlite:///{path}"))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def data(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "handrail.sqlite3"))


@pytest.fixture
def env(data: Path) -> dict[str, str]:
    """All in one process, on data of its own."""
    return clean_environment(HANDRAIL_DATABASE=f"sqlite:///{data}", HANDRAIL_LOG_LEVEL="WARNING")


@pytest.fixture
def tampered(env: dict[str, str], tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """The settings with further lines at their end, as somebody might write them."""

    def tamper(lines: str) -> dict[str, str]:
        (tmp_path / "tampered.py").write_text(f"from agentops.settings import *\n{lines}\n")
        return {**env, "DJANGO_SETTINGS_MODULE": "tampered", "PYTHONPATH": str(tmp_path)}

    return tamper


def lack_a_migration(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("DELETE FROM django_migrations WHERE app = 'agentops' AND name NOT LIKE '0001%'")
    database.commit()
    database.close()


@every_program
def test_missing_migrations_and_a_broker_in_memory_keep_every_program_from_starting_with_one_line_each(
    env: dict[str, str], data: Path, program: str
) -> None:
    """Doorbells and hints in memory are right where one process is all there is, and wrong in one of several."""
    lack_a_migration(data)
    lines = refused(program, env)
    if program != "serve":
        alone = lines.pop(0)
        assert "HANDRAIL_REDIS is not set" in alone and "redis://127.0.0.1:6379" in alone
    assert re.fullmatch(r"The database is \d+ migrations behind\. Run: manage\.py migrate", only(lines))


@every_program
def test_settings_that_are_weak_in_production_keep_every_program_from_starting_with_one_line_each(program: str) -> None:
    weak = {"HANDRAIL_PRODUCTION": "yes", "HANDRAIL_DEBUG": "yes", "HANDRAIL_HOSTS": "*"}
    lines = refused(program, clean_environment(**weak))
    assert [line.split(" is ")[0] for line in lines] == [
        "HANDRAIL_DEBUG",
        "HANDRAIL_SECRET_KEY",
        "HANDRAIL_HOSTS",
        "HANDRAIL_REDIS",
    ]


def test_every_wrong_pragma_is_read_from_the_live_connection(tampered: Callable[[str], dict[str, str]]) -> None:
    lines = refused(
        "serve",
        tampered(
            'options = DATABASES["default"]["OPTIONS"]\n'
            'for pragma in ("journal_mode=DELETE", "synchronous=NORMAL", "foreign_keys=OFF"):\n'
            '    options["init_command"] += f";PRAGMA {pragma}"\n'
            'options["timeout"] = 1\n'
            'del options["transaction_mode"]'
        ),
    )
    found = ["journal_mode=delete", "synchronous=1", "foreign_keys=0", "busy_timeout=1000"]
    assert [line.split(":")[0] for line in lines[:4]] == [f"SQLite runs with {pragma}" for pragma in found]
    assert '"transaction_mode": "IMMEDIATE"' in lines[4] and all("agentops/settings.py" in line for line in lines)


# --- settings, read as a process reads them when it starts


@pytest.fixture
def read_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """The lines with which the settings end a process that has these variables; none where they let it go on."""

    def read(**variables: str) -> list[str]:
        for name in [name for name in os.environ if name.startswith(("HANDRAIL_", "ANTHROPIC_"))]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        try:
            runpy.run_path(str(ROOT / "agentops" / "settings.py"))
        except SystemExit as end:
            assert end.code == 2
        return capsys.readouterr().err.splitlines()

    return read


def test_strong_settings_let_production_go_on(read_settings: Callable[..., list[str]]) -> None:
    assert read_settings(**PRODUCTION) == []


def test_a_short_key_of_the_record_is_refused(read_settings: Callable[..., list[str]]) -> None:
    line = only(read_settings(**{**PRODUCTION, "HANDRAIL_AUDIT_KEY": "tooshort"}))
    assert line.startswith("HANDRAIL_AUDIT_KEY is short")
    assert read_settings(**{**PRODUCTION, "HANDRAIL_AUDIT_KEY": SECRET, "HANDRAIL_AUDIT_OLD_KEYS": "one,two"}) == []


@pytest.mark.parametrize("key", ["", "tooshort", "x" * 64, "django-insecure-" + SECRET])
def test_a_missing_short_or_default_secret_is_refused_in_production(
    read_settings: Callable[..., list[str]], key: str
) -> None:
    line = only(read_settings(**{**PRODUCTION, "HANDRAIL_SECRET_KEY": key}))
    assert line.startswith("HANDRAIL_SECRET_KEY is") and "openssl rand" in line
    assert not key or key not in line, "a secret is not printed"


@pytest.mark.parametrize("hosts", ["", "*", "desk.clinic.example,*"])
def test_no_host_or_any_host_is_refused_in_production(read_settings: Callable[..., list[str]], hosts: str) -> None:
    line = only(read_settings(**{**PRODUCTION, "HANDRAIL_HOSTS": hosts}))
    assert line.startswith("HANDRAIL_HOSTS") and "desk.clinic.example" in line


def test_debug_is_refused_in_production(read_settings: Callable[..., list[str]]) -> None:
    line = only(read_settings(**PRODUCTION, HANDRAIL_DEBUG="yes"))
    assert line.startswith("HANDRAIL_DEBUG is on in production") and line.endswith("write no")


def test_production_without_redis_is_refused(read_settings: Callable[..., list[str]]) -> None:
    line = only(read_settings(**{**PRODUCTION, "HANDRAIL_REDIS": ""}))
    assert line.startswith("HANDRAIL_REDIS is missing") and "redis://127.0.0.1:6379" in line


def test_a_model_without_its_key_is_refused(read_settings: Callable[..., list[str]]) -> None:
    line = only(read_settings(HANDRAIL_MODEL="anthropic"))
    assert "needs ANTHROPIC_API_KEY" in line and "HANDRAIL_MODEL=offline" in line


def test_every_fault_of_the_settings_gets_its_own_line(read_settings: Callable[..., list[str]]) -> None:
    lines = read_settings(
        HANDRAIL_DEBUG="maybe",
        HANDRAIL_SWEEP_SECONDS="soon",
        HANDRAIL_SECRET_KEY_FILE="/nowhere/key",
        HANDRAIL_DATABASE="mysql://127.0.0.1/handrail",
        HANDRAIL_MODEL="oracle",
        ANTHROPIC_BASE_URL="api.anthropic.example",
    )
    assert [re.split(" is | starts ", line)[0] for line in lines] == [
        "HANDRAIL_DEBUG",
        "HANDRAIL_SECRET_KEY_FILE",
        "HANDRAIL_DATABASE",
        "HANDRAIL_MODEL",
        "ANTHROPIC_BASE_URL",
        "HANDRAIL_SWEEP_SECONDS",
    ]


# --- what stands around the process


def test_production_on_sqlite_is_refused(env: dict[str, str], redis_server: str) -> None:
    database = env["HANDRAIL_DATABASE"]
    line = only(
        refused(
            "beat",
            clean_environment(**{**PRODUCTION, "HANDRAIL_REDIS": redis_server, "HANDRAIL_DATABASE": database}),
        )
    )
    assert "HANDRAIL_DATABASE is SQLite" in line and "postgresql://" in line


@pytest.mark.parametrize("program", ["serve", "worker"])
def test_a_redis_that_does_not_answer_is_refused(env: dict[str, str], program: str) -> None:
    line = only(refused(program, {**env, "HANDRAIL_REDIS": "redis://127.0.0.1:1"}))
    assert line.startswith("Redis does not answer") and "HANDRAIL_REDIS" in line


def test_a_web_server_starts_without_an_answer_of_redis_because_people_must_be_able_to_stop_everything(
    env: dict[str, str], tmp_path: Path
) -> None:
    silent = {**env, "HANDRAIL_REDIS": "redis://127.0.0.1:1"}
    with Program(PYTHON, *PROGRAMS["web"], env=silent, log=tmp_path / "log") as web:
        web.wait_for("redis_silent")
        web.wait_for("Uvicorn running on")


def test_a_database_that_cannot_be_written_is_refused(tampered: Callable[[str], dict[str, str]]) -> None:
    env = tampered('DATABASES["default"]["OPTIONS"]["init_command"] += ";PRAGMA query_only=ON"')
    line = only(refused("serve", env))
    assert line.startswith("The database cannot be written") and "HANDRAIL_DATABASE" in line


def test_a_database_that_does_not_answer_is_refused(env: dict[str, str], redis_server: str) -> None:
    away = {"HANDRAIL_DATABASE": "postgresql://handrail@127.0.0.1:1/handrail", "HANDRAIL_REDIS": redis_server}
    line = only(refused("beat", {**env, **away}))
    assert line.startswith("The database does not answer") and "for example postgresql://" in line


def test_a_second_process_on_the_data_of_an_embedded_one_is_refused(
    env: dict[str, str], data: Path, redis_server: str
) -> None:
    with data.with_name(f"{data.name}.serve-lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        first.write("4711")
        first.flush()
        for program, settings in (("serve", {}), ("worker", {"HANDRAIL_REDIS": redis_server})):
            line = only(refused(program, {**env, **settings}))
            assert line.startswith(f"Process 4711 already serves {data}") and "HANDRAIL_DATABASE" in line


def test_several_processes_share_the_data_where_redis_carries_their_doorbells(
    env: dict[str, str], redis_server: str, tmp_path: Path
) -> None:
    several = {**env, "HANDRAIL_REDIS": redis_server}
    with (
        Program(PYTHON, *PROGRAMS["web"], env=several, log=tmp_path / "web") as web,
        Program(PYTHON, *PROGRAMS["worker"], env=several, log=tmp_path / "worker") as worker,
    ):
        web.wait_for("Uvicorn running on")
        worker.wait_for(r"\[queues\]")
        line = only(refused("serve", env))
    assert "already serves" in line


def test_a_clock_that_is_a_minute_off_is_refused(tampered: Callable[[str], dict[str, str]]) -> None:
    lines = "import datetime as d, time_machine as t\nt.travel(d.datetime.now(d.UTC) + d.timedelta(minutes=5)).start()"
    line = only(refused("serve", tampered(lines)))
    assert re.match(r"This machine's clock is (29|30)\d s ahead of the database's", line) and "timedatectl" in line


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("seconds", "refusal", "warned"),
    [(0, "", False), (1.5, "", False), (-10, "", True), (50, "", True), (-75, "75 s behind", False)],
)
def test_a_clock_that_is_a_little_off_is_only_warned_of(
    seconds: float, refusal: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    connection.ensure_connection()
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        found = find_wrong_clock()
    assert refusal in "".join(found) and bool(found) == bool(refusal)
    assert ("clock_skew" in caplog.text) == warned


def test_numbers_that_cannot_be_meant_are_refused_with_their_range(env: dict[str, str]) -> None:
    wrong = {"HANDRAIL_SWEEP_SECONDS": "600", "HANDRAIL_WORKER_THREADS": "0", "HANDRAIL_READY_RUN_SECONDS": "1"}
    lines = refused("serve", {**env, **wrong})
    assert [line.split(":")[0] for line in lines] == [f"{name} is {value}" for name, value in wrong.items()]
    assert all("Write a number from" in line for line in lines)
