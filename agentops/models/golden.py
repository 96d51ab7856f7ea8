"""Golden examples that people saved, and what came of each time all of them were played."""

import json
from datetime import timedelta

from django.db import models

from agentops.domain.golden import Came, SeenCall
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.tiers import ActionTier
from agentops.models.runs import AgentRun, ToolCall


class GoldenExample(models.Model):
    """A finished run that somebody saved to be played again, without what tells who the patient was."""

    name = models.SlugField(max_length=80, unique=True)
    task_type = models.CharField(max_length=40)
    example = models.JSONField()
    reason = models.CharField(max_length=300)
    saved_by = models.CharField(max_length=150)
    saved_at = models.DateTimeField()
    from_run = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            # Pressed twice, a run is saved once.
            models.UniqueConstraint(
                fields=["from_run"], condition=models.Q(from_run__isnull=False), name="one_golden_example_per_run"
            ),
        ]

    def __str__(self) -> str:
        return f"golden example {self.name}"


class GoldenRun(models.Model):
    """One time that the examples were played: when, which version of the code, and who spoke for the model."""

    at = models.DateTimeField()
    version = models.CharField(max_length=80)
    live = models.BooleanField(default=False)
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    took_ms = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="golden_run_newest")]

    def __str__(self) -> str:
        return f"golden run of {self.at:%Y-%m-%d %H:%M}: {self.passed} held, {self.failed} did not"


class GoldenResult(models.Model):
    """What came of one example in one run; `differences` are sentences, none where it held."""

    run = models.ForeignKey(GoldenRun, on_delete=models.CASCADE, related_name="results")
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300)
    task_type = models.CharField(max_length=40)
    saved = models.BooleanField(default=False)
    differences = models.JSONField(default=list)
    took_ms = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_golden_result_per_example")]

    def __str__(self) -> str:
        return f"{self.name}: {'held' if not self.differences else 'did not hold'}"


class AskedRound(models.Model):
    """A round that somebody asked for on the page. A worker takes it up, says how far it is and closes it.

    `played` of `total` are done; `heard_at` is when anything was last heard of it. `open` ends with its result (`run`),
    with a `problem`, or when nobody heard of it for `LOST`.
    """

    LOST = timedelta(minutes=2)
    PROBLEMS = (("failed", "it could not be played"), ("lost", "nothing was heard of it any more"))

    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()
    played = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    open = models.BooleanField(default=True)
    problem = models.CharField(max_length=10, choices=PROBLEMS, blank=True, default="")
    run = models.ForeignKey(GoldenRun, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [
            # Pressed twice, or by two people, the examples are played once.
            models.UniqueConstraint(fields=["open"], condition=models.Q(open=True), name="one_open_golden_round"),
        ]

    def __str__(self) -> str:
        return f"golden round {self.pk}, asked for by {self.asked_by}"


def see_run(run: AgentRun) -> Came:
    """A run's rows as an example holds what came of it."""
    calls = ToolCall.objects.filter(run=run).exclude(status=CallStatus.SUPERSEDED).order_by("step_id", "position")
    return Came(
        status=RunStatus(run.status),
        outcome=run.outcome,
        task_type=run.task_type.slug,
        calls=[see_call(call) for call in calls],
        findings=[f"{finding['rule']}: {finding['label']}" for finding in run.findings],
        handed_over=bool(run.handoff_reason),
        answer=run.answer,
    )


def see_call(call: ToolCall) -> SeenCall:
    """A call's row as an example holds it."""
    result = call.result or {}
    code = result.get("code", "")
    asked = call.expires_at is not None or bool(call.decided_by)
    return SeenCall(
        tool=call.tool,
        arguments=json.loads(call.arguments),
        tier=ActionTier(call.tier),
        gate="refused" if call.status == CallStatus.REFUSED else "asked" if asked else "allowed",
        confirmers=call.confirmers,
        status=CallStatus(call.status),
        result=result.get("status"),
        code="" if code == "ok" else code,
    )
