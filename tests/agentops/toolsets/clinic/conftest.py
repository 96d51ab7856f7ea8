"""A desk with three clinicians, a few patients and an empty calendar, on Tuesday 10 March 2026, 2:34pm."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from agentops.domain.cards import Card
from agentops.domain.outcomes import ToolError
from agentops.models import AgentRun, Conversation, TaskType
from agentops.tools.registry import ToolContext, get_toolset
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Appointment, Patient, Provider, Slot

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 10, 14, 34, tzinfo=LONDON)
ANA_SAID = (
    "Hi, this is Ana Gomez, born 14 May 1987. I can’t make tomorrow. "
    "Could I do Thursday instead, any time after three? Same doctor if you can."
)


@dataclass
class Desk:
    """What the tests hold in their hands."""

    patel: Provider
    chen: Provider
    lowe: Provider
    ana: Patient
    priya: Patient
    said: tuple[str, ...] = (ANA_SAID,)
    run_id: int = 1
    keys: int = field(default=0)

    def at(self, day: int, clock: str) -> datetime:
        """A moment in March 2026 on the clinic's clock."""
        return datetime(2026, 3, day, int(clock[:2]), int(clock[3:]), tzinfo=LONDON)

    def slot(self, day: int, clock: str, provider: Provider | None = None, minutes: int = 20) -> Slot:
        """A new free slot."""
        provider = provider or self.patel
        return Slot.objects.create(provider=provider, starts_at=self.at(day, clock), minutes=minutes)

    def visit(self, patient: Patient, slot: Slot, kind: str = "follow-up", minutes: int = 20) -> Appointment:
        """A booked appointment, made last week."""
        return Appointment.objects.create(
            patient=patient,
            provider=slot.provider,
            slot=slot,
            starts_at=slot.starts_at,
            minutes=minutes,
            kind=kind,
            booked_at=NOW - timedelta(days=7),
        )

    def context(self, key: str | None = None) -> ToolContext:
        """A context with a key of its own, unless one is given."""
        self.keys += 1
        asked_at = NOW - timedelta(minutes=5)
        return ToolContext(
            run_id=self.run_id, key=key or f"call-{self.keys}", said=self.said, asked_at=asked_at, now=NOW
        )

    def call(self, tool_name: str, *, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Run a tool as the loop does: arguments and result as JSON values."""
        tool = get_toolset("clinic").find(tool_name)
        assert tool is not None
        result = tool.run(self.context(key), tool.input.model_validate(arguments))
        assert isinstance(result, BaseModel)
        return result.model_dump(mode="json")

    def refuse(self, tool_name: str, **arguments: Any) -> ToolError:
        """The error of a call that must not work; every error says what to do instead."""
        with pytest.raises(ToolError) as caught:
            self.call(tool_name, **arguments)
        assert caught.value.suggestion
        assert caught.value.message
        return caught.value

    def card(self, tool_name: str, **arguments: Any) -> Card:
        """The card of a proposed call."""
        tool = get_toolset("clinic").find(tool_name)
        assert tool is not None
        assert tool.describe is not None
        return tool.describe(self.context(), tool.input.model_validate(arguments))


def make_patient(given: str, surname: str, born: date, number: str, **more: Any) -> Patient:
    """A patient with a mobile number of the range kept free for fiction."""
    fields = {"mobile": "07700 900150", "email": f"{number.replace(' ', '')}@example.com", **more}
    folded = fold_name(f"{given} {surname}")
    return Patient.objects.create(given=given, surname=surname, folded=folded, born=born, number=number, **fields)


def have_said(*requests: str, on_the_line: bool = True) -> int:
    """A conversation of these requests at the desk; the id of its last run."""
    talk = Conversation.objects.create(channel="desk", on_the_line=on_the_line, opened_at=NOW)
    task, _ = TaskType.objects.get_or_create(slug="clinic-tests", defaults={"toolset": "clinic"})
    limits = dict.fromkeys(
        ("max_iterations", "max_tokens", "max_active_ms", "max_tool_calls", "max_identical_calls"), 9
    )
    times = dict.fromkeys(("created_at", "queued_at", "rung_at"), NOW)
    runs = [
        AgentRun(conversation=talk, ordinal=i, task_type=task, request=said, status="completed", **limits, **times)
        for i, said in enumerate(requests)
    ]
    return AgentRun.objects.bulk_create(runs)[-1].pk


@pytest.fixture
def desk(db: None) -> Desk:
    """The desk, with nothing booked and no free times."""
    patel = Provider.objects.create(title="Dr", name="Anita Patel", role="GP", room="4")
    return Desk(
        patel=patel,
        chen=Provider.objects.create(title="Dr", name="Wei Chen", role="GP", room="2"),
        lowe=Provider.objects.create(title="Nurse", name="Grace Lowe", role="nurse", room="1"),
        ana=make_patient("Ana", "Gomez", date(1987, 5, 14), "4821 077", mobile="07700 900123", usual_provider=patel),
        priya=make_patient("Priya", "Shah", date(1992, 1, 27), "4822 410", mobile="07700 900144"),
    )
