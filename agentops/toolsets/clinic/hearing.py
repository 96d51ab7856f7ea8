"""This is where we hear what the caller said: read by code from the words alone, at the time when they were said."""

from agentops.domain.language import Reading, read_conversation
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.models import Provider
from agentops.toolsets.clinic.practice import KIND_NAMES, local


def read_caller(ctx: ToolContext) -> Reading:
    """The caller's wishes and who the caller is."""
    return read_conversation(
        said=list(ctx.said),
        now=local(ctx.asked_at),
        clinicians=[str(p) for p in Provider.objects.filter(active=True)],
        kinds=list(KIND_NAMES),
    )


def spans_of(reading: Reading, *kinds: str) -> tuple[tuple[int, int], ...]:
    """Where the latest words speak of these things."""
    return tuple((span.start, span.end) for span in reading.spans if span.kind in kinds)
