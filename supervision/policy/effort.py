"""What an answer costs a person: the time from opening a request to the answer, as it was recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Max, Q

from supervision.models import Decision, Viewing
from supervision.policy.recorded import SPAN

MIN_TIMED = 5
"""Fewer answers than this say nothing about how long one takes."""

LONGEST = timedelta(minutes=10)
"""Whoever left the page open for longer was not reading it all that time."""

MOST_TIMED = 1_000


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds that one person needs for one answer: the middle of `timed` answers; `same_tool` says of which."""

    seconds: float
    timed: int
    same_tool: bool


def measure_effort(*, tool: str | None, until: datetime) -> Effort | None:
    """The middle of the answers to this tool, else to every tool; None where too few were timed to say."""
    for about, same_tool in ((Q(call__tool=tool), True), (Q(), False)) if tool else ((Q(), False),):
        times = _time_answers(about, until=until)
        if len(times) >= MIN_TIMED:
            return Effort(median(times), len(times), same_tool)
    return None


def _time_answers(about: Q, *, until: datetime) -> list[float]:
    """Seconds from the last time that whoever answered had opened the request to their answer."""
    span = {"decided_at__gt": until - SPAN, "decided_at__lte": until, "user__isnull": False}
    answers = Decision.objects.filter(about, verdict__in=["confirmed", "approved", "rejected"], **span)
    newest = list(answers.order_by("-pk").values_list("call", "user", "decided_at")[:MOST_TIMED])
    looks = Viewing.objects.filter(page="request", call__in=[call for call, _, _ in newest])
    opened = {
        (call, user): at
        for call, user, at in looks.values("call", "user").annotate(at=Max("seen_at")).values_list("call", "user", "at")
    }
    spans = [at - opened[call, user] for call, user, at in newest if (call, user) in opened]
    return [min(one, LONGEST).total_seconds() for one in spans if one >= timedelta(0)]
