"""How long a yes is held, so that it can be taken back; and how much longer a request may wait."""

from datetime import datetime, timedelta

from agentops.domain.tiers import ActionTier

USUAL_SECONDS = 30
FINAL_SECONDS = 60
"""What cannot be undone afterwards can be taken back for longer before."""

ON_THE_LINE_SECONDS = 10
LONGEST_SECONDS = 120
"""A policy may hold a yes for as long as this; 0 is no hold."""

MORE_TIME = timedelta(minutes=10)
MOST_EXTENSIONS = 10
"""How often a request may be given more time: WCAG 2.2.1 asks for ten."""


def usual_seconds(tier: ActionTier) -> int:
    """How long a yes to a call of this tier is held where its policy does not say."""
    return FINAL_SECONDS if tier is ActionTier.DESTRUCTIVE else USUAL_SECONDS


def hold_time(*, tier: ActionTier, configured: int | None, on_the_line: bool) -> timedelta:
    """How long a yes to a call of this tier is held. `configured` is the policy's own figure, in seconds.

    While the caller is on the line nobody holds longer than ten seconds.
    """
    seconds = usual_seconds(tier) if configured is None else configured
    return timedelta(seconds=min(seconds, ON_THE_LINE_SECONDS) if on_the_line else seconds)


def extend_until(
    *, proposed_at: datetime, expires_at: datetime, answer_minutes: int, useful_until: datetime | None
) -> datetime | None:
    """Until when a request that waits until `expires_at` may wait with more time; None where it cannot have more.

    Nothing waits beyond `useful_until`, when what it is about begins by itself.
    """
    longest = timedelta(minutes=answer_minutes) + MOST_EXTENSIONS * MORE_TIME
    if expires_at + MORE_TIME > proposed_at + longest:
        return None
    until = min(expires_at + MORE_TIME, useful_until) if useful_until else expires_at + MORE_TIME
    return until if until > expires_at else None
