"""How the desk reads times, people and texts: plain words, real dates, named people."""

from collections.abc import Sequence
from datetime import date, datetime, time

from agentops.domain.cards import Subject
from agentops.domain.phrases import Phrase, join_phrases, say, say_clock, say_date, sayable
from agentops.toolsets.clinic.models import Patient, Provider
from agentops.toolsets.clinic.practice import local

KINDS_OF_VISIT = (
    sayable("consultation"), sayable("follow-up"), sayable("surgery review"), sayable("medication review"),
    sayable("vaccination"), sayable("blood test"), sayable("phone call"),
    sayable("Consultation"), sayable("Follow-up"), sayable("Surgery review"), sayable("Medication review"),
    sayable("Vaccination"), sayable("Blood test"), sayable("Phone call"),
)  # fmt: skip
"""The kinds of `practice`, within a sentence and at its beginning."""


def say_time(moment: time | datetime) -> Phrase:
    """ "2pm", "3:30pm", "9:20am"; a moment is read on the clinic's clock."""
    return say_clock(local(moment).time() if isinstance(moment, datetime) else moment, short=True)


def say_day(day: date) -> Phrase:
    """ "Thursday 12 March"."""
    return say("%(weekday)s %(day)s %(month)s", weekday=say(f"{day:%A}"), day=day.day, month=say(f"{day:%B}"))


def say_birth(born: date) -> Phrase:
    """ "14 May 1987"."""
    return say_date(born)


def say_when(moment: datetime) -> Phrase:
    """ "Thursday 12 March, 2pm"."""
    return say("%(day)s, %(time)s", day=say_day(local(moment).date()), time=say_time(moment))


def say_when_short(moment: datetime) -> Phrase:
    """ "Thu 12 March, 2pm", for a row in the queue."""
    there = local(moment)
    day, month = there.day, say(f"{there:%B}")
    return say(
        "%(weekday)s %(day)s %(month)s, %(time)s", weekday=say(f"{there:%a}"), day=day, month=month,
        time=say_time(moment),
    )  # fmt: skip


def say_range(first: date, last: date) -> Phrase:
    """ "9 to 20 March", "28 February to 6 March" or "Thursday 12 March"."""
    if first == last:
        return say_day(first)
    start, end = (say("%(day)s %(month)s", day=day.day, month=say(f"{day:%B}")) for day in (first, last))
    within_a_month = (first.year, first.month) == (last.year, last.month)
    return say("%(first)s to %(last)s", first=first.day if within_a_month else start, last=end)


def say_kind(kind: str, minutes: int) -> Phrase:
    """ "Follow-up, 20 minutes"."""
    return say("%(kind)s, %(minutes)s minutes", kind=say(f"{kind[:1].upper()}{kind[1:]}"), minutes=minutes)


def say_with(provider: Provider) -> str:
    """ "Dr Patel, room 4"."""
    return say("%(who)s, room %(room)s", who=provider.short, room=provider.room) if provider.room else provider.short


def join_names(names: Sequence[str], *, either: bool = False) -> str:
    """ "Dr Patel", "Dr Patel and Dr Chen", "Dr Patel, Dr Chen and Nurse Lowe"; "or" where it is `either` of them."""
    if len(names) == 1:
        return names[0]
    first, last = join_phrases(names[:-1], between=", "), names[-1]
    if either:
        return say("%(first)s or %(last)s", first=first, last=last)
    return say("%(first)s and %(last)s", first=first, last=last)


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
