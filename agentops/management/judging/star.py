"""STAR: doctor's appointments, following up on one, and meetings, between crowd workers who changed their minds freely.

How it is scored, at every query that the human assistant ran (repeated identical ones once):

- Intent of the conversation so far: `doctor_schedule` and `meeting_schedule` are BOOK, `doctor_followup` (what did the
  doctor tell me to do?) is QUESTION. Queries of flights, restaurants, rides and the like are no business of a clinic.
- Slots against the query's constraints: day of the week, hour, doctor, patient. The assistants' form always sent a
  value: `api.is_equal_to("Sunday")` and `api.is_equal_to("12 am")` are its defaults and count as "not set". Values of
  which nobody in the dialogue said a word ("asap" was filled in with some hour) are not scored either; both are
  counted.
- Exact bookings: the last query that booked, all its scored values right.

"Today" is the day that the user's guide names; where it names a date too, a month in which they agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from agentops.domain.language import Intent, Reading, read_conversation
from agentops.management.judging.scores import Report, load_rows

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EXPECTED = {"doctor_schedule": Intent.BOOK, "meeting_schedule": Intent.BOOK, "doctor_followup": Intent.QUESTION}
_DOCTORS = ("Dr. Alexis", "Dr. Morgan", "Dr. Johnson")
_TODAY = re.compile(rf"\b({'|'.join(_DAYS)})\b(?: the (\d+)\w\w)?")
_UNSET = frozenset({'api.is_equal_to("Sunday")', 'api.is_equal_to("12 am")'})
_VALUE = re.compile(r'^(?:api\.is_equal_to\()?"([^"\[\]]+)"\)?$')
_HOURS = ["twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


@dataclass(frozen=True)
class _Query:
    """One query, with what the user said about it so far and what was said to the user before each turn."""

    api: str
    wanted: dict[str, str]
    raw: tuple[tuple[str, str], ...]
    said: list[str]
    asked: list[str]


def judge_star(folder: Path, *, half: str) -> Report:
    """Score intents, slots and bookings of the STAR dialogues."""
    report = Report("STAR")
    for dialogue in load_rows(folder / "scheduling" / "star_dev.jsonl.gz", half=half, key="id"):
        report.dialogues += 1
        _judge_dialogue(report, dialogue, now=read_today(dialogue))
    return report


def read_today(dialogue: dict[str, Any]) -> datetime:
    """The day on which the dialogue takes place, at 8 in the morning."""
    guides = [event["text"] for event in dialogue["events"] if event["role"] == "user_guide"]
    found = next((match for text in (dialogue["user_task"], *guides) if (match := _TODAY.search(text))), None)
    day = date(2026, 11, 23)
    while found and (day.strftime("%A") != found[1] or (found[2] and day.day != int(found[2]))):
        day += timedelta(days=1)
    return datetime.combine(day, time(8))


def _judge_dialogue(report: Report, dialogue: dict[str, Any], *, now: datetime) -> None:
    seen: set[tuple[Any, ...]] = set()
    last: tuple[_Query, Reading] | None = None
    for query in _find_queries(dialogue):
        state = read_conversation(said=query.said, now=now, clinicians=_DOCTORS, asked=query.asked)
        if query.wanted.get("RequestType") == "Book":
            last = (query, state)
        if (query.api, *query.raw) in seen:
            continue
        seen.add((query.api, *query.raw))
        example = f"{dialogue['id']} {query.said[-3:]} read as {state.intent}"
        report.count_intent(query.api, right=state.intent is _EXPECTED[query.api], example=example)
        _judge_slots(report, dialogue, query, state, now=now)
    if last is not None:
        _judge_booking(report, *last, now=now)


def _find_queries(dialogue: dict[str, Any]) -> Iterator[_Query]:
    """The clinic's queries. What was said counts from the last query about something else."""
    said: list[str] = []
    asked: list[str] = []
    told, topic, since = "", "", 0
    for event in dialogue["events"]:
        if event["role"] == "assistant":
            told = event["text"]
        elif event["role"] == "user":
            said, asked, told = [*said, event["text"]], [*asked, told], ""
        elif event["role"] == "query":
            if topic and event["api"] != topic:
                said, asked = said[since:], asked[since:]
            topic, since = event["api"], len(said)
            raw = tuple(sorted((k, str(v)) for c in event["constraints"] for k, v in c.items() if k != "Symptoms"))
            wanted = {k: m[1].strip() for k, v in raw if v not in _UNSET and (m := _VALUE.match(v))}
            if topic in _EXPECTED and said:
                yield _Query(topic, wanted, raw, said, asked)


def _expected_slots(query: _Query, now: datetime) -> Iterator[tuple[str, str, bool]]:
    """Slot, value and whether anybody said a word of it."""
    words = " / ".join(query.said + query.asked).lower()
    if day := query.wanted.get("Day"):
        ahead = (_DAYS.index(day) - now.weekday()) % 7
        hint = rf"\b{day.lower()[:3]}|" + {0: r"\btoday|\btonight", 1: r"\btomorrow"}.get(ahead, r"\bday after")
        yield "date", day, bool(re.search(hint, words))
    if start := query.wanted.get("StartTimeHour"):
        hour = start.split()[0]
        yield "time", start, bool(re.search(_clock_words(int(hour)), words))
    if query.api.startswith("doctor") and (doctor := query.wanted.get("Name")):
        yield "provider", doctor, doctor.split()[-1].lower()[:4] in words
    if patient := query.wanted.get("PatientName") or query.wanted.get("UserName"):
        yield "patient", patient.lower(), patient.lower() in words


def _clock_words(hour: int) -> str:
    """A pattern, simpler than the grammar that is judged, for an hour said as a time of day."""
    name = rf"(?:{hour}|{hour + 12}|{_HOURS[hour % 12]})"
    marked = rf"\b{name}(?::\d\d)? ?(?:[ap]\.?m|o.?clock|ish|:\d\d|in the)"
    placed = (
        rf"\b(?:at|around|about|by|after|before|or|to|-|for|say|try) {name}(?! ?(?:days?|hours?|people|weeks?|h\b|-))\b"
    )
    return rf"{marked}|{placed}|(?:^|/) *{name}[ ?.!]*(?:$|/)" + (r"|\bnoon\b" if hour == 12 else "")


def _got_slot(slot: str, state: Reading) -> str | None:
    if slot == "date":
        return f"{state.date_from:%A}" if state.date_from and state.date_from == state.date_to else None
    if slot == "time":
        at = state.exact_time or state.earliest or state.latest
        return f"{at.hour % 12 or 12} {'am' if at.hour < 12 else 'pm'}" if at else None
    if slot == "provider":
        return state.clinician
    return state.patient_name.lower() if state.patient_name else None


def _judge_slots(report: Report, dialogue: dict[str, Any], query: _Query, state: Reading, *, now: datetime) -> None:
    expected = {slot: value for slot, value, grounded in _expected_slots(query, now) if grounded}
    skipped = [slot for slot, _, grounded in _expected_slots(query, now) if not grounded]
    for slot in ("date", "time", "provider", "patient"):
        if slot in skipped or slot not in expected:
            report.notes[f"{slot} not set or never said"] += 1
            continue
        got = _got_slot(slot, state)
        report.slot(slot).count(expected={expected[slot]}, allowed=set(), got=got)
        if got != expected[slot]:
            report.misses.append(f"{slot} {dialogue['id']} {query.said[-4:]} wanted {expected[slot]} read {got}")


def _judge_booking(report: Report, query: _Query, state: Reading, *, now: datetime) -> None:
    expected = {slot: value for slot, value, grounded in _expected_slots(query, now) if grounded}
    report.bookings += 1
    report.exact += all(_got_slot(slot, state) == value for slot, value in expected.items())
    report.asked_back += bool(state.doubts) or any(_got_slot(slot, state) is None for slot in expected)
