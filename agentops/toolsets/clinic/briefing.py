"""What the model is told of the clinic in every request: one fact a line."""

from datetime import datetime

from agentops.toolsets.clinic import practice
from agentops.toolsets.clinic.models import Provider


def write_briefing(now: datetime) -> str:
    """The lines that belong to one moment; `now` is aware. Who is on the line is added by the loop."""
    there = practice.local(now)
    clinicians = "; ".join(f"{p} ({p.role})" for p in Provider.objects.filter(active=True))
    kinds = ", ".join(f"{kind.name} ({kind.minutes} min)" for kind in practice.KINDS)
    return "\n".join(
        (
            f"Clinic: {practice.NAME}",
            f"Now: {there:%A} {there.day} {there:%B} {there.year}, {there:%H:%M} ({practice.clinic_zone().key})",
            f"Opening hours: {practice.OPENING_WORDS}",
            f"Clinicians: {clinicians or 'none'}",
            f"Kinds: {kinds}",
        )
    )
