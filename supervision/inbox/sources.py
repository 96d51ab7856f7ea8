"""Where each value of a proposed call comes from: the caller's words, a look-up of this run, or nowhere that shows."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext

from agentops.domain.cards import EditNote
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.cards import read_card
from supervision.looked_up import EMPTY, records_in, say_field, say_name, say_record, say_value


class Origin(StrEnum):
    """How a value got into the call."""

    SAID = "Caller said"
    LOOKED_UP = "Looked up"
    INFERRED = "Inferred"
    CHANGED = "Changed by staff"


@dataclass(frozen=True, slots=True)
class Source:
    """One value: what it is called, how it reads, where it comes from and, in `detail`, the words or the look-up."""

    label: str
    value: str
    origin: Origin
    detail: str

    @property
    def inferred(self) -> bool:
        """Whether neither the caller nor a look-up shows it."""
        return self.origin is Origin.INFERRED


def read_sources(call: ToolCall, *, looked: Sequence[ToolCall], said: Sequence[str]) -> list[Source]:
    """Every value that the call would send, what was inferred first.

    `looked` are the look-ups before it, the oldest first; `said` is what the caller said up to then.
    """
    values, words, found = _values_of(call), "\n".join(said), list(_found_in(reversed(looked)))
    card = read_card(call)
    edit = card.edit if card else None
    changed = {one.name for one in edit.values} if edit else set[str]()
    sources = [
        _put_in(name, value, edit) if edit and name in changed else _trace(name, value, said=words, looked=found)
        for name, value in values.items()
    ]
    return sorted(sources, key=lambda source: not source.inferred)


def _values_of(call: ToolCall) -> dict[str, Any]:
    try:
        values = json.loads(call.arguments)
    except ValueError:
        return {}
    return {name: value for name, value in values.items() if value not in EMPTY} if isinstance(values, dict) else {}


def _found_in(looked: Iterable[ToolCall]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record that these look-ups brought, with what the look-up is called."""
    for one in looked:
        card, result = read_card(one), one.result if isinstance(one.result, dict) else {}
        done = card.done if card and card.done else one.tool
        for record in records_in(result.get("data")):
            yield done, record


def _put_in(name: str, value: Any, edit: EditNote) -> Source:
    """A value that a person put in, by what the card calls it where it is only a number."""
    told = ", ".join(line.then for line in edit.shown if not line.is_message)
    words = told if isinstance(value, int) and told else say_value(value)
    return Source(say_name(name), words, Origin.CHANGED, edit.by)


def _trace(name: str, value: Any, *, said: str, looked: list[tuple[str, dict[str, Any]]]) -> Source:
    label, words = say_name(name), _find_words(value, said)
    for done, record in looked:
        if record.get(name) == value:
            return Source(label, say_record(record, value), Origin.LOOKED_UP, done)
    if words:
        return Source(label, say_field(name, value), Origin.SAID, f"“{show_text(words)}”")
    nowhere = gettext("Neither said by the caller nor found in a look-up")
    return Source(label, say_field(name, value), Origin.INFERRED, nowhere)


def _find_words(value: Any, said: str) -> str:
    """The caller's own words that are this value; a number counts only where it stands alone."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    found = re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", said, re.IGNORECASE)
    return found[0] if found else ""
