"""The rows "LLM API" of the bad inputs: what each refusal of a provider says, to whom, and what it costs."""

import socket
import time
from collections.abc import Iterator
from unittest import mock

import pytest

from agentops.domain import next_move
from agentops.llm.models import use_model
from agentops.models import AgentRun
from agentops.runner.loop import advance
from tests.asking import connect
from tests.degradation.cases import WELL, look
from tests.degradation.driving import Desk, open_desk
from tests.degradation.streams import BLOCKS, HELLO, failing, start, stream
from tests.misbehaving_server import answer, error, in_turn
from tests.replies import message
from tests.toys import begin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as desk:
        yield desk


@pytest.mark.parametrize("status", [401, 403])
def test_401_and_403_are_not_tried_again_and_an_administrator_is_told_which_key(desk: Desk, status: int) -> None:
    run, seen = desk.drive(error(status, "authentication_error", "invalid x-api-key"))
    assert (run.status, run.outcome, len(seen)) == ("failed", "api_key_rejected", 1)
    assert "administrator has to check ANTHROPIC_API_KEY" in run.handoff_reason
    assert "KEY" not in run.answer, "the caller is not told of keys"


def test_a_key_that_no_header_can_carry_is_a_rejected_key_and_stays_secret(desk: Desk) -> None:
    with connect(desk.server.url, api_key="sk invented\nkey") as model, use_model(model):
        advance(run_id := begin())
    run = AgentRun.objects.get(pk=run_id)
    assert run.outcome == "api_key_rejected" and "invented" not in str(list(run.steps.values()))


def test_429_529_5xx_and_timeouts_are_tried_three_times_and_longer_apart_each_time(desk: Desk) -> None:
    with mock.patch.object(next_move, "BACKOFF_SECONDS", 0.2):
        began = time.monotonic()
        run, seen = desk.drive(error(529, "overloaded_error"))
    assert (run.outcome, len(seen), run.iterations) == ("model_unavailable", 3, 3)
    assert time.monotonic() - began > 0.6, "0.2 and 0.4 seconds at least"
    assert run.active_ms > 600, "what it waits counts as working time"


def test_a_wish_for_patience_within_the_runs_time_is_granted(desk: Desk) -> None:
    began = time.monotonic()
    run, seen = desk.drive(in_turn(error(429, "rate_limit_error", retry_after="1"), WELL))
    assert (run.outcome, len(seen)) == ("answered", 2)
    assert time.monotonic() - began > 1


def test_a_wish_for_more_patience_than_the_run_has_ends_it_at_once_and_says_so(desk: Desk) -> None:
    began = time.monotonic()
    run, seen = desk.drive(error(429, "rate_limit_error", retry_after="7"), working_ms=5_000)
    assert (run.status, run.outcome, len(seen)) == ("failed", "model_unavailable", 1)
    assert time.monotonic() - began < 5
    assert run.handoff_reason == "the model's provider asked us to slow down and asked for 7 seconds of patience"


def test_a_provider_that_is_not_there_is_unavailable(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with connect(url) as model, use_model(model), mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        advance(run_id := begin())
    run = AgentRun.objects.get(pk=run_id)
    assert (run.outcome, run.iterations, run.handoff_reason) == (
        "model_unavailable",
        3,
        "the model could not be reached",
    )


def test_what_was_found_before_the_provider_failed_is_in_the_partial_result(desk: Desk) -> None:
    found = answer(message(content=[look("Ana Gomez")], stop_reason="tool_use"))
    run, _ = desk.drive(in_turn(found, error(401, "authentication_error")))
    assert run.outcome == "api_key_rejected" and desk.effects.looks == ["Ana Gomez"]
    assert "What I looked at: Acted with Ana Gomez." in run.answer and "Nothing was changed." in run.answer
    assert "- Acted with Ana Gomez" in run.handoff_summary


def test_a_failed_call_is_charged_where_the_provider_may_bill_it_and_not_where_it_turned_us_away(desk: Desk) -> None:
    with mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        broken, _ = desk.drive(stream(start(), BLOCKS))
        turned_away, _ = desk.drive(error(429, "rate_limit_error"))
    assert broken.tokens > 3 * 512 and broken.unpriced_calls == 3, "the whole reservation of each, and no price"
    assert (turned_away.tokens, turned_away.unpriced_calls) == (0, 0)


def test_an_overload_in_the_middle_of_a_reply_is_an_overload(desk: Desk) -> None:
    with mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        run, _ = desk.drive(stream(start(), BLOCKS, failing("overloaded_error")))
    assert run.handoff_reason == "the model was overloaded"
    assert HELLO["text"] not in run.answer, "half a reply is no reply"
