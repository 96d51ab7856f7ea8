"""This is where we hear what the caller said: read by code from the words alone, at the time when they were said."""

from agentops.domain.language import Intent, Reading, TurnRead, read_turns, read_words
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.models import Provider
from agentops.toolsets.clinic.practice import KIND_NAMES, local


def read_caller(ctx: ToolContext) -> Reading:
    """The caller's wishes and who the caller is."""
    turns = read_caller_turns(ctx)
    return turns[-1].reading if turns else Reading()


def read_caller_turns(ctx: ToolContext) -> list[TurnRead]:
    """Where the conversation stood after each thing the caller said."""
    return read_turns(
        said=list(ctx.said),
        now=local(ctx.asked_at),
        clinicians=[str(p) for p in Provider.objects.filter(active=True)],
        kinds=list(KIND_NAMES),
    )


def read_intent(ctx: ToolContext, words: str) -> Intent:
    """What a piece of the caller's words wants by itself."""
    return read_words(text=words, now=local(ctx.asked_at)).intent


def spans_of(reading: Reading, *kinds: str) -> tuple[tuple[int, int], ...]:
    """Where the latest words speak of these things."""
    return tuple((span.start, span.end) for span in reading.spans if span.kind in kinds)
