"""CLINC150 and HWU64: single sentences with one intent each.

Their intents are those of a voice assistant, ours those of a clinic's desk. The mapping, as honest as it can be:

- yes, no: CONFIRM, DENY. `maybe` decides nothing: OTHER.
- `cancel` ("never mind, stop") withdraws the request: DENY, and CANCEL is accepted for "cancel it".
- `cancel_reservation`, `calendar_remove`: CANCEL. `restaurant_reservation`, `calendar_set`: BOOK.
- `schedule_meeting`, `schedule_maintenance` mix "book it" with "is a room free" and "where can I": BOOK or FIND.
- `calendar_update` mixes adding, changing and removing without saying which: BOOK, MOVE or CANCEL.
- `confirm_reservation`, `calendar`, `meeting_schedule`, `calendar_query`: LIST (what do I have, when is it).
- `accept_reservations` ("does the place take bookings"): QUESTION.
- A clinic keeps no private reminders. `reminder_update` (and a `calendar_set` that says "remind"): MESSAGE or OTHER;
  `reminder` (and a `calendar_query` that says "remind"): LIST or OTHER.
- `oos`: OTHER.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from agentops.domain.language import Intent, read_words
from agentops.management.judging.scores import Report, load_rows

_EXPECTED: dict[str, frozenset[Intent]] = {
    "yes": frozenset({Intent.CONFIRM}),
    "no": frozenset({Intent.DENY}),
    "maybe": frozenset({Intent.OTHER}),
    "cancel": frozenset({Intent.DENY, Intent.CANCEL}),
    "cancel_reservation": frozenset({Intent.CANCEL}),
    "calendar_remove": frozenset({Intent.CANCEL}),
    "restaurant_reservation": frozenset({Intent.BOOK}),
    "calendar_set": frozenset({Intent.BOOK}),
    "schedule_meeting": frozenset({Intent.BOOK, Intent.FIND}),
    "schedule_maintenance": frozenset({Intent.BOOK, Intent.FIND}),
    "calendar_update": frozenset({Intent.BOOK, Intent.MOVE, Intent.CANCEL}),
    "confirm_reservation": frozenset({Intent.LIST}),
    "calendar": frozenset({Intent.LIST}),
    "meeting_schedule": frozenset({Intent.LIST}),
    "calendar_query": frozenset({Intent.LIST}),
    "accept_reservations": frozenset({Intent.QUESTION}),
    "reminder_update": frozenset({Intent.MESSAGE, Intent.OTHER}),
    "reminder": frozenset({Intent.LIST, Intent.OTHER}),
    "oos": frozenset({Intent.OTHER}),
}
_NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the words are read on the clock of whoever speaks


def expected_intents(row: dict[str, Any]) -> frozenset[Intent]:
    """The intents that count as right for a row."""
    label = row["intent"]
    if "remind" in row["text"].lower():
        label = {"calendar_set": "reminder_update", "calendar_query": "reminder"}.get(label, label)
    return _EXPECTED[label]


def judge_sentences(folder: Path, *, half: str) -> Report:
    """Score the intents of single sentences."""
    report = Report("CLINC150 and HWU64")
    for row in load_rows(folder / "scheduling" / "intents_dev.jsonl.gz", half=half, key="text"):
        report.dialogues += 1
        got = read_words(text=row["text"], now=_NOW).intent
        report.count_intent(row["intent"], right=got in expected_intents(row), example=f"{row['text']!r} read as {got}")
    return report
