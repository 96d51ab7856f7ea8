"""The cast of the desk's tests: Priya and Mo at the front desk, Ruth the manager, Leo the admin, and a stranger."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import ToolCall
from tests.supervision.rows import add_call, hashed, person


@pytest.fixture
def quick_passwords(settings: Any) -> Iterator[None]:
    """A hash that takes no time, for tests that log in many times. Name it before the people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    hashed.cache_clear()
    yield
    hashed.cache_clear()


@pytest.fixture
def priya(db: None) -> User:
    return person("priya", "Priya", "Nair", "front desk")


@pytest.fixture
def mo(db: None) -> User:
    return person("mo", "Mo", "Ali", "front desk")


@pytest.fixture
def ruth(db: None) -> User:
    return person("ruth", "Ruth", "Kerr", "manager")


@pytest.fixture
def leo(db: None) -> User:
    return person("leo", "Leo", "Marsh", "admin")


@pytest.fixture
def nobody(db: None) -> User:
    return person("nobody", "No", "Role", None)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def sign(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign


@pytest.fixture
def desk(priya: User, sign_in: Callable[[User], Client]) -> Client:
    """Priya's browser."""
    return sign_in(priya)


@pytest.fixture
def ana_waits(db: None) -> ToolCall:
    """A move for Ana Gomez that waits for a yes."""
    return add_call()
