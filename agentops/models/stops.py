"""What is stopped at the moment: a row exists for as long as the stop is in force, and is gone when it is lifted."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils import timezone

from agentops.domain.phrases import Phrase, say, say_clock
from agentops.models.catalogue import TaskType, ToolPolicy


class StopScope(StrEnum):
    """How far a stop reaches."""

    ALL = "all"
    TASK_TYPE = "task_type"
    TOOL = "tool"
    RUN = "run"


class StopSwitch(models.Model):
    """A stop that is in force. `name` is the slug of the task type, the name of the tool or the number of the run, and
    empty for everything.
    """

    scope = models.CharField(max_length=12, choices=[(s.value, s.value) for s in StopScope])
    name = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=300)
    who = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "name"], name="one_stop_per_thing"),
            # A stop that names nothing, or names something within "everything", would stop nobody knows what.
            models.CheckConstraint(
                condition=Q(scope="all", name="") | (Q(scope__in=["task_type", "tool", "run"]) & ~Q(name="")),
                name="stop_names_its_thing",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(who=""), name="stop_has_reason_and_person"),
        ]

    def __str__(self) -> str:
        return f"stop of {self.name or 'everything'}"

    @property
    def thing(self) -> str:
        """What is stopped, as people call it."""
        if self.scope == StopScope.ALL:
            return say("Everything")
        if self.scope == StopScope.RUN:
            return say("Run %(number)s", number=self.name)
        if self.scope == StopScope.TOOL:
            return ToolPolicy.objects.filter(tool=self.name).values_list("label", flat=True).first() or self.name
        return TaskType.objects.filter(slug=self.name).values_list("name", flat=True).first() or self.name

    @property
    def sentence(self) -> Phrase:
        """What is stopped, since when, by whom and why, in one sentence for whoever runs into it."""
        at, now = timezone.localtime(self.at), timezone.localtime()
        since = say_clock(at.time())
        if at.date() != now.date():
            since = say("%(day)s %(month)s, %(time)s", day=at.day, month=say(f"{at:%B}"), time=since)
        reason = self.reason if self.reason.endswith((".", "!", "?")) else f"{self.reason}."
        thing = self.thing if isinstance(self.thing, Phrase) else say(self.thing)
        told = {"thing": thing, "since": since, "who": self.who, "reason": reason}
        return say("%(thing)s is stopped since %(since)s by %(who)s: %(reason)s", **told)


@dataclass(frozen=True, slots=True)
class Stops:
    """Every stop in force at one moment; nearly always none."""

    rows: tuple[StopSwitch, ...] = ()

    def forbid(self, *, task_type: str, run: int | None = None, tools: Iterable[str] = ()) -> str:
        """Why this run or runs of this type stand still, or one of these tools may not be called; empty where they
        may go on.
        """
        found = self.find(task_type=task_type, run=run, tools=tools)
        return found.sentence if found else ""

    def find(self, *, task_type: str, run: int | None = None, tools: Iterable[str] = ()) -> StopSwitch | None:
        """A stop that holds them; None where they may go on."""
        named = {(StopScope.ALL, ""), (StopScope.TASK_TYPE, task_type), *((StopScope.TOOL, tool) for tool in tools)}
        named |= {(StopScope.RUN, str(run))} if run is not None else set()
        return next((row for row in self.rows if (row.scope, row.name) in named), None)

    def find_run(self, run_id: int) -> StopSwitch | None:
        """The stop of this one run, where there is one."""
        return next((row for row in self.rows if (row.scope, row.name) == (StopScope.RUN, str(run_id))), None)

    @property
    def frozen(self) -> Q:
        """The queued runs that no worker takes up while these stops last. One that is to end still ends."""
        queued = Q(status="queued", stop_requested=False)
        if any(row.scope == StopScope.ALL for row in self.rows):
            return queued
        types = [row.name for row in self.rows if row.scope == StopScope.TASK_TYPE]
        runs = [int(row.name) for row in self.rows if row.scope == StopScope.RUN]
        return queued & (Q(task_type__slug__in=types) | Q(pk__in=runs))


def read_stops() -> Stops:
    """One query on a table that is nearly always empty; read it in the transaction that is to respect it."""
    return Stops(tuple(StopSwitch.objects.order_by("scope")))


class SweepMark(models.Model):
    """When the sweeper last came by, on the database's clock; one row, so that a probe can tell a dead sweeper."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"swept at {self.at}"
