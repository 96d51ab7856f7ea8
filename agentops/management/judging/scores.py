"""Counters for intents, slots and bookings, and how they are printed."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HALVES = ("all", "first", "second")


def load_rows(path: Path, *, half: str, key: str) -> list[dict[str, Any]]:
    """The rows of a gzipped JSON Lines file; `half` picks them by the hash of `key`, the same way every time."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    if half == "all":
        return rows
    wanted = HALVES.index(half) - 1
    return [row for row in rows if hashlib.sha256(str(row[key]).encode()).digest()[0] % 2 == wanted]


@dataclass
class SlotScore:
    """True and false positives and misses of one slot."""

    hit: int = 0
    extra: int = 0
    missed: int = 0

    def count(self, *, expected: set[Any], allowed: set[Any], got: Any) -> None:
        """Score one reading: `expected` should be found now, `allowed` may be said again without harm."""
        if got is not None and got in expected:
            self.hit += 1
            return
        self.missed += bool(expected)
        self.extra += got is not None and got not in allowed

    @property
    def precision(self) -> float:
        """Share of what was read that is right."""
        return self.hit / max(self.hit + self.extra, 1)

    @property
    def recall(self) -> float:
        """Share of what was said that was read."""
        return self.hit / max(self.hit + self.missed, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.hit / max(2 * self.hit + self.extra + self.missed, 1)

    def __add__(self, other: "SlotScore") -> "SlotScore":
        return SlotScore(self.hit + other.hit, self.extra + other.extra, self.missed + other.missed)


@dataclass
class Report:
    """Everything measured on one data set. `misses` keeps examples for whoever tunes the grammar."""

    name: str
    dialogues: int = 0
    intent_right: Counter[str] = field(default_factory=Counter)
    intent_total: Counter[str] = field(default_factory=Counter)
    slots: dict[str, SlotScore] = field(default_factory=dict)
    bookings: int = 0
    exact: int = 0
    asked_back: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def slot(self, name: str) -> SlotScore:
        """The score of a slot, made when first asked for."""
        return self.slots.setdefault(name, SlotScore())

    def count_intent(self, label: str, *, right: bool, example: str) -> None:
        """Score one intent under the data set's own label."""
        self.intent_total[label] += 1
        self.intent_right[label] += right
        if not right:
            self.misses.append(f"intent {label}: {example}")

    @property
    def intent_accuracy(self) -> float:
        """Share of intents read right."""
        return self.intent_right.total() / max(self.intent_total.total(), 1)

    def lines(self) -> Iterable[str]:
        """The report as it is printed."""
        yield f"{self.name}  ({self.dialogues} dialogues or sentences)"
        counts = f"({self.intent_right.total()} of {self.intent_total.total()})"
        yield f"  intent accuracy   {self.intent_accuracy:6.1%}  {counts}"
        for label, total in sorted(self.intent_total.items()):
            yield f"    {label:<26}{self.intent_right[label] / total:6.1%}  ({self.intent_right[label]} of {total})"
        for name, score in self.slots.items():
            yield self._slot_line(name, score)
        if {"date", "time"} <= self.slots.keys():
            yield self._slot_line("date and time", self.slots["date"] + self.slots["time"])
        if self.bookings:
            yield f"  exact bookings    {self.exact / self.bookings:6.1%}  ({self.exact} of {self.bookings})"
            yield f"  asked back        {self.asked_back / self.bookings:6.1%}  ({self.asked_back} of {self.bookings})"
        for note, count in sorted(self.notes.items()):
            yield f"  {note}: {count}"

    @staticmethod
    def _slot_line(name: str, score: SlotScore) -> str:
        counts = f"({score.hit} right, {score.extra} extra, {score.missed} missed)"
        return f"  {name:<18}P {score.precision:6.1%}  R {score.recall:6.1%}  F1 {score.f1:6.1%}  {counts}"
