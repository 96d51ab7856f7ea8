"""The table: seven figures for all runs of a period and for each of its groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from agentops.domain.tallies import Tally, merge
from supervision.metrics.asking import Asked
from supervision.metrics.behind import first_tab
from supervision.metrics.cohorts import DIMENSIONS
from supervision.metrics.comparing import find_hidden
from supervision.metrics.definitions import METRICS, Metric
from supervision.metrics.figures import Figure, compute_figure
from supervision.metrics.reading import Breakdown
from supervision.metrics.statistics import MIN_TO_JUDGE, Verdict
from supervision.metrics.targets import Targets
from supervision.metrics.words import (
    name_groups,
    say_asked_back,
    say_counted,
    say_figure,
    say_needed,
    say_range,
)
from supervision.wording import count, say_duration

FEW = 30
"""Groups of fewer runs stand apart, and are judged together too: none is dropped."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one group, in words, with the address of what is behind it. `own` marks a target of its own."""

    metric: Metric
    figure: Figure
    value: str
    range: str
    verdict: Verdict
    note: str
    n: str
    needed: str
    target: str
    own: bool
    query: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; `open` counts runs that have not ended and so stand in no figure."""

    value: str | None
    name: str
    runs: int
    open: int
    cells: list[Cell]
    waited: str
    asked: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows: groups that can be judged, those of too few runs, those together, and everything."""

    total: Line
    lines: list[Line]
    few: list[Line] = field(default_factory=list)
    together: Line | None = None
    hidden: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def make_table(asked: Asked, found: Breakdown, *, targets: Targets, still_open: Mapping[str, int]) -> Table:
    """Lay out what was counted, the groups with most runs first, and say what the total misses and what it hides."""
    dimension = DIMENSIONS[asked.by]
    names = name_groups(asked.by, found.groups)
    own = asked.by == "task_type"
    lines = []
    for value, tally in sorted(found.groups.items(), key=lambda item: (-item[1].runs, item[0])):
        task = value if own else asked.task
        group = replace(asked, value=value)
        open_here = still_open.get(value, 0) if own else 0
        lines.append(_line(group, names[value], tally, targets, task=task, still_open=open_here))
    total = _line(
        replace(asked, value=None), _("All"), found.total, targets, task=asked.task, still_open=sum(still_open.values())
    )
    small = [value for value, tally in found.groups.items() if tally.runs < FEW]
    together = None
    if len(small) > 1 and not dimension.several:
        sums = merge(found.groups[value] for value in small)
        name = _("Small types together") if own else _("These together")
        together = _line(replace(asked, value=None), name, sums, targets, task=asked.task, linked=False)
    return Table(
        total=total,
        lines=[line for line in lines if line.runs >= FEW],
        few=[line for line in lines if line.runs < FEW],
        together=together,
        hidden=_say_hidden(total, [line for line in lines if line.runs >= FEW], together) if own else [],
        missed=[_say_miss(total, cell) for cell in total.cells if cell.verdict is Verdict.OFF],
    )


def make_cells(asked: Asked, tally: Tally, *, targets: Targets, task: str, linked: bool = True) -> list[Cell]:
    """The seven figures of some runs against the targets of a type of task."""
    return [_cell(asked, metric, tally, targets, task=task, linked=linked) for metric in METRICS]


def _line(
    asked: Asked,
    name: str,
    tally: Tally,
    targets: Targets,
    *,
    task: str,
    still_open: int = 0,
    linked: bool = True,
) -> Line:
    return Line(
        value=asked.value,
        name=name,
        runs=tally.runs,
        open=still_open,
        cells=make_cells(asked, tally, targets=targets, task=task, linked=linked),
        waited=say_duration(round(tally.waited_ms / tally.runs)) if tally.runs else "",
        asked=f"{tally.asked:,}",
        query=asked.query(),
    )


def _cell(asked: Asked, metric: Metric, tally: Tally, targets: Targets, *, task: str, linked: bool) -> Cell:
    target = targets.of(metric, task)
    figure = compute_figure(metric, tally, target=metric.inside(target))
    return Cell(
        metric=metric,
        figure=figure,
        value=say_figure(figure),
        range=say_range(figure),
        verdict=figure.verdict,
        note=_note(figure, tally),
        n=say_counted(figure) if tally.runs else _("no runs"),
        needed=say_needed(figure),
        target=metric.words(target),
        own=targets.differs(metric, task),
        query=asked.query(metric=metric.slug, tab=first_tab(figure)) if linked and figure.denominator else "",
    )


def _note(figure: Figure, tally: Tally) -> str:
    notes = []
    if figure.metric.rate and 0 < figure.runs < MIN_TO_JUDGE:
        notes.append(_("Only %(runs)s. Shown, but not judged.") % {"runs": count(figure.runs, "run")})
    if figure.floor:
        notes.append(_("%(calls)s unpriced") % {"calls": count(tally.unpriced, "call")})
    if figure.metric.slug == "completion":
        notes.append(say_asked_back(tally))
    return " ".join(filter(None, notes))


def _say_hidden(total: Line, lines: list[Line], together: Line | None) -> list[str]:
    """Sentences on judged types that miss where the total meets, and one at most on the small ones together."""
    said, small = [], []
    for n, cell in enumerate(total.cells):
        by_name = {line.name: line.cells[n] for line in lines}
        hidden = find_hidden(cell.figure, {name: one.figure for name, one in by_name.items()})
        if together and find_hidden(cell.figure, {together.name: together.cells[n].figure}):
            small.append(f"{cell.metric.name} {together.cells[n].value} ({together.cells[n].range})")
        said += [
            _("%(metric)s is on target for all (%(total)s), but %(group)s has %(value)s (%(range)s).")
            % {"metric": cell.metric.name, "total": cell.value, "group": name, "value": by_name[name].value,
               "range": by_name[name].range}
            for name in hidden
        ]  # fmt: skip
    if small:
        said.append(_("On target for all, but not for the small types together: %(figures)s.")
                    % {"figures": ", ".join(small)})  # fmt: skip
    return said


def _say_miss(line: Line, cell: Cell) -> str:
    return _("%(group)s: %(metric)s is %(value)s, target %(target)s.") % {
        "group": _("All runs") if line.value is None else line.name,
        "metric": cell.metric.name.lower(),
        "value": cell.value,
        "target": cell.target,
    }
