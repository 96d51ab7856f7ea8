"""How the desk reads times, people and texts: plain words, real dates, named people."""

from datetime import date, datetime, time

from agentops.domain.cards import Subject
from agentops.toolsets.clinic.models import Patient, Provider
from agentops.toolsets.clinic.practice import local


def say_time(moment: time | datetime) -> str:
    """ "2pm", "3:30pm", "9:20am"; a moment is read on the clinic's clock."""
    clock = local(moment).time() if isinstance(moment, datetime) else moment
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def say_day(day: date) -> str:
    """ "Thursday 12 March"."""
    return f"{day:%A} {day.day} {day:%B}"


def say_birth(born: date) -> str:
    """ "14 May 1987"."""
    return f"{born.day} {born:%B} {born.year}"


def say_when(moment: datetime) -> str:
    """ "Thursday 12 March, 2pm"."""
    return f"{say_day(local(moment).date())}, {say_time(moment)}"


def say_when_short(moment: datetime) -> str:
    """ "Thu 12 March, 2pm", for a row in the queue."""
    there = local(moment)
    return f"{there:%a} {there.day} {there:%B}, {say_time(moment)}"


def say_range(first: date, last: date) -> str:
    """ "9 to 20 March", "28 February to 6 March" or "Thursday 12 March"."""
    if first == last:
        return say_day(first)
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%B}"
    return f"{start} to {last.day} {last:%B}"


def say_kind(kind: str, minutes: int) -> str:
    """ "Follow-up, 20 minutes"."""
    return f"{kind[:1].upper()}{kind[1:]}, {minutes} minutes"


def say_with(provider: Provider) -> str:
    """ "Dr Patel, room 4"."""
    return f"{provider.short}, room {provider.room}" if provider.room else provider.short


def whose(name: str) -> str:
    """ "Ana Gomez’s"."""
    return f"{name}’s"


def join_names(names: list[str]) -> str:
    """ "Dr Patel", "Dr Patel and Dr Chen", "Dr Patel, Dr Chen and Nurse Lowe"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def patient_banner(patient: Patient) -> Subject:
    """Two identifiers and how to reach the person."""
    return Subject(
        surname=patient.surname,
        given=patient.given,
        born=say_birth(patient.born),
        number=patient.number,
        mobile=patient.mobile,
    )


def booked_text(*, given: str, kind: str, provider: Provider, starts_at: datetime) -> str:
    """The exact text a patient gets when an appointment is made."""
    when = f"{say_day(local(starts_at).date())} at {say_time(starts_at)}"
    return f"Hi {given}, your {kind} with {provider.short} is booked for {when}. Reply C to change it."


def moved_text(*, given: str, kind: str, provider: Provider, starts_at: datetime) -> str:
    """The exact text a patient gets when an appointment is moved."""
    when = f"{say_day(local(starts_at).date())} at {say_time(starts_at)}"
    return f"Hi {given}, your {kind} with {provider.short} is now {when}. Reply C to change it."
