"""Are people really checking? How answers to requests were given, by team, never by person."""

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

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
    decisions = Decision.objects.filter(of_task, decided_at__gte=cohort.since, decided_at__lt=until, tier__in=HARD)
    decisions = decisions.filter(verdict__in=["approved", "confirmed", "rejected", "undone"])
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for role, verdict, n in decisions.values_list("role", "verdict").annotate(n=Count("*")).order_by():
        verdicts[role][verdict] += n
    seconds = _time_since_looks(decisions.exclude(verdict="undone"))
    teams = [_team(role, verdicts[role], seconds[role]) for role in sorted(verdicts)]
    everyone = _team("", sum(verdicts.values(), Counter()), [one for of_role in seconds.values() for one in of_role])
    changed = ToolCall.objects.filter(supersedes__isnull=False, proposed_at__gte=cohort.since, proposed_at__lt=until)
    changed = changed.filter(run__task_type__slug=task) if task else changed
    return Checking(teams, everyone, changed.count())


def _time_since_looks(decisions: QuerySet[Decision]) -> dict[str, list[float]]:
    """By role the seconds from the last recorded look of the same person at the same request, where there was one."""
    looks = Viewing.objects.filter(page="request", call__isnull=False)
    own = looks.filter(user=OuterRef("user"), call=OuterRef("call"), seen_at__lte=OuterRef("decided_at"))
    # Those of calls that somebody looked at, all at once; only then one by one by whom and when.
    looked_at = decisions.filter(call__in=looks.values("call"))
    timed = looked_at.annotate(seen=Subquery(own.order_by("-seen_at").values("seen_at")[:1])).filter(seen__isnull=False)
    found: dict[str, list[float]] = defaultdict(list)
    for role, decided, seen in timed.order_by().values_list("role", "decided_at", "seen"):
        found[role].append((decided - seen).total_seconds())
    return found


def _team(role: str, verdicts: Counter[str], timed: list[float]) -> Team:
    return Team(
        role=role,
        answers=verdicts.total() - verdicts["undone"],
        timed=len(timed),
        hasty=sum(one < HASTY_SECONDS for one in timed),
        typical_ms=round(1000 * statistics.median(timed)) if timed else None,
        refused=verdicts["rejected"],
        undone=verdicts["undone"],
    )
