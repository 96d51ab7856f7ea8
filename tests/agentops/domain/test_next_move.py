"""What the loop does after a model call that failed or that ended otherwise than with an answer."""

from statistics import pstdev

import pytest

from agentops.domain.lifecycle import RunStatus
from agentops.domain.limits import LimitKind, Limits, Spent
from agentops.domain.messages import RETRYABLE_FAILURES, FailureKind, StopReason
from agentops.domain.next_move import (
    BACKOFF_SECONDS,
    LONGEST_WAIT_SECONDS,
    MAX_MODEL_ATTEMPTS,
    AskModel,
    Finish,
    Move,
    next_move,
)
from agentops.domain.partial import REASONS
from agentops.domain.transcript import Transcript, Turn

OVERLOADED, TRUNCATED = FailureKind.OVERLOADED, FailureKind.TRUNCATED
PASSING = sorted(RETRYABLE_FAILURES - {TRUNCATED})
LASTING = sorted(set(FailureKind) - RETRYABLE_FAILURES)


def after(*kinds: FailureKind | None, retry_after: float | None = None, run_id: int = 1, **spent: int) -> Move:
    """What comes after model calls that failed so; None is one that brought a reply."""
    turns = [Turn(seq=n, failure=kind, retry_after=retry_after) for n, kind in enumerate(kinds, start=1)]
    used = Spent(iterations=len(kinds), **spent)
    return next_move(Transcript(run_id, "Please.", Limits(), used, turns=tuple(turns)))


def wait_of(move: Move) -> float:
    assert isinstance(move, AskModel)
    return move.wait_s


@pytest.mark.parametrize("kind", LASTING)
def test_a_failure_that_lasts_is_not_tried_again_and_ends_the_run_by_its_name(kind: FailureKind) -> None:
    move = after(kind)
    assert isinstance(move, Finish) and move.outcome == kind.value and move.outcome in REASONS
    status = RunStatus.HANDED_OFF if kind is FailureKind.CONTEXT_FULL else RunStatus.FAILED
    assert move.status is status


@pytest.mark.parametrize("kind", PASSING)
def test_a_failure_that_passes_is_tried_again_twice_and_not_once_more(kind: FailureKind) -> None:
    for failed in range(1, MAX_MODEL_ATTEMPTS):
        assert isinstance(after(*[kind] * failed), AskModel)
    assert after(*[kind] * MAX_MODEL_ATTEMPTS) == Finish(RunStatus.FAILED, "model_unavailable")


def test_failures_of_different_kinds_in_a_row_count_together_and_a_reply_between_them_starts_anew() -> None:
    assert isinstance(after(OVERLOADED, FailureKind.TIMEOUT, FailureKind.UNREADABLE), Finish)
    assert isinstance(after(OVERLOADED, OVERLOADED, None, OVERLOADED, OVERLOADED), AskModel)


def test_each_pause_is_longer_than_the_one_before_and_a_little_longer_than_it_must_be() -> None:
    first, second = wait_of(after(OVERLOADED)), wait_of(after(OVERLOADED, OVERLOADED))
    assert BACKOFF_SECONDS <= first <= 2 * BACKOFF_SECONDS <= second <= 4 * BACKOFF_SECONDS


def test_runs_that_failed_together_do_not_come_back_together_and_each_wait_is_the_same_when_read_again() -> None:
    waits = [wait_of(after(OVERLOADED, run_id=run_id)) for run_id in range(1, 101)]
    assert len({round(wait, 3) for wait in waits}) > 90
    assert pstdev(waits) > 0.1
    assert waits == [wait_of(after(OVERLOADED, run_id=run_id)) for run_id in range(1, 101)]


@pytest.mark.parametrize("asked", [0.0, 0.25, 7.0, LONGEST_WAIT_SECONDS])
def test_a_server_is_never_asked_sooner_than_it_said(asked: float) -> None:
    assert asked <= wait_of(after(OVERLOADED, retry_after=asked)) <= asked + 1


@pytest.mark.parametrize("asked", [LONGEST_WAIT_SECONDS + 1, 3600.0, 1e300])
def test_a_server_that_asks_for_too_much_patience_ends_the_run_at_once(asked: float) -> None:
    assert after(OVERLOADED, retry_after=asked) == Finish(RunStatus.FAILED, "model_unavailable")


def test_a_wait_that_does_not_fit_into_what_is_left_is_not_begun() -> None:
    assert isinstance(after(OVERLOADED, retry_after=5.0, active_ms=26_000), Finish)
    assert wait_of(after(OVERLOADED, retry_after=5.0, active_ms=24_900)) <= 5.1, "nor is it made longer than that"


def test_a_run_without_a_step_left_says_that_the_model_failed_it_and_not_that_it_was_too_long() -> None:
    turns = (Turn(seq=1, failure=OVERLOADED),)
    run = Transcript(1, "Please.", Limits(iterations=1), Spent(iterations=1), turns=turns)
    assert next_move(run) == Finish(RunStatus.FAILED, "model_unavailable")


def test_half_a_call_is_asked_for_once_more_and_at_once_and_then_the_limit_is_what_it_is() -> None:
    assert wait_of(after(TRUNCATED, retry_after=0.0)) == 0
    limit = Finish(RunStatus.LIMIT_REACHED, "limit_tokens", limit=LimitKind.TOKENS)
    assert after(TRUNCATED, TRUNCATED, retry_after=0.0) == limit
    assert after(TRUNCATED, OVERLOADED, TRUNCATED, retry_after=0.0) == limit
    assert isinstance(after(TRUNCATED, None, TRUNCATED, retry_after=0.0), AskModel)


ENDS = {
    StopReason.END_TURN: (RunStatus.COMPLETED, "answered"),
    StopReason.STOP_SEQUENCE: (RunStatus.COMPLETED, "answered"),
    StopReason.TOOL_USE: (RunStatus.COMPLETED, "answered"),
    StopReason.MAX_TOKENS: (RunStatus.LIMIT_REACHED, "limit_tokens"),
    StopReason.REFUSAL: (RunStatus.HANDED_OFF, "model_refused"),
    StopReason.CONTEXT_EXCEEDED: (RunStatus.HANDED_OFF, "context_full"),
    StopReason.UNKNOWN: (RunStatus.HANDED_OFF, "unknown_stop_reason"),
}


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_reason_without_a_call_has_its_end_or_goes_on(reason: StopReason) -> None:
    turn = Turn(seq=1, content=({"type": "text", "text": "Half a"},), stop_reason=reason)
    move = next_move(Transcript(1, "Please.", Limits(), Spent(iterations=1), turns=(turn,)))
    if reason is StopReason.PAUSE_TURN:
        assert isinstance(move, AskModel)
        return
    assert isinstance(move, Finish) and (move.status, move.outcome) == ENDS[reason]
    assert move.status is RunStatus.COMPLETED or not move.answer, "half an answer does not leave"
