"""A real request of the clinic on the desk: a patient, free times ahead, and a call that the worker's own code made."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from agentops.domain.arguments import digest_call
from agentops.models import AgentRun, ToolCall, ToolPolicy
from agentops.tools.registry import ToolContext, get_toolset
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Appointment, Patient, Provider, Slot
from tests.supervision.rows import add_call, add_run, task_type


@dataclass
class Clinic:
    """Two clinicians, Ana, and four free times on one day ahead and one on the next."""

    patel: Provider
    chen: Provider
    ana: Patient
    slots: list[Slot]

    def ask(self, tool_name: str, *, said: str = "It is Ana Gomez. Any morning?", **arguments: Any) -> ToolCall:
        """A call that waits, described by its tool as the loop has it done."""
        tool = get_toolset("clinic").find(tool_name)
        assert tool and tool.describe
        run = add_run(said, task_type=_permitted())
        parsed = tool.input.model_validate(arguments)
        card = tool.describe(_context(run), parsed).model_copy(update={"changeable": tool.editing is not None})
        stored = json.dumps(parsed.model_dump(mode="json"), separators=(",", ":"), sort_keys=True)
        tier = tool.floor.value if tool.floor else "destructive"
        ToolPolicy.objects.get_or_create(tool=tool_name, defaults={"tier": tier, "floor": tier, "described": True})
        call = add_call(card, run=run, tool=tool_name, tier=tier, arguments=stored)
        ToolCall.objects.filter(pk=call.pk).update(digest=digest_call(tool=tool_name, arguments=stored))
        call.refresh_from_db()
        return call

    def visit(self, slot: Slot) -> Appointment:
        """An appointment of Ana's, booked last week."""
        return Appointment.objects.create(
            patient=self.ana,
            provider=slot.provider,
            slot=slot,
            starts_at=slot.starts_at,
            minutes=20,
            kind="follow-up",
            booked_at=timezone.now() - timedelta(days=7),
        )


def _permitted() -> Any:
    task = task_type("booking", "Booking")
    type(task).objects.filter(pk=task.pk).update(permitted_tiers=["read", "safe", "risky", "destructive"])
    return task


def _context(run: AgentRun) -> ToolContext:
    return ToolContext(run_id=run.pk, key="", said=(run.request,), asked_at=run.created_at, now=timezone.now())


def open_clinic() -> Clinic:
    """The surgery with an all but empty calendar."""
    patel = Provider.objects.create(title="Dr", name="Anita Patel", role="GP", room="4")
    chen = Provider.objects.create(title="Dr", name="Wei Chen", role="GP", room="2")
    ana = Patient.objects.create(
        given="Ana",
        surname="Gomez",
        folded=fold_name("Ana Gomez"),
        born=date(1987, 5, 14),
        number="4821 077",
        mobile="07700 900123",
        email="ana@example.com",
    )
    first = at(3, 9)
    times = [(patel, first), (patel, first + timedelta(hours=1)), (chen, first), (patel, first + timedelta(days=1))]
    slots = [Slot.objects.create(provider=who, starts_at=when, minutes=20) for who, when in times]
    return Clinic(patel, chen, ana, slots)


def at(days: int, hour: int) -> datetime:
    """That hour on the clinic's clock, so many days ahead."""
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
