"""Fixtures that several test packages share, by what they bring."""

from collections.abc import Iterator

import pytest

from tests.servers import new_database, run_postgres, run_redis

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
