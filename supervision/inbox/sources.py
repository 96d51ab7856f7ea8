"""Where each value of a proposed call comes from: the caller's words, a look-up of this run, or nowhere that shows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from agentops.domain.cards import EditNote
from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import say_clock, say_date
from agentops.domain.tiers import ActionTier
from agentops.domain.visible_text import show_in_full, show_text
from agentops.models import ToolCall
from supervision.cards import read_card
from supervision.phrases import named, tell
from supervision.wording import say_day, say_time

_TELLING = ("name", "title", "label", "starts_at", "provider", "kind", "born")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


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


def read_sources(call: ToolCall) -> list[Source]:
    """Every value that the call would send, what was inferred first."""
    values = _values_of(call)
    if not values:
        return []
    said = _words_of(call)
    looked = list(_found_before(call))
    card = read_card(call)
    edit = card.edit if card else None
    changed = {one.name for one in edit.values} if edit else set[str]()
    sources = [
        _put_in(name, value, edit) if edit and name in changed else _trace(name, value, said=said, looked=looked)
        for name, value in values.items()
    ]
    return sorted(sources, key=lambda source: not source.inferred)


def _values_of(call: ToolCall) -> dict[str, Any]:
    try:
        values = json.loads(call.arguments)
    except ValueError:
        return {}
    return {name: value for name, value in values.items() if value not in _EMPTY} if isinstance(values, dict) else {}


def _words_of(call: ToolCall) -> str:
    turns = call.run.conversation.runs.filter(pk__lte=call.run_id).order_by("pk").values_list("request", flat=True)
    return "\n".join(turns)


def _found_before(call: ToolCall) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record that a look-up of this run brought, with what the look-up is called; the newest first."""
    looked = ToolCall.objects.filter(
        run=call.run_id, tier=ActionTier.READ, status=CallStatus.SUCCEEDED, pk__lt=call.pk
    ).order_by("-pk")
    for one in looked:
        card, result = read_card(one), one.result if isinstance(one.result, dict) else {}
        done = card.done if card and card.done else one.tool
        for record in _records_in(result.get("data")):
            yield done, record


def _records_in(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _records_in(inner)


def _put_in(name: str, value: Any, edit: EditNote) -> Source:
    """A value that a person put in, by what the card calls it where it is only a number."""
    told = ", ".join(line.then for line in edit.shown if not line.is_message)
    return Source(_say_name(name), told if isinstance(value, int) and told else _say(value), Origin.CHANGED, edit.by)


def _trace(name: str, value: Any, *, said: str, looked: list[tuple[str, dict[str, Any]]]) -> Source:
    label = _say_name(name)
    for done, record in looked:
        if record.get(name) == value:
            return Source(label, _say_record(record, value), Origin.LOOKED_UP, done)
    words = _find_words(value, said)
    if words:
        return Source(label, _say(_call(name, value)), Origin.SAID, f"“{show_text(words)}”")
    neither = gettext("Neither said by the caller nor found in a look-up")
    return Source(label, _say(_call(name, value)), Origin.INFERRED, neither)


def _say_name(name: str) -> str:
    """A name as words; one that is no plain name stands in quotes, so that it cannot pass for a line of ours."""
    if not _NAME.fullmatch(name):
        return f"“{show_text(name)}”"
    return gettext(name.removesuffix("_id").replace("_", " ").capitalize())


def _find_words(value: Any, said: str) -> str:
    """The caller's own words that are this value; a number counts only where it stands alone."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    found = re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", said, re.IGNORECASE)
    return found[0] if found else ""


def _say_record(record: dict[str, Any], value: Any) -> str:
    """A record by what people would call it, never by its number alone."""
    told = [_say(_call(key, record[key])) for key in _TELLING if record.get(key) not in _EMPTY]
    return ", ".join(told) or _say(value)


def _call(name: str, value: Any) -> Any:
    """A kind of visit in the reader's language; any other value as it is."""
    return named(value) if name == "kind" and isinstance(value, str) else value


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, dict | list):
        return show_in_full(json.dumps(value, ensure_ascii=False))
    return show_in_full(_say_moment(str(value)))


def _say_moment(text: str) -> str:
    """A date or time as the desk writes it; any other text as it is."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else timezone.make_aware(moment)
            return f"{say_day(timezone.localtime(moment).date())}, {say_time(moment)}"
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            return tell(say_date(day))
        if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
            return tell(say_clock(time.fromisoformat(text), short=True))
    except ValueError:
        return text
    return text
