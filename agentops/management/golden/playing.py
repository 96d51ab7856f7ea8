"""Playing an example: the real loop, ledger, gate and validation, with its model, its staff and its clinic."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from agentops.control import settle_call, start_run
from agentops.domain.golden import Came, Example, Part, SaidTurn, StaffAnswer
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, ModelRequest
from agentops.domain.pricing import Usage
from agentops.domain.routing import DecisionType
from agentops.ledger import expire_calls
from agentops.llm.models import use_model
from agentops.management.catalogue import load_catalogue, sync_tools
from agentops.management.golden.stage import set_stage
from agentops.models import AgentRun, Budget, ModelRoute, Price, TaskType, ToolCall, ToolPolicy, see_run
from agentops.runner.loop import advance
from agentops.toolsets.clinic.generator import generate_clinic

PATIENTS, DAYS = 40, 21
PATTERN = "other"
MODEL = "offline-planner-1"
LONG_AGO = date(2020, 1, 1)


class NotEmpty(Exception):
    """The database of this process holds something already: examples are never played where anything could be lost."""


def open_theatre() -> None:
    """Make the database ready. Refuses one that has a single table: only one that was made for this has none."""
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        raise NotEmpty("Examples are played in an SQLite database of their own, which begins without a table.")


def furnish_theatre() -> None:
    """What every example begins with: a new installation's catalogue, and yeses that take effect at once."""
    load_catalogue()
    sync_tools(accept_floors=True)
    ToolPolicy.objects.update(hold_seconds=0)
    for decision in DecisionType:
        facts = {"decision": decision, "provider": "offline", "task_type": None, "valid_from": LONG_AGO}
        ModelRoute.objects.get_or_create(**facts, defaults={"model": MODEL, "max_tokens": 1_024})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of an example's requests, and how long all of them took (milliseconds)."""

    name: str
    came: list[Came]
    took_ms: int


def play_examples(examples: Iterable[Example], *, live: bool = False) -> Iterator[Played]:
    """Play every example on the clinic it asks for; nothing of one is there for the next, and nothing stays."""
    for clinic, group in groupby(sorted(examples, key=_clinic_of), key=_clinic_of):
        with _taken_back():
            if clinic.day:
                generate_clinic(seed=clinic.seed, patients=PATIENTS, days=DAYS, today=clinic.day)
            for example in group:
                with _taken_back():
                    yield _time_play(example, live=live)


class _Clinic(NamedTuple):
    seed: int
    day: date | None


def _clinic_of(example: Example) -> _Clinic:
    """A recorded world brings no clinic; those that share one are played together."""
    there = timezone.localtime(example.clock).date()
    return _Clinic(example.seed, there) if example.world == "clinic" else _Clinic(-1, None)


class _Curtain(Exception):
    """The play is over: everything is taken back."""


@contextmanager
def _taken_back() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Curtain
    except _Curtain:
        return


def _time_play(example: Example, *, live: bool) -> Played:
    begun = time.monotonic()
    came = [*_play(example, live=live)]
    return Played(example.name, came, int((time.monotonic() - begun) * 1000))


def _play(example: Example, *, live: bool) -> Iterator[Came]:
    _set_policies(example)
    _set_budgets(example)
    task = _make_task(example)
    talk_id: int | None = None
    with set_stage(example, toolset=task.toolset, now=timezone.now()):
        for part in example.talk:
            run = _play_part(part, example=example, talk_id=talk_id, live=live)
            talk_id = run.conversation_id
            yield see_run(run)
            if not RunStatus(run.status).over:
                return


def _set_policies(example: Example) -> None:
    for tool, policy in example.policies.items():
        confirmation = "two" if policy.confirmers > 1 else "nobody"
        changes: dict[str, Any] = {"enabled": policy.enabled, "confirmation": confirmation}
        ToolPolicy.objects.filter(tool=tool).update(**changes, **({"tier": policy.tier} if policy.tier else {}))


def _set_budgets(example: Example) -> None:
    """What may be spent, and what the model costs: nothing in a new installation."""
    if not example.budgets:
        return
    Price.objects.filter(model=MODEL).delete()
    if example.token_nano is not None:
        kinds = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
        each = {f"{kind}_nano": example.token_nano for kind in kinds}
        Price.objects.create(model=MODEL, valid_from=LONG_AGO, **each)
    Budget.objects.bulk_create(
        Budget(period=period, limit_nano=limit, changed_by="golden", changed_at=timezone.now())
        for period, limit in example.budgets.items()
    )


def _make_task(example: Example) -> TaskType:
    """The example's task type; one that an admin added is made after the pattern of a shipped one."""
    pattern = TaskType.objects.get(slug=PATTERN)
    facts = {"name": example.starts_as, "toolset": pattern.toolset, "prompt": pattern.prompt}
    TaskType.objects.get_or_create(slug=example.starts_as, defaults={**facts, "description": example.about[:200]})
    limits = {f"max_{name}": value for name, value in example.limits.items()}
    tiers = {"permitted_tiers": [tier.value for tier in example.tiers]}
    TaskType.objects.filter(sorts=False).update(**tiers)
    TaskType.objects.filter(slug=example.starts_as).update(**limits, **tiers)
    return TaskType.objects.get(slug=example.starts_as)


def _play_part(part: Part, *, example: Example, talk_id: int | None, live: bool) -> AgentRun:
    run_id = start_run(
        request=part.says,
        channel=example.channel,
        on_the_line=example.on_the_line,
        asked_by="golden",
        task_type=example.starts_as,
        conversation_id=talk_id,
    ).run_id
    staff = list(part.staff)
    recorded = RecordedModel(part.turns) if example.speaker == "recorded" and not live else None
    with use_model(recorded) if recorded else nullcontext():
        while True:
            advance(run_id)
            run = AgentRun.objects.get(pk=run_id)
            if run.status != RunStatus.SUSPENDED or not staff or not _answer(run_id, staff.pop(0)):
                return run


def _answer(run_id: int, given: StaffAnswer) -> bool:
    """Let staff answer what waits longest; False where nothing waits."""
    call = ToolCall.objects.filter(run_id=run_id, status=CallStatus.AWAITING).order_by("pk").first()
    if call is None:
        return False
    if given.answer == "expire":
        ToolCall.objects.filter(pk=call.pk).update(expires_at=Now())
        expire_calls()
        return True
    settle_call(
        call_id=call.pk,
        approve=given.answer == "yes",
        version=call.version,
        digest=call.digest,
        by=given.by,
        note=given.note,
    )
    return True


class RecordedModel:
    """Says the recorded turns one after another, whatever it is asked."""

    provider = "offline"

    def __init__(self, turns: list[SaidTurn]) -> None:
        self.turns = iter(turns)

    def ask(self, request: ModelRequest) -> ModelReply:
        """The next recorded turn; a run that asks for more than was recorded ends as one whose model is gone."""
        turn = next(self.turns, None)
        if turn is None:
            raise ModelFailure(FailureKind.BAD_REQUEST, "no further turn was recorded")
        if turn.failure:
            raise ModelFailure(turn.failure, "as it was recorded", retry_after=0.0)
        usage = Usage(input_tokens=turn.input_tokens, output_tokens=turn.output_tokens)
        return ModelReply([*turn.content], turn.stop_reason, usage, model="recorded", provider=self.provider)
