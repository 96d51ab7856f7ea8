"""How tests are shared out among processes, and fixtures that several test packages share, by what they bring."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import new_database, run_postgres, run_redis
from tests.sharing import ByFile, sort_by_length

# --- with `-n 2`: who runs what


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Hand out whole files, in our own order."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One process alone keeps the order that pytest gives."""
    if hasattr(config, "workerinput"):
        sort_by_length(items)


# --- real servers: they fail, with the command that installs them, where they are missing


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a private PostgreSQL, without a database's name."""
    with run_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a private Redis, without a database's number."""
    with run_redis() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of an empty database, as HANDRAIL_DATABASE takes it."""
    with new_database(postgres_server) as url:
        yield url


# --- the browser: the system's Chromium, without its own network traffic

CHROMIUM_QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Where the Chromium of this machine is; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("HANDRAIL_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Use the Chromium of this machine; fail, with the command that installs it, where there is none."""
    path = find_chromium()
    if path is None:
        pytest.fail("The browser tests need Chromium. Run: python3 bootstrap.py system", pytrace=False)
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM_QUIET}
