"""What a run that ended is found by: its words, folded alike when written and when asked for, and marks."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

COST_MARKS = (10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000)
"""Costs, in nanodollars, above which runs can be looked for: a cent, the target, ten cents, half a dollar, a dollar."""

LONGEST = 40
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d[\d ]{4,}\d")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
ID_BITS = 22


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be indexed of one run. `texts` are found by their words, `patient` also apart from them."""

    status: str
    outcome: str
    task_type: str
    cost_nano: int
    policy_version: int
    texts: tuple[str, ...]
    patient: tuple[str, ...] = ()
    tools: tuple[str, ...] = field(default=())

    @property
    def words(self) -> str:
        """Everything the run is found by, each word and each mark once."""
        marks = [
            mark("state", self.status),
            mark("outcome", self.outcome),
            mark("task", self.task_type),
            mark("policy", str(self.policy_version)),
            *(mark("tool", tool) for tool in self.tools),
            *_mark_cost(self.cost_nano),
            *(f"patient:{word}" for text in self.patient for word in fold_words(text)),
        ]
        words = [word for text in (*self.texts, *self.patient) for word in fold_words(text)]
        return " ".join(dict.fromkeys([*marks, *words]))


def read_found(
    *,
    texts: Iterable[str],
    calls: Iterable[tuple[str, Any]],
    status: str,
    outcome: str,
    task_type: str,
    cost_nano: int,
    policy_version: int = 0,
) -> Found:
    """What is to be indexed of a run, from its own texts and from the (tool, card) of its calls.

    A policy's version of 0 is one that was not kept.
    """
    tools, said, patient = [], list(texts), []
    for tool, card in calls:
        tools.append(tool)
        if not isinstance(card, dict):
            continue
        said += [str(card.get("title") or ""), str(card.get("done") or "")]
        subject = card.get("subject")
        if isinstance(subject, dict):
            patient += [str(subject.get(name) or "") for name in ("surname", "given", "number", "mobile")]
    return Found(
        status=status,
        outcome=outcome,
        task_type=task_type,
        cost_nano=cost_nano,
        policy_version=policy_version,
        texts=tuple(said),
        patient=tuple(patient),
        tools=tuple(tools),
    )


def remark_cost(words: str, *, cost_nano: int) -> str:
    """The words of a run, with the marks of another cost."""
    others = [word for word in words.split(" ") if not word.startswith("over:")]
    return " ".join([*_mark_cost(cost_nano), *others])


def _mark_cost(cost_nano: int) -> list[str]:
    return [mark("over", str(limit)) for limit in COST_MARKS if cost_nano > limit]


def mark(kind: str, value: str) -> str:
    """A mark that no typed word can be: it holds a colon."""
    return f"{kind}:{value}"[:80]


def fold_words(text: str) -> list[str]:
    """The words of a text without case and accents; a number in groups also as one."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = text.casefold()
    joined = [number.replace(" ", "") for number in _NUMBER.findall(plain)]
    return [word[:LONGEST] for word in (*_WORD.findall(plain), *joined)]


def place_of(created_at: datetime, run_id: int) -> int:
    """Where a run stands in time: one number that grows with it, to the millisecond, and differs from run to run."""
    return _millis(created_at) << ID_BITS | run_id & (1 << ID_BITS) - 1


def first_place(moment: datetime) -> int:
    """The first place that a run which began at this moment or later can have."""
    return _millis(moment) << ID_BITS


def _millis(moment: datetime) -> int:
    return max(0, int((moment - _EPOCH).total_seconds() * 1000))
