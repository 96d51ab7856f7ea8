"""Which cancellations two people have to confirm: what is near, what is more than one, what is somebody else's."""

import json
import re
from datetime import timedelta

from agentops.domain.phrases import say
from agentops.models import AgentRun, ToolCall
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.models import Appointment, Patient

SHORT_NOTICE = timedelta(hours=24)
_LIVE = ("asking", "awaiting", "approved", "started", "succeeded", "in_doubt", "happened")
_KIN = (
    r"(?:my|our) (?:husband|wife|partner|son|daughter|mother|father|mum|mom|dad|brother|sister|nan|gran|grandma|grandad"
    r"|child|baby|neighbou?r|friend|client)"
)
_FOR_KIN = re.compile(
    rf"\bon behalf of\b|\b(?:for|about|cancel) {_KIN}\b|\b{_KIN}['’]s (?:\w+ ){{0,2}}(?:appointment|visit|booking)\b",
    re.IGNORECASE,
)
TOOL = "cancel_appointment"


def find_reasons(ctx: ToolContext, visit: Appointment, *, anothers: bool) -> list[str]:
    """Why two people have to say yes to this cancellation, a sentence each; none where one is enough.

    `anothers` says that it is not the caller's own appointment.
    """
    reasons = {
        say("It is less than 24 hours away, too late to give the time to somebody else."): _is_near(ctx, visit),
        say("More than one appointment is to be cancelled in this conversation."): _is_not_the_only(ctx, visit),
        say("The caller speaks for somebody else: this is another person’s record."): anothers,
    }
    return [reason for reason, holds in reasons.items() if holds]


def _is_near(ctx: ToolContext, visit: Appointment) -> bool:
    return visit.starts_at - ctx.now < SHORT_NOTICE


def _is_not_the_only(ctx: ToolContext, visit: Appointment) -> bool:
    """Whether another one is proposed beside it, waits, or was cancelled before in this conversation."""
    beside = [given.get("appointment_id") for tool, given in ctx.beside if tool == TOOL and isinstance(given, dict)]
    return any(number != visit.pk for number in [*beside, *_earlier(ctx)])


def _earlier(ctx: ToolContext) -> list[int]:
    talk = AgentRun.objects.filter(pk=ctx.run_id).values("conversation_id")
    calls = ToolCall.objects.filter(run__conversation__in=talk, tool=TOOL, status__in=_LIVE)
    stored = calls.exclude(pk=ctx.changing or 0).values_list("arguments", flat=True)
    return [json.loads(arguments).get("appointment_id") for arguments in stored]


def is_spoken_for(ctx: ToolContext, patient: Patient) -> bool:
    """Whether the caller says to speak for somebody else than themselves."""
    named = re.compile(rf"\b{_KIN},? (?:called |named )?{re.escape(patient.given)}\b", re.IGNORECASE)
    return any(_FOR_KIN.search(text) or named.search(text) for text in ctx.said)
