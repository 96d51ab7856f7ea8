"""What is said of a run that could not finish: nothing that happened is hidden, nothing that did not is claimed."""

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.limits import Limits, Spent
from agentops.domain.messages import FailureKind
from agentops.domain.outcomes import failure
from agentops.domain.partial import REASONS, compose_partial, compose_summary, describe_end
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import CallView, Transcript, Turn


def call(
    status: CallStatus,
    *,
    tier: ActionTier = ActionTier.RISKY,
    doing: str = "Book Ana Gomez",
    done: str = "Booked Ana Gomez",
) -> CallView:
    result = failure("x", "The slot has gone.", "Search again.") if status is CallStatus.FAILED else None
    return CallView(
        1, "t", "book", "{}", "", tier, Effect.NON_IDEMPOTENT, status, 1, doing=doing, done=done, result=result
    )


def transcript(*calls: CallView) -> Transcript:
    return Transcript(1, "Please.", Limits(), Spent(), turns=(Turn(seq=1, calls=calls),))


def test_what_was_done_is_said_and_not_called_nothing() -> None:
    words = compose_partial(transcript(call(CallStatus.SUCCEEDED)))
    assert "What was done: Booked Ana Gomez." in words and "Nothing was changed" not in words


def test_a_tool_without_words_is_named_rather_than_hidden() -> None:
    assert "What was done: used book." in compose_partial(transcript(call(CallStatus.SUCCEEDED, done="")))


def test_a_doubt_is_said_as_a_doubt() -> None:
    words = compose_partial(transcript(call(CallStatus.IN_DOUBT)))
    assert "may or may not have happened: Book Ana Gomez" in words and "Nothing was changed" not in words


def test_what_was_found_and_what_was_not_done_are_both_said() -> None:
    looked = call(CallStatus.SUCCEEDED, tier=ActionTier.READ, done="Looked up Ana Gomez")
    words = compose_partial(transcript(looked, call(CallStatus.FAILED)))
    assert "What I looked at: Looked up Ana Gomez." in words
    assert "Nothing was changed." in words and "What was not done: Book Ana Gomez." in words


def test_the_summary_for_staff_gives_the_reason_of_each_failure() -> None:
    words = compose_summary(transcript(call(CallStatus.FAILED)))
    assert "- Book Ana Gomez: The slot has gone." in words


def failed(kind: FailureKind, *, retry_after: float | None = None) -> Transcript:
    return Transcript(1, "Please.", Limits(), Spent(), turns=(Turn(seq=1, failure=kind, retry_after=retry_after),))


def test_a_model_that_was_unavailable_is_described_by_what_it_did_last() -> None:
    assert describe_end(failed(FailureKind.UNAVAILABLE), "model_unavailable") == "the model could not be reached"
    assert describe_end(failed(FailureKind.TIMEOUT), "model_unavailable") == "the model did not answer in time"
    patient = failed(FailureKind.OVERLOADED, retry_after=90.0)
    assert describe_end(patient, "model_unavailable") == "the model was overloaded and asked for 90 seconds of patience"


def test_a_reason_fits_its_column_whatever_a_server_asked_for() -> None:
    for kind in FailureKind:
        assert len(describe_end(failed(kind, retry_after=1e300), "model_unavailable")) <= 200
    assert all(len(reason) <= 200 for reason in REASONS.values())


def test_an_outcome_that_is_not_the_models_fault_keeps_its_reason() -> None:
    assert describe_end(failed(FailureKind.OVERLOADED), "limit_tokens") == REASONS["limit_tokens"]
    assert describe_end(transcript(), "model_unavailable") == REASONS["model_unavailable"]
