"""What look-ups brought, as people call it: a record by its name, a moment by the clock; and what to choose from."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import say_clock, say_date
from agentops.domain.tiers import ActionTier
from agentops.domain.visible_text import show_in_full, show_text
from agentops.models import ToolCall
from supervision.phrases import named, tell
from supervision.wording import say_day, say_time

EMPTY: tuple[Any, ...] = (None, "", [], {})
MOST_LOOK_UPS = 200
MOST_CHOICES = 60
_TELLING = ("name", "title", "label", "starts_at", "provider", "kind", "born")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def list_choices(names: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """For each of these arguments what the latest look-ups brought of its name, as (value, words), by the words.

    A number that only names a row is told by what the row is called: only a desk that knows a patient's number could
    type it.
    """
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    looked = ToolCall.objects.filter(tier=ActionTier.READ, status=CallStatus.SUCCEEDED).order_by("-pk")
    for result in looked.values_list("result", flat=True)[:MOST_LOOK_UPS]:
        for record in records_in(result.get("data") if isinstance(result, dict) else None):
            for name, known in found.items():
                value = record.get(name)
                if isinstance(value, str | int) and value not in EMPTY and len(known) < MOST_CHOICES:
                    known.setdefault(str(value), _name_of(record, name))
    told = {name: [(value, words) for value, words in known.items() if words] for name, known in found.items()}
    return {name: sorted(known, key=lambda one: one[1].casefold()) for name, known in told.items()}


def _name_of(record: dict[str, Any], name: str) -> str:
    """What one value of a record is called; empty where the record is about something else than its number names."""
    if not name.endswith("_id"):
        return say_field(name, record[name])
    if (beside := name.removesuffix("_id")) in record:
        return say_field(beside, record[beside])
    own = [key for key in record if key.endswith("_id") and key.removesuffix("_id") not in record]
    return say_record(record, "") if own == [name] else ""


def records_in(data: Any) -> Iterator[dict[str, Any]]:
    """Every record in what a look-up brought, however deep it lies."""
    if isinstance(data, dict):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from records_in(inner)


def say_name(name: str) -> str:
    """A name as words; one that is no plain name stands in quotes, so that it cannot pass for a line of ours."""
    if not _NAME.fullmatch(name):
        return f"“{show_text(name)}”"
    return gettext(name.removesuffix("_id").replace("_", " ").capitalize())


def say_record(record: dict[str, Any], value: Any) -> str:
    """A record by what people would call it, never by its number alone."""
    told = [say_field(key, record[key]) for key in _TELLING if record.get(key) not in EMPTY]
    return ", ".join(told) or say_value(value)


def say_field(name: str, value: Any) -> str:
    """A value under its name: a kind of visit in the reader's language, any other as it is."""
    return say_value(named(value) if name == "kind" and isinstance(value, str) else value)


def say_value(value: Any) -> str:
    """One value as the desk writes it."""
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
