"""Schema-Guided Dialogue: finding and booking hairdressers, dentists and doctors. Today is 1 March 2019, a Friday.

How it is scored:

- Intent, on every turn that carries one: `FindProvider` is FIND, `BookAppointment` is BOOK, `NONE` (nothing is open)
  is any intent that opens no work. The annotated intent is the one that is open, so the conversation's reading is
  scored.
- Date and time, turn by turn: a value that is new in the annotation and stands in the user's own words must be read
  from that turn; reading a value that the annotation does not have is an extra. Values of phrases are compared, not
  words. Where a dialogue also speaks to a calendar, a taxi or the weather, whose values are not annotated here, extras
  are only noted.
- Provider: whenever the annotated provider changes, the conversation's clinician must be that one. The names offered to
  the reading are all names of that service in the file, as a clinic's directory would be.
- Exact bookings: date, time and provider of the last booking call, as the data gives them (canonical values, so that
  they also check what the phrases were read as). A booking is "asked back" when a part is missing or in doubt.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agentops.domain.language import Intent, Reading, TurnRead, read_turns, resolve_date, resolve_time
from agentops.management.judging.scores import Report, load_rows

_NOW = datetime(2019, 3, 1, 8, 0)  # noqa: DTZ001 - the words are read on the clock of whoever speaks
_EXPECTED = {
    "FindProvider": frozenset({Intent.FIND}),
    "BookAppointment": frozenset({Intent.BOOK}),
    "NONE": frozenset({Intent.DENY, Intent.CONFIRM, Intent.GREETING, Intent.OTHER}),
}
_PROVIDERS = ("stylist_name", "dentist_name", "doctor_name", "therapist_name")


def judge_sgd(folder: Path, *, half: str) -> Report:
    """Score intents, slots and bookings of the SGD dialogues."""
    path = folder / "scheduling" / "sgd_dev.jsonl.gz"
    directory = _read_directory(load_rows(path, half="all", key="id"))
    kinds = _read_kinds(folder / "scheduling" / "sgd_services_schema.json")
    report = Report("Schema-Guided Dialogue")
    for dialogue in load_rows(path, half=half, key="id"):
        report.dialogues += 1
        service = dialogue["services"][0]
        _judge_dialogue(report, dialogue, clinicians=directory[service], kinds=kinds.get(service, ()))
    return report


def _read_directory(dialogues: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Every provider's name by service, one spelling each."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for dialogue in dialogues:
        for call in dialogue["calls"]:
            for record in (call["parameters"], *call["results"]):
                names[call["service"]].update({_flat(record[s]): record[s] for s in _PROVIDERS if s in record})
    return {service: sorted(known.values()) for service, known in names.items()}


def _read_kinds(path: Path) -> dict[str, list[str]]:
    services = json.loads(path.read_text(encoding="utf-8"))
    slots = {service["service_name"]: service["slots"] for service in services}
    return {
        name: [value for slot in listed if slot["name"] == "type" for value in slot["possible_values"]]
        for name, listed in slots.items()
    }


def _judge_dialogue(
    report: Report, dialogue: dict[str, Any], *, clinicians: Sequence[str], kinds: Sequence[str]
) -> None:
    turns = dialogue["turns"]
    places = [i for i, turn in enumerate(turns) if turn["r"] == "user"]
    said = [turns[i]["t"] for i in places]
    asked = [turns[i - 1]["t"] if i else "" for i in places]
    reads = read_turns(said=said, now=_NOW, clinicians=clinicians, kinds=kinds, asked=asked)
    mixed = len(dialogue["services"]) > 1
    before: dict[str, list[str]] = {}
    for place, read in zip(places, reads, strict=True):
        turn = turns[place]
        if "intent" not in turn:
            continue
        got = read.reading.intent
        example = f"{dialogue['id']}/{place} {asked[places.index(place)]!r} {turn['t']!r} read as {got}"
        report.count_intent(turn["intent"], right=got in _EXPECTED[turn["intent"]], example=example)
        _judge_turn(report, turn, before, read, mixed=mixed, example=f"{dialogue['id']}/{place} {turn['t']!r}")
        before = turn["slots"]
    _judge_booking(report, dialogue, dict(zip(places, reads, strict=True)))


def _judge_turn(
    report: Report, turn: dict[str, Any], before: dict[str, list[str]], read: TurnRead, *, mixed: bool, example: str
) -> None:
    words = turn["t"].lower()
    day = read.turn.date_from if read.turn.date_from == read.turn.date_to else None
    for name, slot, resolve, got in (
        ("date", "appointment_date", resolve_date, day),
        ("time", "appointment_time", resolve_time, read.turn.exact_time),
    ):
        told = turn["slots"].get(slot, [])
        fresh = [phrase for phrase in told if phrase not in before.get(slot, []) and phrase.lower() in words]
        expected = {resolve(text=phrase, now=_NOW) for phrase in fresh}
        allowed = {resolve(text=phrase, now=_NOW) for phrase in told}
        if mixed and not expected and got is not None and got not in allowed:
            report.notes[f"{name} said to another service, not judged"] += 1
            continue
        report.slot(name).count(expected=expected, allowed=allowed, got=got)
        if (expected and got not in expected) or (got and got not in allowed):
            report.misses.append(f"{name} {example} said {fresh} read {got}")
    _judge_names(report, turn, before, read, example=example)


def _judge_names(
    report: Report, turn: dict[str, Any], before: dict[str, list[str]], read: TurnRead, *, example: str
) -> None:
    for name, slots, got in (("provider", _PROVIDERS, read.reading.clinician), ("kind", ("type",), read.turn.kind)):
        told = {_flat(value) for slot in slots for value in turn["slots"].get(slot, [])}
        known = {_flat(value) for slot in slots for value in before.get(slot, [])}
        value = _flat(got) if got else None
        report.slot(name).count(expected=told - known, allowed=told, got=value)
        if (told - known and value not in told) or (value and value not in told):
            report.misses.append(f"{name} {example} annotated {sorted(told)} read {value}")


def _flat(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _judge_booking(report: Report, dialogue: dict[str, Any], reads: dict[int, TurnRead]) -> None:
    calls = [call for call in dialogue["calls"] if call["method"] == "BookAppointment"]
    if not calls:
        return
    report.bookings += 1
    first, last = (_state_at(reads, call["turn"]) for call in (calls[0], calls[-1]))
    report.asked_back += _must_ask(first)
    wanted = calls[-1]["parameters"]
    provider = next(wanted[slot] for slot in _PROVIDERS if slot in wanted)
    parts = {
        "day": str(last.date_from) == wanted["appointment_date"] and last.date_from == last.date_to,
        "time": f"{last.exact_time:%H:%M}" == wanted["appointment_time"] if last.exact_time else False,
        "provider": last.clinician is not None and _flat(last.clinician) == _flat(provider),
    }
    report.exact += all(parts.values())
    for part, right in parts.items():
        report.notes[f"booking's {part} right"] += right
        if not right:
            got = f"{last.date_from} {last.exact_time} {last.clinician}"
            report.misses.append(f"booking {part} {dialogue['id']}/{calls[-1]['turn']} {wanted} read {got}")


def _state_at(reads: dict[int, TurnRead], place: int) -> Reading:
    return reads[max(i for i in reads if i <= place)].reading


def _must_ask(state: Reading) -> bool:
    complete = state.date_from is not None and state.exact_time is not None and state.clinician is not None
    return not complete or bool(state.doubts)
