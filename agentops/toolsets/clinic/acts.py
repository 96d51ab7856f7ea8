"""This is where we compare what a call does with what the caller wanted done at all."""

import re
from dataclasses import dataclass

from agentops.domain.cards import Mismatch
from agentops.domain.language import Intent, TurnRead
from agentops.models import AgentRun
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.hearing import read_caller_turns, read_intent
from agentops.toolsets.clinic.refusals import NO_BOOKING, NO_CANCEL, NO_MOVE, NO_TEXT, find_refusal

_LABEL = "They asked for this"
_UNSURE = frozenset({Intent.OTHER, Intent.GREETING, Intent.CONFIRM, Intent.DENY})
_ACTIONS = frozenset({Intent.BOOK, Intent.MOVE, Intent.CANCEL})
_ASKED = {
    Intent.BOOK: "an appointment",
    Intent.MOVE: "an appointment to be moved",
    Intent.CANCEL: "an appointment to be cancelled",
    Intent.MESSAGE: "a message to be sent",
    Intent.LIST: "what is booked",
    Intent.FIND: "a free time",
    Intent.QUESTION: "an answer to a question",
    Intent.PERSON: "a person",
    Intent.EMERGENCY: "help in an emergency",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What a tool does: the intents it answers, words that ask for it by themselves, and what would be a no to it."""

    intents: frozenset[Intent]
    words: re.Pattern[str]
    refused: re.Pattern[str]
    would: str
    confirm: str


BOOKING = Act(
    intents=frozenset({Intent.BOOK, Intent.FIND, Intent.CONFIRM}),
    words=re.compile(r"\b(?:book|schedule|make (?:an|another) appointment)\b", re.IGNORECASE),
    refused=NO_BOOKING,
    would="This would book an appointment.",
    confirm="Book it, I checked with",
)
MOVING = Act(
    intents=frozenset({Intent.MOVE}),
    words=re.compile(
        r"\b(?:move|reschedule|rebook|instead|(?:another|different|new) (?:time|day|date|slot))\b", re.IGNORECASE
    ),
    refused=NO_MOVE,
    would="This would move the appointment.",
    confirm="Move it, I checked with",
)
CANCELLING = Act(
    intents=frozenset({Intent.CANCEL}),
    words=re.compile(
        r"\bcancel\b|\b(?:can['’]?t|cannot|won['’]?t|not)(?: be)?(?: able to)? (?:com(?:e|ing)|mak(?:e|ing) it|attend)",
        re.IGNORECASE,
    ),
    refused=NO_CANCEL,
    would="This would cancel the appointment.",
    confirm="Cancel it, I checked with",
)
SENDING = Act(
    intents=frozenset({Intent.MESSAGE}),
    words=re.compile(r"\b(?:text|message|send|remind|let \w+(?: \w+)? know)\b", re.IGNORECASE),
    refused=NO_TEXT,
    would="This would send a text.",
    confirm="Send it, I checked with",
)


def check_asked(ctx: ToolContext, act: Act, *, given: str, proposed: str) -> Findings:
    """Whether the caller wanted this done. A no that was said and not taken back counts, however the rest reads."""
    turns = read_caller_turns(ctx)
    if no := _standing_refusal(ctx, act, turns):
        text = f"The caller said “{no}”. {act.would}"
        return _not_asked(act, said=no, proposed=proposed, text=text, given=given)
    if _fits(ctx, act, turns):
        return passed(_LABEL)
    if act is SENDING and _from_staff(ctx):
        return passed("Written by staff at the desk")
    asked = _ASKED.get(turns[-1].reading.intent if turns else Intent.OTHER)
    said = f"Asked for {asked}" if asked else "Nothing that asks for it"
    text = f"The caller asked for {asked}. {act.would}" if asked else f"The caller did not ask for this. {act.would}"
    return _not_asked(act, said=said, proposed=proposed, text=text, given=given)


def _not_asked(act: Act, *, said: str, proposed: str, text: str, given: str) -> Findings:
    confirm = f"{act.confirm} {given}"
    return conflict(f"{_LABEL}: no", Mismatch(said=said, proposed=proposed, text=text, confirm=confirm))


def _standing_refusal(ctx: ToolContext, act: Act, turns: list[TurnRead]) -> str:
    """The last no that no later word took back."""
    standing = ""
    for text, turn in zip(ctx.said, turns, strict=True):
        no = find_refusal(text, act.refused)
        if no and not (no.after and read_intent(ctx, no.after) in act.intents):
            standing = no.words
        elif turn.turn.intent in act.intents:
            standing = ""
    return standing


def _fits(ctx: ToolContext, act: Act, turns: list[TurnRead]) -> bool:
    if not turns:
        return False
    reading = turns[-1].reading
    if reading.intent in act.intents:
        return True
    if reading.intent in _ACTIONS | _UNSURE and act.words.search(ctx.said[-1]):
        return True
    if act is MOVING:
        return reading.intent is Intent.BOOK and any(Intent.MOVE in (t.turn.intent, t.reading.intent) for t in turns)
    # "Thursday at two with Dr Patel, please" asks for a booking without a verb.
    named = reading.has_date or reading.has_time or bool(reading.kind or reading.clinician)
    return act is BOOKING and reading.intent in _UNSURE - {Intent.DENY} and named


def _from_staff(ctx: ToolContext) -> bool:
    """Whether staff wrote the request for themselves, with no caller on the line."""
    return AgentRun.objects.filter(
        pk=ctx.run_id, conversation__channel="desk", conversation__on_the_line=False
    ).exists()
