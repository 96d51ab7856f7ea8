"""How often a tool was called: counted in the transaction that would add one more call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.policy.counting import COUNTED, PATIENT, Used, find_used_up
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.transcript import Transcript
from agentops.models import ToolCall


@dataclass(frozen=True, slots=True)
class Coming:
    """A call that would be one more. `beside` are the patients of calls of the same tool that were let in just now,
    None for each that is about nobody.
    """

    tool: str
    patient: str | None
    beside: tuple[str | None, ...] = ()


def refuse_one_more(
    coming: Coming, *, setting: ToolSetting, transcript: Transcript, now: datetime
) -> ToolResult | None:
    """What the model is told where this call would be one too many; None where there is room."""
    if not setting.bounded:
        return None
    full = find_used_up(setting, used=_count(coming, setting=setting, transcript=transcript, now=now))
    if full is None:
        return None
    return failure(
        full.code,
        say(
            "%(tool)s was not run: it may be used %(bound)s times %(words)s, and was.",
            tool=coming.tool,
            bound=f"{full.bound:,}",
            words=say(full.words),
        ),
        "Do not try it again now. Say what is not done, or call escalate_to_human.",
    )


def queue_for_bounds(tools: Iterable[str]) -> None:
    """Let one transaction after the other count these tools' calls; SQLite lets writers in one by one anyway."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for tool in sorted(tools):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"bounds of {tool}"])


def _count(coming: Coming, *, setting: ToolSetting, transcript: Transcript, now: datetime) -> Used:
    beside = len(coming.beside)
    same = sum(one == coming.patient for one in coming.beside) if coming.patient else 0
    run = sum(call.tool == coming.tool and call.status in COUNTED for call in transcript.calls)
    if not (setting.per_hour or setting.per_day or setting.per_patient_day):
        return Used(run=run + beside)
    calls = ToolCall.objects.filter(
        tool=coming.tool, proposed_at__gt=now - timedelta(days=1), status__in=[one.value for one in COUNTED]
    )
    about = Q(**{f"facts__{PATIENT}": coming.patient}) if coming.patient else Q(pk=None)
    found = calls.aggregate(
        hour=Count("pk", filter=Q(proposed_at__gt=now - timedelta(hours=1))),
        day=Count("pk"),
        patient_day=Count("pk", filter=about),
    )
    return Used(
        run=run + beside,
        hour=found["hour"] + beside,
        day=found["day"] + beside,
        patient_day=found["patient_day"] + same,
    )
