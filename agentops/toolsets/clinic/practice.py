"""What is fixed about the surgery: name, contact details, opening hours, kinds of appointment, its clock."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

from agentops.domain.outcomes import ToolError

NAME = "Harbour Lane Surgery"
PHONE = "020 7946 0180"
PHONE_E164 = "+442079460180"
EMAIL = "desk@harbourlane.example.com"
SITE = "harbourlane.example.com"

HELPLINES = frozenset({"999", "111", "116 123"})
"""Numbers anyone may be given: emergencies, NHS advice, Samaritans."""

OPENS = time(8, 30)
CLOSES = time(18, 0)
LUNCH_FROM = time(12, 30)
LUNCH_TO = time(13, 30)
OPENING_WORDS = f"Monday to Friday {OPENS:%H:%M} to {CLOSES:%H:%M}"

SLOT_EVERY_MINUTES = 30
SLOT_MINUTES = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of appointment and the minutes it takes."""

    name: str
    minutes: int


KINDS = (
    Kind("consultation", 20),
    Kind("follow-up", 20),
    Kind("surgery review", 20),
    Kind("medication review", 20),
    Kind("vaccination", 10),
    Kind("blood test", 10),
    Kind("phone call", 10),
)
KIND_NAMES = tuple(kind.name for kind in KINDS)


def clinic_zone() -> ZoneInfo:
    """The zone of the clinic's wall clock."""
    return ZoneInfo(settings.CLINIC_TIME_ZONE)


def local(moment: datetime) -> datetime:
    """An aware moment on the clinic's wall clock."""
    return moment.astimezone(clinic_zone())


def find_kind(name: str) -> Kind:
    """The kind of that name, or a ToolError with the real names."""
    for kind in KINDS:
        if kind.name == name.strip().casefold():
            return kind
    raise ToolError(
        "unknown_kind",
        f"There is no kind of appointment called {name!r}.",
        suggestion=f"Use one of these kinds: {', '.join(KIND_NAMES)}.",
    )
