"""A run that was given to a person, as work to be closed; and what the reader answered a moment ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from agentops.domain.cards import Subject
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import UNANSWERED
from agentops.models import AgentRun, ToolCall
from supervision.cards import age_of, find_subject, read_card, summary_of, title_of
from supervision.inbox.detail import say_asked
from supervision.inbox.holds import is_on_hold
from supervision.inbox.notices import Notice, notice_of
from supervision.inbox.rows import due_of
from supervision.models import Decision, HandoffClosing
from supervision.phrases import tell_reason
from supervision.wording import say_findings, say_when

JUST_NOW = timedelta(minutes=10)
URGENT_HELP = "urgent_help"


@dataclass(frozen=True, slots=True)
class Handoff:
    """One run for a person: why, what was found and done, and who closed it if somebody did."""

    run: AgentRun
    since: str
    why: str
    summary: str
    asked: str
    subject: Subject | None
    age: int | None
    findings: list[str]
    closing: HandoffClosing | None
    closed: str
    expired: bool
    due: str

    @property
    def urgent(self) -> bool:
        """Whether somebody may be in danger."""
        return self.run.outcome == URGENT_HELP

    @property
    def heading(self) -> str:
        """What to do, and about whom where that is known."""
        on_the_line = self.run.conversation.on_the_line
        if self.expired:
            return (
                gettext("Call %(given)s %(surname)s back")
                % {"given": self.subject.given, "surname": self.subject.surname}
                if self.subject
                else gettext("Call back")
            )
        act = (
            (gettext("Take this call now") if on_the_line else gettext("Call back now"))
            if self.urgent
            else gettext("This needs a person")
        )
        return f"{act}: {self.subject.given} {self.subject.surname}" if self.subject else act


@dataclass(frozen=True, slots=True)
class JustAnswered:
    """One of the reader's own last answers and what came of it."""

    call_id: int
    run_id: int
    title: str
    notice: Notice | None
    failed: bool


def find_handoff(run_id: int, *, now: datetime) -> Handoff | None:
    """The handed-over run, closed or not; None where there is no such thing."""
    runs = AgentRun.objects.select_related("conversation", "task_type").exclude(handoff_reason="")
    run = runs.filter(pk=run_id).first()
    if run is None:
        return None
    closing, calls = HandoffClosing.objects.filter(run=run).first(), list(run.calls.order_by("pk"))
    subject, due = find_subject(calls), due_of(run, None)
    return Handoff(
        run=run,
        since=say_when(run.finished_at or run.created_at, now=now),
        why=tell_reason(run.handoff_reason, outcome=run.outcome),
        summary=summary_of(run, calls),
        asked=say_asked(run.conversation, run, now=now),
        subject=subject,
        age=age_of(subject, timezone.localtime(now).date()) if subject else None,
        findings=list(dict.fromkeys(say_findings([*run.findings, *(one for call in calls for one in call.findings)]))),
        closing=closing,
        expired=run.outcome != URGENT_HELP and any(_is_promised(call) for call in calls),
        closed=say_when(closing.closed_at, now=now) if closing else "",
        due=say_when(due, now=now) if due and not closing else "",
    )


def _is_promised(call: ToolCall) -> bool:
    """Whether the caller was told that a person calls back about it."""
    return call.status == CallStatus.EXPIRED and (call.result or {}).get("code") != UNANSWERED


def _half_a_yes(decision: Decision) -> Notice | None:
    """What is told to whoever said the first yes of two, while the other one is missing."""
    if decision.verdict != "confirmed":
        return None
    return Notice(
        "info", "people", gettext("You said yes."), gettext("Somebody else has to say yes too before it is done.")
    )


def just_answered(user: User, *, now: datetime, limit: int = 2) -> list[JustAnswered]:
    """What this person answered in the last ten minutes, newest first, with what became of it."""
    mine = Decision.objects.select_related("call__run").filter(user=user, decided_at__gte=now - JUST_NOW)
    # What is held stands above with its time, what was taken back waits again; a call that was answered twice is one.
    again = Q(call__status="awaiting") & ~Q(verdict="confirmed")
    latest = mine.exclude(verdict="undone").exclude(again).order_by("-decided_at", "-pk")
    newest: dict[int, Decision] = {}
    for one in latest:
        newest.setdefault(one.call_id, one)
    return [
        JustAnswered(
            call_id=one.call_id,
            run_id=one.call.run_id,
            title=title_of(one.call),
            notice=notice_of(one.call, read_card(one.call), now=now) or _half_a_yes(one),
            failed=one.call.status == CallStatus.FAILED,
        )
        for one in [one for one in newest.values() if not is_on_hold(one.call, now=now)][:limit]
    ]
