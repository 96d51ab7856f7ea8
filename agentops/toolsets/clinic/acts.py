"""This is where we compare what a call does with what the caller wanted done at all."""

import re
from dataclasses import dataclass

from agentops.domain.cards import Mismatch
from agentops.domain.language import Intent, TurnRead
from agentops.domain.phrases import Phrase, join_phrases, say, sayable
from agentops.models import AgentRun
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.hearing import read_caller_turns, read_intent
from agentops.toolsets.clinic.refusals import NO_BOOKING, NO_CANCEL, NO_MOVE, NO_TEXT, find_refusal

_LABEL = say("They asked for this")
_UNSURE = frozenset({Intent.OTHER, Intent.GREETING, Intent.CONFIRM, Intent.DENY})
_ACTIONS = frozenset({Intent.BOOK, Intent.MOVE, Intent.CANCEL})
_ASKED = {
    Intent.BOOK: say("an appointment"),
    Intent.MOVE: say("an appointment to be moved"),
    Intent.CANCEL: say("an appointment to be cancelled"),
    Intent.MESSAGE: say("a message to be sent"),
    Intent.LIST: say("what is booked"),
    Intent.FIND: say("a free time"),
    Intent.QUESTION: say("an answer to a question"),
    Intent.PERSON: say("a person"),
    Intent.EMERGENCY: say("help in an emergency"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What a tool does: the intents it answers, words that ask for it by themselves, and what would be a no to it."""

    intents: frozenset[Intent]
    words: re.Pattern[str]
    refused: re.Pattern[str]
    would: Phrase
    confirm: str


BOOKING = Act(
    intents=frozenset({Intent.BOOK, Intent.FIND, Intent.CONFIRM}),
    words=re.compile(r"\b(?:book|schedule|make (?:an|another) appointment)\b", re.IGNORECASE),
    refused=NO_BOOKING,
    would=say("This would book an appointment."),
    confirm=sayable("Book it, I checked with %(given)s"),
)
MOVING = Act(
    intents=frozenset({Intent.MOVE}),
    words=re.compile(
        r"\b(?:move|reschedule|rebook|instead|(?:another|different|new) (?:time|day|date|slot))\b", re.IGNORECASE
    ),
    refused=NO_MOVE,
    would=say("This would move the appointment."),
    confirm=sayable("Move it, I checked with %(given)s"),
)
CANCELLING = Act(
    intents=frozenset({Intent.CANCEL}),
    words=re.compile(
        r"\bcancel\b|\b(?:can['’]?t|cannot|won['’]?t|not)(?: be)?(?: able to)? (?:com(?:e|ing)|mak(?:e|ing) it|attend)",
        re.IGNORECASE,
    ),
    refused=NO_CANCEL,
    would=say("This would cancel the appointment."),
    confirm=sayable("Cancel it, I checked with %(given)s"),
)
SENDING = Act(
    intents=frozenset({Intent.MESSAGE}),
    words=re.compile(r"\b(?:text|message|send|remind|let \w+(?: \w+)? know)\b", re.IGNORECASE),
    refused=NO_TEXT,
    would=say("This would send a text."),
    confirm=sayable("Send it, I checked with %(given)s"),
)


def check_asked(ctx: ToolContext, act: Act, *, given: str, proposed: str) -> Findings:
    """Whether the caller wanted this done. A no that was said and not taken back counts, however the rest reads."""
    turns = read_caller_turns(ctx)
    if no := _standing_refusal(ctx, act, turns):
        told = say("The caller said “%(no)s”.", no=no)
        return _not_asked(act, said=no, proposed=proposed, told=told, given=given)
    if _fits(ctx, act, turns):
        return passed(_LABEL)
    if act is SENDING and _from_staff(ctx):
        return passed(say("Written by staff at the desk"))
    asked = _ASKED.get(turns[-1].reading.intent if turns else Intent.OTHER)
    said = say("Asked for %(asked)s", asked=asked) if asked else say("Nothing that asks for it")
    told = say("The caller asked for %(asked)s.", asked=asked) if asked else say("The caller did not ask for this.")
    return _not_asked(act, said=said, proposed=proposed, told=told, given=given)


def _not_asked(act: Act, *, said: str, proposed: str, told: str, given: str) -> Findings:
    text, confirm = join_phrases([told, act.would]), say(act.confirm, given=given)
    return conflict(say("They asked for this: no"), Mismatch(said=said, proposed=proposed, text=text, confirm=confirm))


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
