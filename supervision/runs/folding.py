"""A very long run in pieces that can be read: turns folded, a hundred on a page, failures always in sight."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from supervision.runs.trace import Line
from supervision.wording import say_duration

FOLD_ABOVE = 200
PAGE = 100


@dataclass(frozen=True, slots=True)
class Fold:
    """One turn of the model with the calls it made; `open` where it holds a failure or the chosen line."""

    lines: list[Line]
    text: str
    took: str
    open: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that went wrong, and the page it stands on."""

    key: str
    text: str
    page: int


@dataclass(frozen=True, slots=True)
class FoldedPage:
    """One page of a long run."""

    folds: list[Fold]
    failures: list[Failure]
    number: int
    last: int
    total: int


def fold_lines(lines: list[Line], *, page: int | None, chosen: str) -> FoldedPage | None:
    """The page asked for, else the one with the chosen line, else the first; None for a run short enough to read."""
    if len(lines) <= FOLD_ABOVE:
        return None
    turns = _turns(lines)
    last = -(-len(turns) // PAGE)
    on_page = {line.key: index // PAGE + 1 for index, turn in enumerate(turns) for line in turn}
    number = min(max(page or on_page.get(chosen, 1), 1), last)
    return FoldedPage(
        folds=[_fold(turn, chosen=chosen) for turn in turns[(number - 1) * PAGE : number * PAGE]],
        failures=[Failure(line.key, line.text, on_page[line.key]) for line in lines if line.kind == "err"],
        number=number,
        last=last,
        total=len(lines),
    )


def _turns(lines: list[Line]) -> list[list[Line]]:
    turns: list[list[Line]] = []
    for line in lines:
        if line.call_id is None or not turns:
            turns.append([])
        turns[-1].append(line)
    return turns


def _fold(turn: list[Line], *, chosen: str) -> Fold:
    told = turn[1:] or turn
    more = gettext(" and %(told)s more") % {"told": len(told) - 1} if len(told) > 1 else ""
    spent = sum((line.span.end - line.span.start for line in turn if line.span and not line.span.waiting), timedelta(0))
    return Fold(
        lines=turn,
        text=f"{told[0].text}{more}",
        took=say_duration(int(spent.total_seconds() * 1000)),
        open=any(line.kind in {"err", "wait"} or line.ghost or line.key == chosen for line in turn),
    )
