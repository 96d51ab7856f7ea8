"""What a server asks to wait."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agentops.domain.messages import FailureKind
from agentops.llm.failures import read_retry_after
from tests.asking import fail
from tests.misbehaving_server import error


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after": "3600"}, 3600.0),
        ({"retry_after": "1e12"}, 1e12),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        ({"retry_after": "-3"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "soon"}, None),
    ],
)
def test_what_a_server_asks_to_wait_is_reported_and_never_slept(headers: dict[str, str], seconds: float | None) -> None:
    began = time.monotonic()
    failure = fail(error(429, "rate_limit_error", "slow down", **headers))
    assert (failure.kind, failure.retry_after) == (FailureKind.RATE_LIMITED, seconds)
    assert time.monotonic() - began < 2


def test_a_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert read_retry_after({"retry-after": format_datetime(now + timedelta(seconds=90), usegmt=True)}, now=now) == 90
    assert read_retry_after({"retry-after": format_datetime(now - timedelta(days=1), usegmt=True)}, now=now) == 0
