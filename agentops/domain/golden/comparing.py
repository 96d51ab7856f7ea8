"""How what came of an example differs from what was expected, in words that a person can judge."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from agentops.domain.golden.examples import Came, Example, Expected, SeenCall, Words
from agentops.domain.language import is_foreign
from agentops.domain.validation import extract_contacts

FREE_TEXT = frozenset({"reason", "summary", "body", "name"})
"""Arguments that a live model words as it likes."""

_NUMBERS = ("First", "Second", "Third", "Fourth", "Fifth")


def find_differences(example: Example, came: list[Came], *, own_contacts: Iterable[str]) -> list[str]:
    """Every difference between what was expected and what came; none where the example holds."""
    return [*_walk(example, came, own_contacts, _compare_exactly)]


def find_live_differences(example: Example, came: list[Came], *, own_contacts: Iterable[str]) -> list[str]:
    """The differences that count when a model is really asked: how it ended, what it asked people to do, its words."""
    return [*_walk(example, came, own_contacts, _compare_loosely)]


def _walk(example: Example, came: list[Came], own: Iterable[str], compare: Any) -> Iterator[str]:
    own = frozenset(own)
    for index, part in enumerate(example.talk):
        where = f"{_NUMBERS[min(index, 4)]} request: " if len(example.talk) > 1 else ""
        if part.expected is None:
            yield f"{where}nothing is expected of it yet; look at what comes and accept it."
        elif index >= len(came):
            yield f"{where}it was never reached."
        else:
            yield from (f"{where}{said}" for said in compare(part.expected, came[index]))
            yield from (f"{where}{said}" for said in _compare_words(part.expected.words, came[index].answer, own))


def _compare_exactly(expected: Expected, came: Came) -> Iterator[str]:
    yield from _compare_end(expected, came)
    for what in ("task_type", "findings", "handed_over"):
        yield from _unequal(what.replace("_", " "), getattr(expected, what), getattr(came, what))
    for index, (wanted, seen) in enumerate(zip(expected.calls, came.calls, strict=False), start=1):
        yield from _compare_calls(index, wanted, seen)
    for missing in expected.calls[len(came.calls) :]:
        yield f"{missing.tool} was not called."
    for extra in came.calls[len(expected.calls) :]:
        yield f"{extra.tool} was called with {_say(extra.arguments)}, which was not expected ({_say_gate(extra)})."


def _compare_loosely(expected: Expected, came: Came) -> Iterator[str]:
    yield from _compare_end(expected, came)
    yield from _unequal("what people were asked to do", _asked(expected.calls), _asked(came.calls))


def _asked(calls: list[SeenCall]) -> list[str]:
    """The calls that were put to people, with the arguments that mean one thing only."""
    return sorted(
        f"{call.tool} {_say({k: v for k, v in call.arguments.items() if k not in FREE_TEXT and v is not None})}"
        for call in calls
        if call.gate == "asked"
    )


def _compare_end(expected: Expected, came: Came) -> Iterator[str]:
    if (expected.status, expected.outcome) != (came.status, came.outcome):
        yield f"it ended as {_say_end(came)}, expected was {_say_end(expected)}."


def _say_end(end: Expected | Came) -> str:
    status = end.status.value.replace("_", " ")
    return f"{status} ({end.outcome})" if end.outcome else status


def _compare_calls(index: int, wanted: SeenCall, seen: SeenCall) -> Iterator[str]:
    if wanted.tool != seen.tool:
        yield f"call {index} was {seen.tool} with {_say(seen.arguments)}, expected was {wanted.tool}."
        return
    for name in sorted(wanted.arguments.keys() | seen.arguments.keys()):
        yield from _unequal(f"{seen.tool}, {name}", wanted.arguments.get(name), seen.arguments.get(name))
    for what in ("tier", "gate", "confirmers", "status", "result", "code"):
        yield from _unequal(f"{seen.tool}, {what}", getattr(wanted, what), getattr(seen, what))


def _compare_words(words: Words, answer: str, own: frozenset[str]) -> Iterator[str]:
    folded = answer.casefold()
    yield from (f"the answer does not say “{text}”." for text in words.contains if text.casefold() not in folded)
    yield from (f"the answer says “{text}”." for text in words.lacks if text.casefold() in folded)
    good = own | {contact.value for text in words.contacts for contact in extract_contacts(text, "GB")}
    yield from (
        f"the answer holds {answer[contact.start : contact.end]!r}, which is not known to be good."
        for contact in extract_contacts(answer, "GB")
        if contact.value not in good
    )
    if words.language == "en" and is_foreign(answer):
        yield "the answer is not in English."


def _unequal(what: str, wanted: Any, seen: Any) -> Iterator[str]:
    if wanted != seen:
        yield f"{what}: {_say(seen)}, expected was {_say(wanted)}."


def _say(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _say_gate(call: SeenCall) -> str:
    return f"{call.tier.value}, {call.gate}, {call.status.value}"
