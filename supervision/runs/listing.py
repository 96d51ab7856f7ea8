"""The run list: one page of what was looked for, and the same as rows for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from agentops.domain.lifecycle import RunStatus
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, RunFact
from supervision.phrases import named
from supervision.runs.search import ANY_OPEN, Query, cursor_of, find_runs, walk_runs
from supervision.runs.words import State, state_of
from supervision.wording import NANO, say_cost, say_duration, say_when, shorten

PAGE = 50
STATES = [
    ("", gettext_lazy("Every state")),
    (ANY_OPEN, gettext_lazy("Still open")),
    *[(status.value, words) for status, words in [
        (RunStatus.SUSPENDED, gettext_lazy("Waiting for a person")),
        (RunStatus.COMPLETED, gettext_lazy("Finished")),
        (RunStatus.HANDED_OFF, gettext_lazy("Handed to a person")),
        (RunStatus.LIMIT_REACHED, gettext_lazy("Stopped by a limit")),
        (RunStatus.FAILED, gettext_lazy("Failed")),
        (RunStatus.CANCELLED, gettext_lazy("Stopped by staff")),
    ]],
]  # fmt: skip
COLUMNS = ("run", "request_id", "task_type", "channel", "began", "ended", "state", "outcome", "said", "answer",
           "working_seconds", "waited_seconds", "tool_calls", "policy_version", "generated")  # fmt: skip
COST_COLUMNS = ("cost_usd", "unpriced_calls")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list."""

    id: int
    said: str
    answer: str
    state: State
    task: str
    channel: str
    at: str
    took: str
    cost: str
    over: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs. `older` is the cursor of the next page, empty on the last."""

    rows: list[RunRow]
    older: str


def list_page(query: Query, *, now: datetime) -> RunPage:
    """One page of the runs that match, newest first."""
    found = find_runs(query, limit=PAGE + 1)
    older = cursor_of(found[PAGE - 1]) if len(found) > PAGE else ""
    return RunPage([_row(run, now=now) for run in found[:PAGE]], older)


def list_cells(query: Query, *, with_cost: bool) -> Iterator[dict[str, Any]]:
    """All runs that match as rows for a file; what they cost only for whoever may see it."""
    for run in walk_runs(query):
        cells = _cells(run)
        yield {**cells, "cost_usd": run.cost_nano / NANO, "unpriced_calls": run.unpriced_calls} if with_cost else cells


def _row(run: AgentRun, *, now: datetime) -> RunRow:
    return RunRow(
        id=run.pk,
        said=shorten(run.request, 140),
        answer=shorten(run.answer, 160),
        state=state_of(run),
        task=named(run.task_type.name),
        channel=run.conversation.channel,
        at=say_when(run.created_at, now=now),
        took=say_duration(run.active_ms) if run.started_at else "",
        cost=say_cost(run.cost_nano, unpriced=run.unpriced_calls),
        over=RunStatus(run.status).over,
        generated=run.generated,
    )


def _cells(run: AgentRun) -> dict[str, Any]:
    fact: RunFact | None = getattr(run, "runfact", None)
    ended = timezone.localtime(run.finished_at).isoformat(timespec="seconds") if run.finished_at else ""
    return {
        "run": run.pk,
        "request_id": str(run.request_id),
        "task_type": run.task_type.slug,
        "channel": run.conversation.channel,
        "began": timezone.localtime(run.created_at).isoformat(timespec="seconds"),
        "ended": ended,
        "state": run.status,
        "outcome": run.outcome,
        "said": show_text(run.request),
        "answer": show_text(run.answer),
        "working_seconds": run.active_ms / 1000,
        "waited_seconds": run.waited_ms / 1000,
        "tool_calls": run.tool_calls,
        "policy_version": fact.policy_version or "" if fact else "",
        "generated": run.generated,
    }
