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
        ({"retry_after": ""}, None),
        ({"retry_after": "inf"}, None),
    ],
)
def test_what_a_server_asks_to_wait_is_reported_and_never_slept(headers: dict[str, str], seconds: float | None) -> None:
    began = time.monotonic()
    failure = fail(error(429, "rate_limit_error", "slow down", **headers))
    assert (failure.kind, failure.retry_after) == (FailureKind.RATE_LIMITED, seconds)
    assert time.monotonic() - began < 6


def test_a_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert read_retry_after({"retry-after": format_datetime(now + timedelta(seconds=90), usegmt=True)}, now=now) == 90
    assert read_retry_after({"retry-after": format_datetime(now - timedelta(days=1), usegmt=True)}, now=now) == 0


@pytest.mark.parametrize("text", ["x-api-key: sk-ant-api03-AbC_d-9", "Authorization: Bearer abc.def", "sk-invented"])
def test_a_key_that_a_server_sends_back_is_not_kept(text: str) -> None:
    detail = fail(error(500, "api_error", f"debug: {text}")).detail
    assert "[key]" in detail and not any(part in detail for part in ("AbC", "abc.def", "invented"))


def test_an_account_without_credit_is_a_rejected_key_and_not_a_bad_request() -> None:
    text = "Your credit balance is too low to access the Anthropic API."
    assert fail(error(400, "invalid_request_error", text)).kind is FailureKind.KEY_REJECTED
