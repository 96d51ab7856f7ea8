"""The golden examples as they came out the last time, by type of task."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from agentops.domain.golden import Example
from agentops.management.golden.shelf import load_shipped
from agentops.models import AskedRound, GoldenExample, GoldenResult, GoldenRun, TaskType
from supervision.phrases import named
from supervision.wording import count, say_when

ROUNDS_SHOWN = 10
LATE = timedelta(seconds=10)
"""After this a round that no worker took up is said to wait for one."""


@dataclass(frozen=True, slots=True)
class GoldenLine:
    """One example: what it shows, where it comes from, and how it came out."""

    name: str
    about: str
    saved_by: str
    run_id: int | None
    differences: list[str]
    played: bool


@dataclass(frozen=True, slots=True)
class GoldenGroup:
    """The examples of one type of task; those that did not hold come first."""

    task: str
    lines: list[GoldenLine]
    failed: int


@dataclass(frozen=True, slots=True)
class GoldenRound:
    """One time that all of them were played."""

    at: str
    version: str
    speaker: str
    passed: int
    failed: int
    took: str


@dataclass(frozen=True, slots=True)
class GoldenAsked:
    """The newest round that somebody asked for here, for as long as there is something to say of it."""

    by: str
    at: str
    open: bool
    taken: bool
    played: int
    total: int
    late: bool
    """Whether a worker should have taken it up by now."""

    problem: str


@dataclass(frozen=True, slots=True)
class GoldenPage:
    """The last round with recorded models, its examples by type of task, the other rounds, and what was asked for."""

    asked: GoldenAsked | None
    last: GoldenRound | None
    groups: list[GoldenGroup]
    rounds: list[GoldenRound]


def read_golden(*, now: datetime) -> GoldenPage:
    """Everything that the page shows. Examples saved since the last round, and before the first one those that are
    shipped, are there too, as not played yet.
    """
    last = GoldenRun.objects.filter(live=False).order_by("-at", "-pk").first()
    others = GoldenRun.objects.exclude(pk=last.pk if last else 0).order_by("-at", "-pk")[:ROUNDS_SHOWN]
    results = list(last.results.all()) if last else []
    return GoldenPage(
        asked=_read_asked(last, now=now),
        last=_round(last, now=now) if last else None,
        groups=_group_lines(results, shipped=[] if last else load_shipped()),
        rounds=[_round(row, now=now) for row in others],
    )


def _read_asked(last: GoldenRun | None, *, now: datetime) -> GoldenAsked | None:
    """The newest round that was asked for, unless it came to its end, or another one did since it broke off."""
    row = AskedRound.objects.order_by("-pk").first()
    if row is None or row.run_id or (last and not row.open and last.at > row.heard_at):
        return None
    lost = row.open and now - row.heard_at > AskedRound.LOST
    return GoldenAsked(
        by=row.asked_by,
        at=say_when(row.asked_at, now=now),
        open=row.open and not lost,
        taken=row.taken_at is not None,
        played=row.played,
        total=row.total,
        late=row.taken_at is None and now - row.asked_at > LATE,
        problem="lost" if lost else row.problem,
    )


def _group_lines(results: list[GoldenResult], *, shipped: list[Example]) -> list[GoldenGroup]:
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    saved = {row.name: row for row in GoldenExample.objects.order_by("name")}
    lines = [(one.task_type, _line(one, saved.get(one.name))) for one in results]
    played = {one.name for one in results}
    lines += [(row.task_type, _unplayed(row)) for row in saved.values() if row.name not in played]
    lines += [
        (one.task_type, GoldenLine(one.name, one.about, "", None, [], played=False))
        for one in shipped
        if one.name not in saved
    ]
    lines.sort(key=lambda pair: (names.get(pair[0], pair[0]), not pair[1].differences, pair[1].name))
    groups = [(slug, [line for _, line in group]) for slug, group in groupby(lines, key=lambda pair: pair[0])]
    return [
        GoldenGroup(names.get(slug, slug), found, failed=sum(bool(line.differences) for line in found))
        for slug, found in groups
    ]


def _line(one: GoldenResult, saved: GoldenExample | None) -> GoldenLine:
    by, run_id = (saved.saved_by, saved.from_run) if saved else ("", None)
    return GoldenLine(one.name, one.about, by, run_id, one.differences, played=True)


def _unplayed(saved: GoldenExample) -> GoldenLine:
    return GoldenLine(saved.name, saved.reason, saved.saved_by, saved.from_run, [], played=False)


def _round(row: GoldenRun, *, now: datetime) -> GoldenRound:
    speaker = _("a model that was really asked") if row.live else _("recorded models")
    return GoldenRound(
        at=say_when(row.at, now=now),
        version=row.version,
        speaker=speaker,
        passed=row.passed,
        failed=row.failed,
        took=count(round(row.took_ms / 1000) or 1, "second"),
    )
