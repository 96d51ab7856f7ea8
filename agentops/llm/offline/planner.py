"""The planner itself: one request in, one call or one answer out. The same request always gives the same reply."""

import json
import re
from dataclasses import replace
from datetime import datetime

from agentops.domain.language import Intent, Reading, is_foreign, read_turns
from agentops.domain.messages import Block, FailureKind, ModelFailure, ModelReply, ModelRequest, StopReason
from agentops.domain.pricing import Usage
from agentops.domain.routing import DecisionType
from agentops.llm.offline import appointments, messages, wording
from agentops.llm.offline.briefing import Briefing, read_briefing
from agentops.llm.offline.desk import Desk, Failed, Propose, Say
from agentops.llm.offline.failures import handle_failure
from agentops.llm.offline.history import READS, History, read_history
from agentops.llm.offline.slots import pick_offered

_SLUG = re.compile(r"^- ([\w-]+):", re.MULTILINE)
_SORTED = {
    Intent.BOOK: "booking",
    Intent.FIND: "booking",
    Intent.MOVE: "moving",
    Intent.CANCEL: "cancelling",
    Intent.MESSAGE: "messages",
    Intent.LIST: "questions",
    Intent.QUESTION: "questions",
}
_LAST_SENTENCE = re.compile(r"[^.!?]*[.!?]?\s*$")
_ABBREVIATED = re.compile(r"\b(Dr|Mr|Mrs|Ms)\.")
_FLOWS = {
    Intent.BOOK: appointments.book,
    Intent.MOVE: appointments.move,
    Intent.CANCEL: appointments.cancel,
    Intent.LIST: appointments.tell,
    Intent.FIND: appointments.look,
    Intent.MESSAGE: messages.message,
    Intent.QUESTION: messages.answer,
}
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001 - only where the briefing tells no time; no day is read off it


class OfflinePlanner:
    """A model that is a program. Knows only what the request tells it."""

    name = "offline-planner-1"
    provider = "offline"

    def ask(self, request: ModelRequest) -> ModelReply:
        """Answer one request: a task type's slug, one tool call, or a text that ends the turn.

        Raises ModelFailure where the request is meant for another model: it never passes for one.
        """
        if request.model != self.name:
            detail = f"the offline planner is not {request.model}; give this decision another route"
            raise ModelFailure(FailureKind.BAD_REQUEST, detail)
        history = read_history(request.messages)
        briefing = read_briefing(request.briefing)
        desk = _set_desk(history, briefing, frozenset(tool.name for tool in request.tools))
        if request.decision is DecisionType.CLASSIFY_INTENT:
            return self._reply(request, [_text(choose_slug(desk.turn, request.system))], StopReason.END_TURN)
        try:
            _plan(desk)
        except Propose as call:
            use = {"type": "tool_use", "id": f"offline_{history.blocks}", "name": call.tool, "input": call.input}
            words = [_text(call.text)] if call.text else []
            return self._reply(request, [*words, use], StopReason.TOOL_USE)
        except Say as answer:
            return self._reply(request, [_text(answer.text)], StopReason.END_TURN)
        raise AssertionError("a plan ends in a call or an answer")

    def _reply(self, request: ModelRequest, content: list[Block], stop: StopReason) -> ModelReply:
        asked = len(request.system) + len(request.briefing) + len(json.dumps(request.messages, default=str))
        usage = Usage(input_tokens=asked // 4 + 1, output_tokens=len(json.dumps(content, default=str)) // 4 + 1)
        return ModelReply(
            content=content,
            stop_reason=stop,
            usage=usage,
            model=self.name,
            provider=self.provider,
            raw_stop_reason=stop.value,
        )


def _text(words: str) -> Block:
    return {"type": "text", "text": words}


def choose_slug(turn: Reading, system: str) -> str:
    """The task type for a first request, among those that the system text lists."""
    slugs = _SLUG.findall(system)
    intent = Intent.BOOK if turn.intent is Intent.OTHER and _speaks_of_when(turn) else turn.intent
    wanted = _SORTED.get(intent, "other")
    if wanted in slugs or not slugs:
        return wanted
    return "other" if "other" in slugs else str(slugs[-1])


def _speaks_of_when(reading: Reading) -> bool:
    return bool(reading.clinician and (reading.has_date or reading.has_time)) or (reading.has_date and reading.has_time)


def _set_desk(history: History, briefing: Briefing, offered: frozenset[str]) -> Desk:
    """Read the conversation. A wish that was carried out in an earlier turn is over; who the patient is stays known."""
    now = briefing.now or _UNDATED
    asked = [_last_sentence(text) for text in history.asked]
    reads = read_turns(said=history.said, now=now, clinicians=briefing.clinicians, kinds=briefing.kinds, asked=asked)
    if not reads:
        return Desk(briefing, history, Reading(), Reading(), offered)
    start = max((c.turn for c in history.calls if c.ok and c.tool not in READS and c.turn < history.turn), default=0)
    picked = [i for i in range(start, len(asked)) if asked[i] == wording.WHICH_ONE]
    kept = [i for i in range(start, len(asked)) if i not in picked]
    said, before = [history.said[i] for i in kept], [asked[i] for i in kept]
    since = read_turns(said=said, now=now, clinicians=briefing.clinicians, kinds=briefing.kinds, asked=before)
    reading, whole = since[-1].reading if since else Reading(), reads[-1].reading
    name = reading.patient_name or whole.patient_name
    born = reading.born or (whole.born if not reading.patient_name else None)
    pick = reads[picked[-1]].turn if picked else None
    return Desk(briefing, history, replace(reading, patient_name=name, born=born), reads[-1].turn, offered, pick)


def _last_sentence(text: str) -> str:
    """The question itself: what stood before it may name days and times that nobody agreed to."""
    match = _LAST_SENTENCE.search(_ABBREVIATED.sub(r"\1", text).strip())
    return match.group().strip() if match else text


def _plan(desk: Desk) -> None:
    """Run the flow for what is wanted; failures end in words or with a person."""
    try:
        _dispatch(desk)
    except Failed as failed:
        handle_failure(desk, failed.call)
    except Say as answer:
        if desk.history.asked and answer.text == desk.history.asked[-1] and answer.text.endswith("?"):
            desk.hand_over("The assistant asked the same question twice.")
        raise


def _dispatch(desk: Desk) -> None:
    turn, reading = desk.turn, desk.reading
    if turn.intent is Intent.EMERGENCY:
        desk.hand_over(f"Possible emergency: {desk.last_said}", text=wording.EMERGENCY, urgent=True)
    if is_foreign(desk.last_said):
        desk.hand_over("The caller does not write in English.", text=wording.ENGLISH_ONLY)
    if turn.intent is Intent.PERSON:
        desk.hand_over("The caller asks for a person.")
    if turn.intent is Intent.GREETING and not (turn.has_date or turn.has_time):
        raise Say(wording.WELCOME if desk.history.asked[-1] else wording.HELLO)
    if turn.intent is Intent.DENY and not (turn.has_date or turn.has_time or turn.clinician):
        raise Say(wording.NOTHING_DONE)
    intent = reading.intent
    if intent is Intent.FIND and reading.patient_name and reading.born and (reading.has_date or reading.clinician):
        # Who gives a name and a date of birth with the question wants the time and does not only ask for it.
        intent = Intent.BOOK
    if (intent in (Intent.FIND, Intent.BOOK) and pick_offered(desk)) or (
        intent is Intent.OTHER and _speaks_of_when(reading)
    ):
        intent = Intent.BOOK
    if flow := _FLOWS.get(intent):
        flow(desk)
    if any(text in (wording.UNSURE, wording.HELLO) for text in desk.history.asked):
        desk.hand_over("The assistant does not understand what is wanted.")
    raise Say(wording.UNSURE)
