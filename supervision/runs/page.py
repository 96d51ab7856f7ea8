"""One run's page: what was asked, how far it got against its limits, what came out and what was changed in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from agentops.domain.cards import Subject
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, StopSwitch, ToolCall, read_stops
from supervision.callers import Asking, find_asking
from supervision.cards import find_subject, read_card, summary_of, title_of
from supervision.phrases import tell_reason
from supervision.policy_versions import name_policies
from supervision.runs.folding import FoldedPage, fold_lines
from supervision.runs.seen import Look, read_viewings_of
from supervision.runs.trace import Chosen, Line, read_chosen, read_lines
from supervision.runs.words import NEEDS_ATTENTION, State, state_of
from supervision.wording import count, say_cost, say_duration, say_findings, say_when, shorten

_CHANNELS = {
    "phone": gettext_noop("By phone"),
    "text": gettext_noop("By text"),
    "online": gettext_noop("Online"),
    "desk": gettext_noop("At the desk"),
}


@dataclass(frozen=True, slots=True)
class Meter:
    """One figure against its limit; `share` in per cent for the bar."""

    label: str
    value: str
    of: str
    share: str
    kind: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another run of the same conversation."""

    id: int
    said: str
    at: str
    state: State


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything on one run's page. `stop` is that of this run alone, where somebody stopped it."""

    run: AgentRun
    title: str
    state: State
    over: bool
    channel: str
    started: str
    took: str
    cost: str
    meters: list[Meter]
    working: bool
    lines: list[Line]
    folded: FoldedPage | None
    ticks: list[str]
    chosen: Chosen | None
    findings: list[str]
    others: list[Other]
    subject: Subject | None
    waiting_call: int | None
    handoff_open: bool
    why: str
    summary: str
    asking: Asking | None
    seen: list[Look]
    stop: StopSwitch | None
    policy: str
    """Under which version of the policy it was decided; empty of a run that has not ended."""


def read_run(
    run_id: int, *, chosen: str, now: datetime, page: int | None = None, in_full: bool = False
) -> RunView | None:
    """The page of one run, with the side panel for the line of key `chosen`; None where there is no such run.

    `page` is the page of a run too long for one.
    """
    beside = ("task_type", "conversation", "handoff_closing", "runfact")
    run = AgentRun.objects.select_related(*beside).filter(pk=run_id).first()
    if run is None:
        return None
    calls = list(run.calls.order_by("pk").defer("arguments"))
    lines, ticks = read_lines(run, calls=calls, now=now)
    waiting = next((call for call in calls if call.status in {CallStatus.AWAITING, CallStatus.IN_DOUBT}), None)
    return RunView(
        run=run,
        title=_title(run, calls),
        state=_needs_attention() if waiting and waiting.status == CallStatus.IN_DOUBT else _state(run, calls),
        working=run.status == RunStatus.RUNNING,
        over=RunStatus(run.status).over,
        channel=gettext(_CHANNELS[run.conversation.channel]) if run.conversation.channel in _CHANNELS else "",
        started=say_when(run.created_at, now=now),
        took=say_duration(run.active_ms),
        cost=say_cost(run.cost_nano, unpriced=run.unpriced_calls),
        meters=_meters(run, calls, now=now),
        lines=lines,
        folded=fold_lines(lines, page=page, chosen=chosen),
        ticks=ticks,
        chosen=read_chosen(run, lines, chosen, now=now, in_full=in_full) if chosen else None,
        findings=say_findings(run.findings),
        others=_others(run, now=now),
        subject=find_subject(calls),
        waiting_call=waiting.pk if waiting else None,
        handoff_open=bool(run.handoff_reason and run.finished_at and not hasattr(run, "handoff_closing")),
        why=tell_reason(run.handoff_reason, outcome=run.outcome),
        summary=summary_of(run, run.calls.order_by("pk")),
        asking=find_asking(run, now=now),
        seen=read_viewings_of(run.pk, now=now),
        stop=read_stops().find_run(run.pk),
        policy=name_policies()[run.runfact.policy_version] if hasattr(run, "runfact") else "",
    )


def _needs_attention() -> State:
    words, detail = gettext(NEEDS_ATTENTION.words), gettext(NEEDS_ATTENTION.detail)
    return replace(NEEDS_ATTENTION, words=words, detail=detail)


def _state(run: AgentRun, calls: list[ToolCall]) -> State:
    """The run's state; of one that a limit stopped also what it had changed by then."""
    state = state_of(run)
    if run.status != RunStatus.LIMIT_REACHED:
        return state
    changed = [call for call in calls if call.tier != ActionTier.READ and CallStatus(call.status).took_effect]
    last = read_card(changed[-1]) if changed else None
    after = (
        gettext(" after “%(done)s”") % {"done": last.done}
        if last and last.done
        else ""
        if not changed
        else gettext(" after its last change")
    )
    return replace(
        state, detail=gettext("%(detail)s Nothing was changed%(after)s.") % {"detail": state.detail, "after": after}
    )


def _last_asked(calls: list[ToolCall]) -> ToolCall | None:
    """The last call that a person was asked about."""
    return next((call for call in reversed(calls) if call.expires_at), None)


def _title(run: AgentRun, calls: list[ToolCall]) -> str:
    """What the run was about: the last thing a person was asked about, else the caller's own first words."""
    asked = _last_asked(calls)
    return title_of(asked) if asked else shorten(run.request, 80)


def _meters(run: AgentRun, calls: list[ToolCall], *, now: datetime) -> list[Meter]:
    errors = sum(call.status == CallStatus.FAILED for call in calls)
    waited = run.waited_ms + (int((now - run.suspended_at).total_seconds() * 1000) if run.suspended_at else 0)
    asked = _last_asked(calls)
    limit = int((asked.expires_at - asked.proposed_at).total_seconds() * 1000) if asked and asked.expires_at else 0
    told = (
        gettext("of %(limit)s, %(number)s") % {"limit": run.max_tool_calls, "number": count(errors, "error")}
        if errors
        else gettext("of %(limit)s") % {"limit": run.max_tool_calls}
    )
    return [
        _meter(gettext("Steps used"), run.iterations, run.max_iterations),
        _meter(gettext("Tool calls"), run.tool_calls, run.max_tool_calls, of=told, kind="err" if errors else ""),
        _meter(gettext("Working time"), run.active_ms, run.max_active_ms, say=say_duration),
        _meter(gettext("Tokens"), run.tokens, run.max_tokens),
        _waiting(waited, limit),
    ]


def _meter(
    label: str, used: int, limit: int, *, say: Callable[[int], str] = "{:,}".format, of: str = "", kind: str = ""
) -> Meter:
    return Meter(label, say(used), of or gettext("of %(limit)s") % {"limit": say(limit)}, _share(used, limit), kind)


def _waiting(waited: int, limit: int) -> Meter:
    label = gettext("Waiting for a person")
    if not waited:
        return Meter(label, gettext("None"), "", _share(0, limit), "wait")
    return _meter(
        label, waited, limit, say=say_duration, of=gettext("of %(limit)s") % {"limit": say_duration(limit)}, kind="wait"
    )


def _share(part: int, whole: int) -> str:
    return f"{min(100.0, 100 * part / whole) if whole else 0:.1f}%"


def _others(run: AgentRun, *, now: datetime) -> list[Other]:
    rest = AgentRun.objects.filter(conversation=run.conversation_id).exclude(pk=run.pk).order_by("pk")[:20]
    return [Other(one.pk, shorten(one.request, 90), say_when(one.created_at, now=now), state_of(one)) for one in rest]
