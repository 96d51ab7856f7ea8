"""What is fixed about the surgery: name, contact details, opening hours, kinds of appointment, its clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import say

NAME = "Harbour Lane Surgery"
PHONE = "020 7946 0180"
PHONE_E164 = "+442079460180"
EMAIL = "desk@harbourlane.example.com"
SITE = "harbourlane.example.com"

HELPLINES = frozenset({"999", "111", "116 123"})
"""Numbers anyone may be given: emergencies, NHS advice, Samaritans."""

OPENS = time(8, 30)
CLOSES = time(18, 0)
LAST_CALL = timedelta(minutes=30)
FIRST_HOUR = timedelta(hours=1)
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


def is_open(moment: datetime) -> bool:
    """Whether the desk is open then."""
    here = local(moment)
    return here.weekday() < 5 and OPENS <= here.time() < CLOSES


def last_answer(now: datetime, *starts: datetime) -> datetime:
    """When an answer of the desk comes too late: at closing time, and half an hour before the appointment it is about.

    What comes in while the desk is closed may wait for the first hour of the next working day.
    """
    here = local(now)
    if here.weekday() < 5 and here.time() < CLOSES:
        end = datetime.combine(here.date(), CLOSES, tzinfo=clinic_zone())
    else:
        ahead = (here.date() + timedelta(days=number) for number in range(1, 4))
        next_day = next(day for day in ahead if day.weekday() < 5)
        end = datetime.combine(next_day, OPENS, tzinfo=clinic_zone()) + FIRST_HOUR
    return min([end, *(start - LAST_CALL for start in starts)])


def find_kind(name: str) -> Kind:
    """The kind of that name, or a ToolError with the real names."""
    for kind in KINDS:
        if kind.name == name.strip().casefold():
            return kind
    raise ToolError(
        "unknown_kind",
        say("There is no kind of appointment called %(name)s.", name=repr(name)),
        suggestion=f"Use one of these kinds: {', '.join(KIND_NAMES)}.",
    )
