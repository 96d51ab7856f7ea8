"""What is said of a run that could not finish: nothing that happened is hidden, nothing that did not is claimed."""

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.limits import Limits, Spent
from agentops.domain.outcomes import failure
from agentops.domain.partial import compose_partial, compose_summary
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
