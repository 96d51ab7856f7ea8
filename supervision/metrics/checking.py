"""Are people really checking? How answers to requests were given, by team, never by person."""

import statistics
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from agentops.models import ToolCall
from supervision.metrics.cohorts import Cohort
from supervision.models import Decision, Viewing
from supervision.wording import say_duration

HASTY_SECONDS = 3.0
HARD = ("risky", "destructive")


@dataclass(frozen=True, slots=True)
class Team:
    """How one role answered: `timed` answers followed a look that was recorded, `hasty` of them within 3 s."""

    role: str
    answers: int
    timed: int
    hasty: int
    typical_ms: int | None
    refused: int
    undone: int

    @property
    def typical(self) -> str:
        """The median time from look to answer, in words."""
        return "–" if self.typical_ms is None else say_duration(self.typical_ms)


@dataclass(frozen=True, slots=True)
class Checking:
    """All teams, and how many requests were changed before they were answered."""

    teams: list[Team]
    everyone: Team
    changed: int


def read_checking(cohort: Cohort) -> Checking:
    """What people answered in the period of a cohort, to requests that are hard or impossible to undo."""
    task = cohort.value_of("task_type")
    of_task = Q(call__run__task_type__slug=task) if task else Q()
    until = min(cohort.until, cohort.as_of)
    decisions = list(
        Decision.objects.filter(of_task, decided_at__gte=cohort.since, decided_at__lt=until, call__tier__in=HARD)
        .filter(verdict__in=["approved", "confirmed", "rejected", "undone"])
        .values_list("role", "verdict", "user_id", "call_id", "decided_at")
    )
    looks = _read_looks({call for _, _, _, call, _ in decisions})
    seconds: dict[str, list[float | None]] = defaultdict(list)
    verdicts: dict[str, list[str]] = defaultdict(list)
    for role, verdict, user, call, at in decisions:
        verdicts[role].append(verdict)
        if verdict != "undone":
            seconds[role].append(_time_since_look(looks.get((user, call), []), at))
    teams = [_team(role, verdicts[role], seconds[role]) for role in sorted(verdicts)]
    everyone = _team(
        "", [v for all_of in verdicts.values() for v in all_of], [s for of in seconds.values() for s in of]
    )
    changed = ToolCall.objects.filter(supersedes__isnull=False, proposed_at__gte=cohort.since, proposed_at__lt=until)
    changed = changed.filter(run__task_type__slug=task) if task else changed
    return Checking(teams, everyone, changed.count())


def _read_looks(calls: set[int]) -> dict[tuple[int | None, int | None], list[datetime]]:
    found: dict[tuple[int | None, int | None], list[datetime]] = defaultdict(list)
    rows = Viewing.objects.filter(page="request", call__in=calls).order_by("seen_at")
    for user, call, at in rows.values_list("user_id", "call_id", "seen_at"):
        found[user, call].append(at)
    return found


def _time_since_look(looks: list[datetime], answered: datetime) -> float | None:
    """Seconds from the last recorded look of the same person at the same request; None where there was none."""
    before = [at for at in looks if at <= answered]
    return (answered - before[-1]).total_seconds() if before else None


def _team(role: str, verdicts: list[str], seconds: list[float | None]) -> Team:
    timed = [one for one in seconds if one is not None]
    return Team(
        role=role,
        answers=len(seconds),
        timed=len(timed),
        hasty=sum(one < HASTY_SECONDS for one in timed),
        typical_ms=round(1000 * statistics.median(timed)) if timed else None,
        refused=verdicts.count("rejected"),
        undone=verdicts.count("undone"),
    )
