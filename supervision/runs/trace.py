"""One run as lines a receptionist can read: the model's turns, the calls, the waiting, in the order they came."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import say
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.visible_text import show_in_full, show_text
from agentops.models import AgentRun, Price, Step, ToolCall
from supervision.callers import read_heard
from supervision.cards import read_card
from supervision.phrases import tell, tell_message, tell_note
from supervision.runs.axis import Axis, Bar, Span
from supervision.runs.raw import say_call, say_step
from supervision.wording import (
    count,
    name_speaker,
    say_clock,
    say_cost,
    say_day,
    say_duration,
    say_end,
    say_findings,
    say_when,
)

_TURNS = {
    DecisionType.CLASSIFY_INTENT: gettext_noop("Worked out what kind of request this is"),
    DecisionType.COMPLEX_REASONING: gettext_noop("Thought again after a problem"),
}
_ICONS = {
    ActionTier.READ: "lines",
    ActionTier.SAFE: "pencil",
    ActionTier.RISKY: "calendar",
    ActionTier.DESTRUCTIVE: "stop",
}
_BEFORE = {
    CallStatus.REFUSED: gettext_noop("Not allowed: "),
    CallStatus.FAILED: gettext_noop("Did not work: "),
    CallStatus.REJECTED: gettext_noop("Turned down: "),
    CallStatus.EXPIRED: gettext_noop("Not done, time ran out: "),
    CallStatus.CANCELLED: gettext_noop("Not done, the run was stopped: "),
    CallStatus.INVALIDATED: gettext_noop("Withdrawn: "),
    CallStatus.SUPERSEDED: gettext_noop("Changed before it was decided: "),
    CallStatus.IN_DOUBT: gettext_noop("Nobody knows whether this happened: "),
    CallStatus.NOT_HAPPENED: gettext_noop("Did not happen: "),
    CallStatus.STARTED: gettext_noop("Under way: "),
}
WAITED = gettext_noop("Waited for a person")
_UNANSWERED = {
    CallStatus.EXPIRED: gettext_noop("Nobody answered"),
    CallStatus.SUPERSEDED: gettext_noop("Somebody changed it first"),
}
_TOLD = {CallStatus.FAILED, CallStatus.REFUSED, CallStatus.SUPERSEDED}
_TROUBLE = {CallStatus.FAILED, CallStatus.REFUSED, CallStatus.IN_DOUBT, CallStatus.NOT_HAPPENED}
_TO_COME = {CallStatus.ASKING, CallStatus.AWAITING, CallStatus.ALLOWED, CallStatus.APPROVED}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trace. `kind` is model, tool, wait, err or plain: colour and pattern of its bar."""

    key: str
    icon: str
    kind: str
    text: str
    notes: tuple[str, ...]
    tool: str = ""
    tier: ActionTier | None = None
    took: str = ""
    cost: str = ""
    ghost: bool = False
    span: Span | None = None
    bar: Bar | None = None
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the side panel tells of one line: facts in words, the model's own words apart, raw data for admins."""

    line: Line
    facts: list[tuple[str, str]]
    model_words: str
    findings: list[str]
    raw: str
    in_full: bool
    price: str = ""
    problem: str = ""
    suggestion: str = ""


def read_lines(run: AgentRun, *, calls: Iterable[ToolCall], now: datetime) -> tuple[list[Line], list[str]]:
    """The lines of a run and its calls with their bars, and what stands over the axis."""
    lines: list[Line] = []
    of_step: dict[int, list[ToolCall]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.position):
        of_step[call.step_id].append(call)
    for step in run.steps.defer("content"):
        asked = of_step[step.pk]
        lines.append(_step_line(step, asks=bool(asked)))
        for call in asked:
            lines += _call_lines(call, now=now)
    axis = Axis([line.span for line in lines if line.span])
    return [_drawn(line, axis) for line in lines], axis.ticks()


def read_chosen(run: AgentRun, lines: list[Line], key: str, *, now: datetime, in_full: bool) -> Chosen | None:
    """The side panel for the line of that key; None where there is no such line. Raw data is masked unless in full."""
    line = next((one for one in lines if one.key == key), None)
    if line is None:
        return None
    if line.call_id is None:
        step = run.steps.get(seq=int(key.removeprefix("s")))
        return Chosen(
            line=line,
            facts=_step_facts(step, now=now),
            model_words=words_of(step.content),
            findings=[],
            raw=say_step(step, in_full=in_full),
            in_full=in_full,
            price=_price_of(step),
        )
    call = run.calls.get(pk=line.call_id)
    result = call.result if isinstance(call.result, dict) and line.kind == "err" else {}
    return Chosen(
        line=line,
        facts=[*_call_facts(call, now=now), *_same_today(call, result, now=now)],
        model_words="",
        findings=say_findings(call.findings),
        raw=say_call(call, in_full=in_full),
        in_full=in_full,
        problem=tell_message(result),
        suggestion=str(result.get("suggestion", "")),
    )


def words_of(content: Any) -> str:
    """The text blocks of a model turn."""
    blocks = content if isinstance(content, list) else []
    texts = [str(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "text"]
    return show_in_full("\n\n".join(text for text in texts if text.strip()))


def _drawn(line: Line, axis: Axis) -> Line:
    if line.span is None:
        return line
    fields = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return Line(**{**fields, "bar": axis.place(line.span)})


def _step_line(step: Step, *, asks: bool) -> Line:
    key, speaker = f"s{step.seq}", name_speaker(step.provider, step.model)
    span = Span(step.started_at, step.started_at + timedelta(milliseconds=step.duration_ms))
    if step.kind == "note":
        told = tell_note(step.detail, outcome=step.run.outcome)
        return Line(key, "note", "plain", told or say_end(step.stop_reason), ())
    took = say_duration(step.duration_ms)
    if step.kind == "failure":
        return Line(key, "warn", "err", say_end(step.failure), (speaker,), took=took, cost=_cost(step), span=span)
    usual = gettext("Chose what to do next") if asks else gettext("Wrote the answer")
    known = _TURNS.get(DecisionType(step.decision)) if step.decision else None
    text = gettext(known) if known else usual
    return Line(key, "spark", "model", text, (speaker,), took=took, cost=_cost(step), span=span)


def _cost(step: Step) -> str:
    return say_cost(step.cost_nano)


def _call_lines(call: ToolCall, *, now: datetime) -> list[Line]:
    status = CallStatus(call.status)
    waited = call.expires_at is not None and status is not CallStatus.REFUSED
    return [*([_wait_line(call, status, now=now)] if waited else []), _act_line(call, status, now=now)]


def _wait_line(call: ToolCall, status: CallStatus, *, now: datetime) -> Line:
    open_still = status in {CallStatus.ASKING, CallStatus.AWAITING}
    end = now if open_still else call.decided_at or call.finished_at or call.expires_at or now
    span = Span(call.proposed_at, max(end, call.proposed_at), waiting=True)
    if open_still:
        text = gettext("Asking the caller") if status is CallStatus.ASKING else gettext("Waiting for a person")
    elif call.decided_at and call.decided_by:
        said = gettext("%(who)s said no") if status is CallStatus.REJECTED else gettext("%(who)s said yes")
        text = said % {"who": show_text(call.decided_by)}
    else:
        text = gettext(_UNANSWERED.get(status, WAITED))
    took = say_duration(int((span.end - span.start).total_seconds() * 1000))
    heard = read_heard(call, now=now)
    notes = tuple(note for note in (heard.told if heard else "", gettext("not drawn to scale")) if note)
    return Line(f"w{call.pk}", "clock", "wait", text, notes, took=took, span=span, call_id=call.pk)


def _act_line(call: ToolCall, status: CallStatus, *, now: datetime) -> Line:
    card = read_card(call)
    doing = (card.doing or card.title if card else "") or gettext("Use %(tool)s") % {"tool": show_text(call.tool)}
    done = (card.done if card else "") or gettext("Used %(tool)s") % {"tool": show_text(call.tool)}
    tier = read_tier(call.tier)
    span, took = None, ""
    if call.started_at and status not in _TO_COME:
        span = Span(call.started_at, max(call.finished_at or now, call.started_at))
        took = say_duration(int((span.end - span.start).total_seconds() * 1000))
    return Line(
        key=f"c{call.pk}",
        icon="warn" if status in _TROUBLE else _ICONS[tier],
        kind="err" if status in _TROUBLE else "tool",
        text=done if status.took_effect else f"{gettext(_BEFORE[status]) if status in _BEFORE else ''}{doing}",
        notes=_act_notes(call, status, card),
        tool=show_text(call.tool),
        tier=tier,
        took=took,
        ghost=status in _TO_COME,
        span=span,
        call_id=call.pk,
    )


def _act_notes(call: ToolCall, status: CallStatus, card: Card | None) -> tuple[str, ...]:
    held = (
        gettext("approved, held until %(at)s") % {"at": say_clock(call.held_until)}
        if call.held_until
        else gettext("approved, about to run")
    )
    asking = gettext("only after the caller’s yes")
    waiting = {CallStatus.ASKING: asking, CallStatus.AWAITING: gettext("only if approved"), CallStatus.APPROVED: held}
    notes = [
        waiting.get(status, ""),
        gettext("%(attempts)s tries") % {"attempts": call.attempts} if call.attempts > 1 else "",
        gettext("a person found that it happened") if status is CallStatus.HAPPENED else "",
        _message(call, status),
        _change(card),
    ]
    return tuple(note for note in notes if note)


def _change(card: Card | None) -> str:
    """What staff changed of it, in the card's words."""
    if card is None or card.edit is None:
        return ""
    lines = [
        gettext("%(label)s: %(then)s instead of %(now)s") % {"label": one.label, "then": one.then, "now": one.now}
        for one in card.edit.shown
    ]
    return gettext("changed by %(by)s: %(lines)s") % {"by": card.edit.by, "lines": "; ".join(lines)}


def _message(call: ToolCall, status: CallStatus) -> str:
    return tell_message(call.result) if status in _TOLD else ""


def _step_facts(step: Step, *, now: datetime) -> list[tuple[str, str]]:
    facts = [
        (gettext("Who"), name_speaker(step.provider, step.model)),
        (gettext("Model"), step.model),
        (gettext("At"), say_when(step.started_at, now=now)),
        (gettext("Stopped"), say_end(step.failure) if step.failure else step.stop_reason.replace("_", " ")),
        (gettext("Detail"), step.detail),
        (
            gettext("Read"),
            gettext("%(number)s tokens")
            % {"number": format(step.input_tokens + step.cache_read_tokens + step.cache_write_tokens, ",")},
        ),
        (
            gettext("Of it from cache"),
            gettext("%(number)s tokens") % {"number": format(step.cache_read_tokens, ",")}
            if step.cache_read_tokens
            else "",
        ),
        (gettext("Wrote"), gettext("%(number)s tokens") % {"number": format(step.output_tokens, ",")}),
    ]
    return [(name, show_text(value)) for name, value in facts if value]


def _call_facts(call: ToolCall, *, now: datetime) -> list[tuple[str, str]]:
    result = call.result if isinstance(call.result, dict) else {}
    facts = [
        (gettext("Tool"), call.tool),
        (gettext("Rule"), _why_of(call)),
        (gettext("The caller said"), str((call.heard or {}).get("words", ""))),
        (gettext("Asked for"), say_when(call.proposed_at, now=now)),
        (gettext("Answered by"), call.decided_by),
        (gettext("Answered"), say_when(call.decided_at, now=now) if call.decided_at else ""),
        (gettext("Note"), call.decision_note),
        (gettext("Held until"), say_clock(call.held_until) if call.held_until else ""),
        (gettext("Began"), say_when(call.started_at, now=now) if call.started_at else ""),
        (gettext("Tries"), str(call.attempts) if call.attempts else ""),
        (gettext("Came to"), str(result.get("status", "")).replace("_", " ")),
        (gettext("Because"), tell_message(result) if call.status not in _TROUBLE else ""),
        (gettext("The assistant was told"), str(result.get("suggestion", "")) if call.status not in _TROUBLE else ""),
    ]
    return [(name, show_text(value)) for name, value in facts if value]


def _why_of(call: ToolCall) -> str:
    card = read_card(call)
    if card and card.why:
        return card.why
    unasked = say("“%(tier)s” runs without asking.", tier=say(read_tier(call.tier).words))
    return tell(unasked) if unasked == call.rule else call.rule


def _price_of(step: Step) -> str:
    """At which price a model call was counted: dollars per million tokens."""
    price = Price.objects.filter(pk=step.price_id).first() if step.price_id else None
    if price is None:
        return gettext("No price was known on that day.") if step.kind == "model" else ""
    each = {"read": price.input_nano, "written": price.output_nano, gettext("from cache"): price.cache_read_nano}
    parts = [f"${nano / 1_000:.2f} {what}" for what, nano in each.items()]
    since = f"{say_day(price.valid_from)} {price.valid_from.year}"
    return gettext("%(parts)s, for a million tokens; in force from %(since)s") % {
        "parts": ", ".join(parts),
        "since": since,
    }


def _same_today(call: ToolCall, result: dict[str, Any], *, now: datetime) -> list[tuple[str, str]]:
    """In how many other runs of the day the same tool came to the same end."""
    if not result.get("status"):
        return []
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    same = ToolCall.objects.filter(tool=call.tool, status=call.status, proposed_at__gte=midnight)
    alike = same.filter(result__status=result["status"]).exclude(run=call.run_id)
    return [(gettext("Same error today"), count(alike.values("run").distinct().count(), "other run"))]
