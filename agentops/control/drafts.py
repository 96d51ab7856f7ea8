"""A finished run as a golden example: drafted from its rows, without what tells who the patient was."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from agentops.control.outcomes import BadRequest
from agentops.domain.cards import Card
from agentops.domain.golden import Came, Example, Expected, Policy, RecordedCall, SaidTurn, StaffAnswer, Words
from agentops.domain.golden.redaction import REGION, Redactor, find_introduced, find_names
from agentops.domain.language import is_foreign
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.messages import FailureKind, StopReason
from agentops.domain.outcomes import ToolResult
from agentops.domain.phrases import say
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier
from agentops.domain.validation import extract_contacts
from agentops.models import AgentRun, GoldenExample, Step, ToolCall, see_run

UNSORTED = "unsorted"
_UNTOLD = {"unknown_tool", "bad_arguments"}
"""Refusals in which the tool was never asked to show anything."""

_UNREPEATABLE = {
    CallStatus.SUPERSEDED: say("Staff changed a request in it first, which cannot be played again."),
    CallStatus.CANCELLED: say("Something in it was withdrawn by people."),
    CallStatus.INVALIDATED: say("Something in it was withdrawn by a rule or a stop."),
    CallStatus.IN_DOUBT: say("Nobody knows of one of its calls whether it happened."),
    CallStatus.HAPPENED: say("A person had to find out what became of one of its calls."),
    CallStatus.NOT_HAPPENED: say("A person had to find out what became of one of its calls."),
}
_ENDS = {
    "cancelled": say("It was stopped by people."),
    "limit_active_time": say("It ran out of working time, which depends on the day."),
    "workers_lost": say("Its work broke off, which will not come out the same again."),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An example as it would be stored, how many things were taken out of it, and whether it is stored already."""

    example: Example
    taken_out: int
    saved_as: str = ""


def draft_golden(*, run_id: int, hide: Iterable[str] = (), name: str = "", about: str = "") -> Draft:
    """Make an example of a run and what was said before it; raises BadRequest where it would not come out again.

    `hide` are further words to be taken out of it.
    """
    run = AgentRun.objects.select_related("conversation", "task_type").filter(pk=run_id).first()
    if run is None:
        raise BadRequest("unknown_run", say("There is no run with this number."))
    earlier = AgentRun.objects.filter(conversation=run.conversation_id, ordinal__lte=run.ordinal)
    parts = [_Rows(one) for one in earlier.select_related("task_type").order_by("ordinal")]
    for part in parts:
        _refuse_unrepeatable(part)
    redactor = _make_redactor(parts, hide=hide)
    saved = GoldenExample.objects.filter(from_run=run_id).values_list("name", flat=True).first() or ""
    facts = {
        "name": name or f"run-{run_id}-{run.task_type.slug}"[:80],
        "about": redactor.text(about) or "Saved from a run.",
        "starts_as": UNSORTED if parts[0].sorted_by_model else run.task_type.slug,
        "world": "recorded",
        "channel": run.conversation.channel,
        "on_the_line": run.conversation.on_the_line,
        "clock": run.created_at.replace(microsecond=0),
        "limits": {**run.limits._asdict()},
        "tiers": sorted(run.task_type.tiers, key=lambda tier: tier.rank),
        "policies": _list_policies(parts),
        "talk": [_draft_part(part, redactor) for part in parts],
    }
    return Draft(_validate(facts), redactor.count, saved)


class _Rows:
    """One run of the conversation with its steps and calls, oldest first."""

    def __init__(self, run: AgentRun) -> None:
        self.run = run
        self.turns = list(run.steps.exclude(kind="note"))
        self.calls = list(ToolCall.objects.filter(run=run).order_by("step_id", "position"))
        self.came: Came = see_run(run)

    @property
    def sorted_by_model(self) -> bool:
        """Whether it began without a task type."""
        return any(step.decision == DecisionType.CLASSIFY_INTENT for step in self.turns)

    @property
    def said_by_tools(self) -> list[Any]:
        """What came from outside the model: arguments it was given, results, cards."""
        results = [call.result.get("data") for call in self.calls if call.result]
        return [*(call.card for call in self.calls), *results]


def _refuse_unrepeatable(part: _Rows) -> None:
    """Say why a run would not come out again as it did; nothing where it would."""
    if not RunStatus(part.run.status).over:
        raise BadRequest("not_over", say("This run is not over yet."))
    reasons = [_ENDS.get(part.run.outcome, ""), *(_UNREPEATABLE.get(CallStatus(c.status), "") for c in part.calls)]
    if any(finding["rule"] == "protected_value" for finding in part.run.findings):
        reasons.append(say("It was stopped because of another patient’s data, which an example must not hold."))
    if any((call.result or {}).get("code") == "stopped" for call in part.calls):
        reasons.append(say("Something was stopped by people while it ran."))
    reason = next(filter(None, reasons), "")
    if reason:
        raise BadRequest("unrepeatable", say("This run cannot be saved. %(reason)s", reason=reason))


def _make_redactor(parts: list[_Rows], *, hide: Iterable[str]) -> Redactor:
    told = [value for part in parts for value in part.said_by_tools]
    given = [json.loads(call.arguments) for part in parts for call in part.calls]
    searched = [each["name"] for each in given if isinstance(each.get("name"), str)]
    subjects = [call.card["subject"] for part in parts for call in part.calls if call.card and call.card.get("subject")]
    requests = [part.run.request for part in parts]
    full = [f"{subject['given']} {subject['surname']}" for subject in subjects]
    names = [*full, *searched, *find_names(told), *(name for text in requests for name in find_introduced(text))]
    return Redactor(
        today=timezone.localdate(),
        names=names,
        numbers=[subject["number"] for subject in subjects if subject["number"]],
        words=[word for word in hide if word],
        keep=_own_contacts(parts, told=[*told, *given, *requests]),
    )


def _own_contacts(parts: list[_Rows], *, told: list[Any]) -> frozenset[str]:
    """Contact details that left in an answer and stand in nobody's record: the clinic's own, or they had been taken
    out.
    """
    outside = _contacts(json.dumps(told, ensure_ascii=False, default=str))
    return _contacts("\n".join(part.run.answer for part in parts)) - outside


def _contacts(text: str) -> frozenset[str]:
    return frozenset(contact.value for contact in extract_contacts(text, REGION))


def _list_policies(parts: list[_Rows]) -> dict[str, Policy]:
    """The tier of each tool as it was, and what was switched off; how many confirm stands on the recorded cards."""
    found: dict[str, Policy] = {}
    for call in (call for part in parts for call in part.calls):
        code = (call.result or {}).get("code", "")
        if code != "unknown_tool" and call.arguments != "{}":
            found[call.tool] = Policy(tier=ActionTier(call.tier), enabled=code != "tool_disabled")
    return found


def _draft_part(part: _Rows, redactor: Redactor) -> dict[str, Any]:
    came = Came.model_validate(redactor.value(part.came.model_dump(mode="json")))
    return {
        "says": redactor.text(part.run.request),
        "turns": [_draft_turn(step, redactor) for step in part.turns],
        "staff": [answer for call in part.calls for answer in _list_answers(call, redactor)],
        "results": [_draft_call(call, redactor) for call in part.calls if _was_shown(call)],
        "expected": Expected.model_validate({**came.model_dump(exclude={"answer"}), "words": _words(came.answer)}),
    }


def _words(answer: str) -> Words:
    """What is said now has to be said again: the model's words are recorded, the rest is composed by code."""
    return Words(
        contains=[answer] if answer else [],
        contacts=[answer[each.start : each.end] for each in extract_contacts(answer, REGION)],
        language="any" if is_foreign(answer) else "en",
    )


def _draft_turn(step: Step, redactor: Redactor) -> SaidTurn:
    known = step.stop_reason in {reason.value for reason in StopReason}
    return SaidTurn(
        content=[redactor.block(block) for block in step.content],
        stop_reason=StopReason(step.stop_reason) if known else StopReason.UNKNOWN,
        input_tokens=step.input_tokens + step.cache_read_tokens + step.cache_write_tokens,
        output_tokens=step.output_tokens,
        failure=FailureKind(step.failure) if step.failure else None,
    )


def _list_answers(call: ToolCall, redactor: Redactor) -> Iterator[StaffAnswer]:
    """What people said to a call, in their order; who they were is nobody's business here."""
    if call.status == CallStatus.EXPIRED:
        yield StaffAnswer(answer="expire")
    elif call.decided_by:
        yes = call.status != CallStatus.REJECTED
        if yes and call.confirmers > 1:
            yield StaffAnswer(answer="yes", by="Ruth Kerr")
        yield StaffAnswer(answer="yes" if yes else "no", note=redactor.text(call.decision_note))


def _was_shown(call: ToolCall) -> bool:
    return (call.result or {}).get("code") not in _UNTOLD


def _draft_call(call: ToolCall, redactor: Redactor) -> RecordedCall:
    """What the tool showed, and what it answered where it was run or found that it could not be."""
    refused = call.status == CallStatus.REFUSED and call.arguments == "{}"
    answered = refused or call.status in {CallStatus.SUCCEEDED, CallStatus.FAILED}
    return RecordedCall(
        tool=call.tool,
        card=redactor.card(Card.model_validate(call.card or {"title": call.tool})),
        result=_bare(redactor.value(call.result)) if answered and call.result else None,
        refuses=refused,
    )


def _validate(facts: dict[str, Any]) -> Example:
    try:
        return Example.model_validate(facts)
    except ValidationError:
        problem = say("Give it a name of small letters, digits and hyphens, 3 to 80 of them.")
        raise BadRequest("bad_name", problem) from None


def _bare(stored: Any) -> ToolResult:
    """A result as an example keeps it: without what its message was made of, which nobody reads there."""
    return ToolResult.model_validate(stored).model_copy(update={"words": {}})
