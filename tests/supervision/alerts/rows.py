"""Rows for the tests of alerts: many finished runs at once, rules, channels."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from agentops.models import AgentRun, Budget, BudgetUse, Conversation, RunFact
from supervision.alert_rows import EACH
from supervision.models import Alert, AlertChannel, AlertEvent, AlertRule
from tests.supervision.rows import task_type


def add_facts(*costs: int, slug: str = "booking", at: datetime, **fields: Any) -> list[int]:
    """One finished run for each cost in nanodollars; returns their keys."""
    task = task_type(slug, slug.capitalize())
    talk = Conversation.objects.create(opened_at=at)
    first = AgentRun.objects.order_by("-ordinal").values_list("ordinal", flat=True).first() or 0
    runs = AgentRun.objects.bulk_create(
        AgentRun(
            conversation=talk, ordinal=first + n + 1, task_type=task, request="A request", status="completed",
            max_iterations=10, max_tokens=50_000, max_active_ms=30_000, max_tool_calls=15, max_identical_calls=3,
            created_at=at, queued_at=at, rung_at=at, finished_at=at,
        )
        for n in range(len(costs))
    )  # fmt: skip
    values: dict[str, Any] = {
        "task_type": slug, "channel": "phone", "provider": "anthropic", "status": "completed", "outcome": "answered",
        "completed": True, "limit_reached": False, "escalated": False, "iterations": 4, "active_ms": 2_000,
        "waited_ms": 0, "tool_calls": 3, "tools_executed": 2, "tool_errors": 0, "asked_people": 0, "tokens": 4_000,
        "unpriced_calls": 0, "started_at": at, "finished_at": at, **fields,
    }  # fmt: skip
    RunFact.objects.bulk_create(
        RunFact(run=run, cost_nano=cost, **values) for run, cost in zip(runs, costs, strict=True)
    )
    return [run.pk for run in runs]


def only_rule(kind: str, **fields: Any) -> AlertRule:
    """This rule and no other one."""
    AlertRule.objects.all().delete()
    return AlertRule.objects.create(kind=kind, **fields)


def tell(rule: AlertRule, *, kind: str, address: str, name: str = "Clinic chat") -> AlertChannel:
    """A channel that the rule's alerts go to."""
    channel = AlertChannel.objects.create(kind=kind, name=name, address=address)
    rule.channels.add(channel)
    return channel


def raise_alerts() -> AlertRule:
    """An alert that is taken on, a warning, two that are calm, a channel that fails, and a budget with nothing left."""
    now = timezone.now()
    cost = AlertRule.objects.create(kind="run_cost", scope=EACH, alert_at=3.5, changed_by="Ruth Kerr")
    rate = AlertRule.objects.create(kind="rate", measure="escalation", scope=EACH, warn_at=0.1, alert_at=0.3)
    tell(cost, kind="webhook", address="https://hooks.example/services/T0/secret")
    mail = tell(cost, kind="email", address="ruth@clinic.example", name="Ruth")
    AlertChannel.objects.filter(pk=mail.pk).update(failing_since=now, problem="The receiver answered 500.")
    facts = {"since": now, "looked_at": now, "usual": "$0.014, up to $0.038 (412 requests)", "link": "/runs/"}
    dear = Alert.objects.create(
        rule=cost, cell="booking", state="alert", value="3 requests, up to $0.21 for one request", **facts
    )
    facts["usual"] = "under 10%"
    many = Alert.objects.create(
        rule=rate, cell="moving", state="warn", value="15.0% of 40 in 1 h, 12.0% of 400 in 24 h",
        acknowledged_by="Ruth Kerr", acknowledged_at=now, note="The new letters. I ask Leo.", **facts,
    )  # fmt: skip
    Alert.objects.create(rule=rate, cell="booking", state="ok", value="2.0% of 50 in 1 h", **facts)
    Alert.objects.create(rule=rate, cell="letters", state="no_data", value="0.0% of 0 in 1 h", **facts)
    AlertEvent.objects.create(alert=dear, at=now, what="worse", was="ok", now="alert", value=dear.value)
    AlertEvent.objects.create(alert=many, at=now, what="acknowledged", who="Ruth Kerr", note=many.note)
    who = {"changed_by": "Ruth Kerr", "changed_at": now}
    Budget.objects.create(period="run", limit_nano=50_000_000, **who)
    Budget.objects.create(period="day", limit_nano=5_000_000_000, **who)
    BudgetUse.objects.create(period="day", starts_on=timezone.localdate(), spent_nano=4_980_000_000, refused_at=now)
    return rate
