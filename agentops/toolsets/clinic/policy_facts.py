"""What the clinic knows of a call, for the rules of the policy: notice, who is new, whose appointment it is."""

from datetime import datetime
from typing import Any

from agentops.domain.phrases import sayable
from agentops.domain.policy.counting import PATIENT
from agentops.domain.policy.rules import Kind, Subject
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings
from agentops.toolsets.clinic.identity import names_another
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient
from agentops.toolsets.clinic.practice import is_open
from agentops.toolsets.clinic.second_person import is_spoken_for

NOTICE = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words=sayable("hours of notice"))
NEW = Subject(source="fact", name="new_patient", kind=Kind.TRUTH, words=sayable("the patient is new"))
CLOSED = Subject(source="fact", name="outside_hours", kind=Kind.TRUTH, words=sayable("it is outside opening hours"))
ANOTHERS = Subject(
    source="fact", name="anothers_appointment", kind=Kind.TRUTH, words=sayable("the caller speaks for another person")
)
ABOUT_PATIENTS = (NEW, CLOSED, ANOTHERS)
ABOUT_VISITS = (NOTICE, *ABOUT_PATIENTS)


def gather_facts(
    ctx: ToolContext, patient: Patient, *, found: Findings, starts: tuple[datetime, ...] = ()
) -> dict[str, Any]:
    """The facts of a call about this patient and, where `starts` are given, the earliest of these appointments.

    Whether another patient was named is taken from what the checks `found`.
    """
    facts = {
        PATIENT: str(patient.pk),
        NEW.name: not _has_been_here(patient, now=ctx.now),
        CLOSED.name: not is_open(ctx.now),
        ANOTHERS.name: is_spoken_for(ctx, patient) or names_another(found),
    }
    if starts:
        facts[NOTICE.name] = round((min(starts) - ctx.now).total_seconds() / 3600, 2)
    return facts


def _has_been_here(patient: Patient, *, now: datetime) -> bool:
    visits = Appointment.objects.filter(patient=patient, starts_at__lt=now)
    return visits.exclude(status=AppointmentStatus.CANCELLED).exists()
