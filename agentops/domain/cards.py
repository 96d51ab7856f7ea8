"""What a person needs to see of a proposed call: written by the tool, stored with the call, never model prose."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agentops.domain.phrases import Stored, Words, find_words, keep_words


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subject(_Frozen):
    """The patient banner: two identifiers always."""

    surname: str
    given: str
    born: Words
    number: str
    mobile: str


class Change(_Frozen):
    """One row of "what will change". `then` equal to `now` is shown as "No change". `is_message` marks exact text."""

    label: Words
    now: Words
    then: Words
    is_message: bool = False


class Check(_Frozen):
    """One check made by code. `ok` False is a conflict; `detail` says how it was looked at."""

    label: Words
    ok: bool
    detail: Words = ""


class Mismatch(_Frozen):
    """A conflict between the proposal and what was asked or recorded, and the words of the box a person ticks."""

    said: Words
    proposed: Words
    text: Words
    confirm: Words


class EditedValue(_Frozen):
    """One argument that staff changed, as JSON values."""

    name: str
    was: Any = None
    now: Any = None


class EditNote(_Frozen):
    """Who changed a call before it was decided, and how. `shown` are the lines in which the two cards differ."""

    by: str
    at: datetime
    note: str = ""
    values: list[EditedValue] = []
    shown: list[Change] = []

    @property
    def told(self) -> str:
        """What the model reads of it, before the result of the changed call."""
        parts = [f"{one.name} was {_as_json(one.was)}, is now {_as_json(one.now)}" for one in self.values]
        words = f" They wrote: {self.note}" if self.note else ""
        return f"{self.by} (staff) changed this call before it was decided: {'; '.join(parts)}.{words}"


class Renewal(_Frozen):
    """What a fresh look found while the call waited: lines of the card before (`now`) and after (`then`), or that it
    cannot be done any more (`gone`, a sentence for staff).
    """

    at: datetime
    gone: Words = ""
    shown: list[Change] = []


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class Card(_Frozen):
    """Everything the desk shows of one call.

    `question` is one sentence: verb, patient, day, date, time, clinician. `ask` puts it
    to the caller ("Shall I book …?"). `title` is the row in the queue. `doing`
    and `done` are the lines of the trace before and after ("Book Ana Gomez …" / "Booked Ana Gomez …").
    `soon` begins the
    sentence that goes on "in 24 seconds" while a yes is held. `keeps` names what nobody else should be offered while
    the call is open, `kept` says it to people ("2pm with Dr Patel is kept for Ana").
    `said_spans` are (start, end) offsets of the words in the request that bear on this call. `changeable` says that
    staff may change something of it first, `edit` what they changed; `renewal` is what a fresh look found to be
    different. `two_people` are the reasons why two people have
    to say yes, a sentence each; none where one is enough. `answer_by` is when an answer comes too late to be of use;
    it becomes the call's own deadline and is not stored with the card. More time may be given up to `useful_until`,
    when the appointment itself begins. `facts` are what a rule of the policy may look at ("notice_hours"); they are
    stored with the call. `why` is the rule by which it needs a person.
    `words` tells what its phrases are made of, while it is stored: see `stored` and `read_card`.
    """

    title: Words
    question: Words = ""
    ask: Words = ""
    yes: Words = ""
    no: Words = ""
    doing: Words = ""
    done: Words = ""
    soon: Words = ""
    keeps: str = ""
    kept: Words = ""
    why: Words = ""
    subject: Subject | None = None
    changes: list[Change] = []
    checks: list[Check] = []
    mismatches: list[Mismatch] = []
    said_spans: list[tuple[int, int]] = []
    checked_at: datetime | None = None
    changeable: bool = False
    edit: EditNote | None = None
    renewal: Renewal | None = None
    two_people: list[Words] = []
    useful_until: datetime | None = None
    answer_by: datetime | None = Field(default=None, exclude=True)
    facts: dict[str, Any] = Field(default={}, exclude=True)
    words: dict[str, Stored] = {}

    @property
    def stored(self) -> dict[str, Any]:
        """The card as JSON values: its texts as they are told to a model, and beside them what they are made of."""
        return self.model_copy(update={"words": keep_words(self)}).model_dump(mode="json")

    @property
    def spoken(self) -> str:
        """What the caller is asked before staff are."""
        return self.ask or self.question

    @property
    def approvable(self) -> bool:
        """A call without a question, a preview and checks cannot be approved by anyone."""
        return bool(self.question and self.yes and self.no and self.changes and self.checks)


def read_card(stored: Any) -> Card:
    """A stored card with its phrases. Raises ValidationError where it cannot be read."""
    card = Card.model_validate(stored)
    return find_words(card.model_copy(update={"words": {}}), card.words)
