"""A made-up call, judged by the policy as it stands: what would happen if. Nothing is stored and nobody is asked."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agentops.domain.phrases import say
from agentops.domain.policy.judging import ACTS, APPROVABLE, TWO_PEOPLE, AskedCall, Verdict, judge_call
from agentops.domain.policy.rules import Kind, Subject
from agentops.models import TaskType, ToolPolicy
from supervision.looked_up import list_choices, say_name
from supervision.phrases import tell

MOST_CHARS = 500
YES, NO = "yes", "no"
DELICATE = Subject(
    source="fact", name=TWO_PEOPLE, kind=Kind.TRUTH, words=gettext_noop("the tool itself asks for two people")
)
"""A fact that every call has, though no rule may look at it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing about the call: an argument or a fact, what was typed, and what is wrong with it. Empty is unknown.

    `met` is what the latest look-ups brought of its name, to choose from.
    """

    subject: Subject
    value: str
    error: str = ""
    met: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{self.subject.source}-{self.subject.name}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen of something that is true or not, or of a number that only names a row."""
        if self.subject.kind is Kind.TRUTH:
            return [("", _("Not known")), (YES, _("Yes")), (NO, _("No"))]
        if not (self.subject.is_handle and self.met):
            return []
        typed = [] if self.value in {"", *dict(self.met)} else [(self.value, self.value)]
        return [("", _("Not known")), *typed, *self.met]

    @property
    def label(self) -> str:
        """What it is called; a row that is chosen by its name is called by what it is."""
        return say_name(self.subject.name) if self.subject.source == "argument" else tell(say(self.subject.words))


@dataclass(frozen=True, slots=True)
class Trial:
    """The call as it is made up; `verdict` is there once something was asked and nothing is wrong."""

    arguments: list[Entry]
    facts: list[Entry]
    verdict: Verdict | None = None


def try_call(asked: Mapping[str, str], *, policy: ToolPolicy, task: TaskType, judged: bool) -> Trial:
    """Read what was filled in, and judge it where that is wanted and possible."""
    known = [*policy.looked_at, DELICATE]
    met = list_choices(one.name for one in known if one.source == "argument" and one.kind is not Kind.TRUTH)
    entries = [replace(_read(one, asked), met=tuple(met.get(one.name, ()))) for one in known]
    arguments = [one for one in entries if one.subject.source == "argument"]
    facts = [one for one in entries if one.subject.source == "fact"]
    if not judged or any(one.error for one in entries):
        return Trial(arguments, facts)
    call = AskedCall(
        json.dumps(_values(arguments)),
        {ACTS: policy.effect != "read", APPROVABLE: policy.described, **_values(facts)},
    )
    verdict = judge_call(call=call, setting=policy.setting, floor=policy.lowest, permitted=task.tiers)
    return Trial(arguments, facts, verdict)


def _read(subject: Subject, asked: Mapping[str, str]) -> Entry:
    text = asked.get(f"{subject.source}-{subject.name}", _usual(subject)).strip()[:MOST_CHARS]
    if subject.kind is Kind.NUMBER and text and _number(text) is None:
        return Entry(subject, text, _("Write a number, such as 48, or leave it empty."))
    if subject.kind is Kind.TRUTH and text not in {"", YES, NO}:
        return Entry(subject, "")
    return Entry(subject, text)


def _usual(subject: Subject) -> str:
    """What stands in the form at first: nothing odd about the call."""
    return NO if subject.kind is Kind.TRUTH and subject.source == "fact" else ""


def _values(entries: list[Entry]) -> dict[str, Any]:
    return {one.subject.name: _value(one) for one in entries if one.value}


def _value(entry: Entry) -> Any:
    if entry.subject.kind is Kind.TRUTH:
        return entry.value == YES
    return _number(entry.value) if entry.subject.kind is Kind.NUMBER else entry.value


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
