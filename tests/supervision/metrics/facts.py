"""Single facts for tests, and a plausible past of some weeks: mostly well, with one type of task that fails."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agentops.models import AgentRun, Conversation, RunFact, Step, TaskType, ToolCall
from supervision.metrics.asking import Asked
from tests.supervision.rows import add_run, task_type


def add_fact(*, at: datetime | None = None, **fields: object) -> RunFact:
    now = at or timezone.now()
    values: dict[str, object] = {
        "task_type": "booking", "channel": "phone", "provider": "offline", "status": "completed", "outcome": "answered",
        "completed": True, "limit_reached": False, "escalated": False, "iterations": 4, "active_ms": 2_000,
        "waited_ms": 60_000, "tool_calls": 3, "tools_executed": 2, "tool_errors": 0, "asked_people": 1, "tokens": 4_000,
        "cost_nano": 10_000_000, "unpriced_calls": 0, "started_at": now, "finished_at": now,
    }  # fmt: skip
    run = fields.pop("run", None) or add_run(status="completed")
    return RunFact.objects.create(run=run, **{**values, **fields})


def ask(*, days: int = 7, now: datetime | None = None, **fields: Any) -> Asked:
    """The question of the page's buttons: so many days up to now."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    return Asked(today - timedelta(days=days - 1), today, now, **fields)


TASKS = {
    "booking": ("Booking", 60, 0.97, 0.01),
    "moving": ("Moving", 45, 0.96, 0.01),
    "questions": ("Questions", 80, 0.98, 0.01),
    "cancelling": ("Cancelling", 30, 0.96, 0.02),
    "prescriptions": ("Repeat prescriptions", 3, 0.95, 0.02),
}
"""Name, runs a week, share that finishes, share of calls that fail."""

MODELS = {"claude-haiku-5-5": 900_000, "claude-sonnet-5-5": 7_000_000, "claude-sonnet-4-5": 11_000_000}
SAID = {
    "booking": "I’d like to book an appointment for my knee",
    "moving": "Could I move my appointment to Thursday afternoon?",
    "questions": "Are you open on Saturday?",
    "cancelling": "I need to cancel tomorrow’s appointment",
    "prescriptions": "Can I have my tablets again, please?",
}


def add_weeks(*, now: datetime, weeks: int = 11, seed: int = 1, share: float = 1.0) -> None:
    """Runs with their steps, calls and facts; in the last week cancelling goes wrong and one model has no price."""
    dice = random.Random(seed)
    types = {slug: task_type(slug, name) for slug, (name, *_rest) in TASKS.items()}
    rows = [
        (slug, now - timedelta(seconds=dice.uniform(600, 7 * 86_400 * weeks)))
        for slug, (_name, weekly, *_rest) in TASKS.items()
        for _ in range(round(weekly * weeks * share))
    ]
    rows.sort(key=lambda row: row[1])
    talks = Conversation.objects.bulk_create(
        Conversation(channel=dice.choice(["phone", "phone", "text", "online"]), opened_at=at) for _slug, at in rows
    )
    plans = [_plan(slug, at, dice, now) for slug, at in rows]
    runs = AgentRun.objects.bulk_create(
        _run(types[slug], talk, at, plan) for (slug, at), talk, plan in zip(rows, talks, plans, strict=True)
    )
    steps = Step.objects.bulk_create(
        Step(run=run, seq=1, kind="model", decision="select_tool", provider="anthropic", model=plan["model"],
             input_tokens=1_500 * plan["iterations"], output_tokens=400, cache_read_tokens=3_000,
             cost_nano=None if plan["unpriced"] else plan["cost"], started_at=run.created_at, duration_ms=900)
        for run, plan in zip(runs, plans, strict=True)
    )  # fmt: skip
    ToolCall.objects.bulk_create(
        call for run, step, plan in zip(runs, steps, plans, strict=True) for call in _calls(run, step, plan)
    )
    RunFact.objects.bulk_create(_fact(run, talk, plan) for run, talk, plan in zip(runs, talks, plans, strict=True))


def _plan(slug: str, at: datetime, dice: random.Random, now: datetime) -> dict[str, Any]:
    _name, _weekly, finishes, fails = TASKS[slug]
    bad = slug == "cancelling" and at > now - timedelta(days=7)
    finishes, fails = (0.66, 0.35) if bad else (finishes, fails)
    finished = dice.random() < finishes
    ending = ("completed", "answered", "") if finished else dice.choice(
        [("handed_off", "asked_for_a_person", "It asked."), ("limit_reached", "limit_iterations", "Limit.")]
    )  # fmt: skip
    model = dice.choice(list(MODELS)) if at > now - timedelta(days=14) else "claude-sonnet-5-5"
    iterations = max(1, round(dice.gauss(3.4, 1.1)))
    unpriced = dice.random() < 0.01
    return {
        "slug": slug, "ending": ending, "model": model, "iterations": iterations, "unpriced": int(unpriced),
        "cost": 0 if unpriced else round(MODELS[model] * iterations * dice.lognormvariate(0, 0.4)),
        "active": round(1_400 * iterations * dice.lognormvariate(0, 0.5)),
        "waited": round(dice.expovariate(1 / 90_000)) if slug != "questions" else 0,
        "calls": [
            (dice.choice(["find_slots", "find_patient"]) if n else f"{slug}_tool", dice.random() < fails)
            for n in range(dice.randrange(1, 4))
        ],
    }  # fmt: skip


def _run(task: TaskType, talk: Conversation, at: datetime, plan: dict[str, Any]) -> AgentRun:
    status, outcome, reason = plan["ending"]
    ends = at + timedelta(milliseconds=plan["active"] + plan["waited"])
    return AgentRun(
        conversation=talk, task_type=task, request=SAID[plan["slug"]], status=status, outcome=outcome,
        handoff_reason=reason, max_iterations=20, max_tokens=50_000, max_active_ms=30_000, max_tool_calls=15,
        max_identical_calls=3, iterations=plan["iterations"], active_ms=plan["active"], waited_ms=plan["waited"],
        tool_calls=len(plan["calls"]), cost_nano=plan["cost"], unpriced_calls=plan["unpriced"], created_at=at,
        queued_at=at, rung_at=at, started_at=at, finished_at=ends,
    )  # fmt: skip


def _calls(run: AgentRun, step: Step, plan: dict[str, Any]) -> list[ToolCall]:
    gone = {
        "status": "permanent_error", "code": "changed_meanwhile", "message": "The slot was changed by someone else.",
        "suggestion": "Look for another slot.",
    }  # fmt: skip
    return [
        ToolCall(
            run=run, step=step, position=n, tool_use_id=f"tu_{n}", tool=tool, arguments="{}", digest="0" * 64,
            tier="risky" if tool.endswith("_tool") else "read", effect="read", decided_by="Priya Nair",
            status="failed" if failed else "succeeded", result=gone if failed else {"status": "success"},
            proposed_at=run.created_at, started_at=run.created_at, finished_at=run.created_at,
        )
        for n, (tool, failed) in enumerate(plan["calls"])
    ]  # fmt: skip


def _fact(run: AgentRun, talk: Conversation, plan: dict[str, Any]) -> RunFact:
    tools: dict[str, list[int]] = {}
    for tool, failed in plan["calls"]:
        counts = tools.setdefault(tool, [0, 0])
        counts[0] += 1
        counts[1] += failed
    return RunFact(
        run=run, task_type=plan["slug"], channel=talk.channel, provider="anthropic", model=plan["model"],
        prompt_version=1, tier="risky", tools=tools, status=run.status, outcome=run.outcome,
        completed=run.status == "completed", limit_reached=run.status == "limit_reached",
        escalated=bool(run.handoff_reason), iterations=run.iterations, active_ms=run.active_ms,
        waited_ms=run.waited_ms, tool_calls=len(plan["calls"]), tools_executed=len(plan["calls"]),
        tool_errors=sum(failed for _tool, failed in plan["calls"]), asked_people=1, tokens=4_000,
        cost_nano=run.cost_nano, unpriced_calls=run.unpriced_calls, started_at=run.created_at,
        finished_at=run.finished_at or run.created_at,
    )  # fmt: skip
