"""Flows about appointments: book, move, cancel, tell, look. Each ends in a call, an answer or a question."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

from agentops.domain.language import Intent, Reading, find_names
from agentops.llm.offline.desk import Desk, Say
from agentops.llm.offline.patients import Patient, find_patient
from agentops.llm.offline.placing import place
from agentops.llm.offline.slots import Slot, Wish, ask_doubts, look_for_slots, offer, read_wish, say_wish
from agentops.llm.offline.wording import THAT_ONE, WHICH_ONE, join_words, read_moment, say_moment, say_slot, say_slots

Appointment = dict[str, Any]
_WHOSE_SLOTS = re.compile(r"\b(?:which|what|who) (?:\w+ ){0,2}(?:doctors?|clinicians?|nurses?|gps?)\b", re.IGNORECASE)


def book(desk: Desk) -> NoReturn:
    """Book the earliest slot that fits."""
    ask_doubts(desk)
    patient = find_patient(desk)
    kind = desk.reading.kind

    def act(slot: Slot) -> dict[str, Any]:
        return desk.use("book_appointment", patient_id=patient.id, slot_id=slot["slot_id"], kind=kind)

    slot, done = place(desk, read_wish(desk.reading), act)
    name, provider, when = _told(patient, slot, done)
    texted = " A text message confirms it." if done.get("texted") else ""
    raise Say(f"Done. {name} is booked with {provider} on {when}.{texted}")


def _told(patient: Patient, slot: Slot, done: dict[str, Any]) -> tuple[str, str, str]:
    """Who, with whom and when, as the tool says it was done; staff may have changed the proposal."""
    at = read_moment(done.get("starts_at")) or read_moment(slot.get("starts_at"))
    provider = done.get("provider") or slot.get("provider") or "the clinic"
    return str(done.get("patient") or patient.name), str(provider), say_moment(at) if at else "the time agreed"


def move(desk: Desk) -> NoReturn:
    """Move one appointment to the earliest slot that fits, with the same clinician unless another was named."""
    patient = find_patient(desk)
    mine = _list(desk, patient)
    moved = _choose(desk, mine, patient, _is_old)
    wish = _count_from_old(desk, read_wish(desk.reading, provider=str(moved.get("provider") or "") or None), moved)
    if not wish.says_when and desk.reading.clinician in (None, moved.get("provider")):
        raise Say(f"I see {patient.name}'s appointment on {say_slot(moved)}. When would you like it instead?")
    ask_doubts(desk)

    def act(slot: Slot) -> dict[str, Any]:
        return desk.use("reschedule_appointment", appointment_id=moved["appointment_id"], slot_id=slot["slot_id"])

    slot, done = place(desk, wish, act)
    name, provider, when = _told(patient, slot, done)
    before = read_moment(done.get("was_at")) or read_moment(moved.get("starts_at"))
    instead = f" instead of {say_moment(before)}" if before else ""
    raise Say(f"Done. {name}'s appointment is now with {provider} on {when}{instead}.")


def _count_from_old(desk: Desk, wish: Wish, moved: Appointment) -> Wish:
    """A new time said by its distance from the old one: "an hour later" is a time, "something earlier" a stretch."""
    at, reading = read_moment(moved.get("starts_at")), desk.reading
    if at is None or wish.date_from or wish.date_to or reading.has_time:
        return wish
    if reading.shift is not None:
        new = at + timedelta(minutes=reading.shift)
        return replace(wish, date_from=new.date(), date_to=new.date(), exact=new.time(), around=False)
    if reading.drift == "earlier":
        return replace(wish, date_from=desk.now.date(), date_to=at.date(), sooner_than=at)
    if reading.drift == "later":
        return replace(wish, date_from=at.date(), later_than=at)
    return wish


def cancel(desk: Desk) -> NoReturn:
    """Cancel one appointment."""
    patient = find_patient(desk)
    chosen = _choose(desk, _list(desk, patient), patient, _is_named)
    done = desk.use("cancel_appointment", appointment_id=chosen["appointment_id"])
    name, provider, when = _told(patient, chosen, done)
    raise Say(f"Done. {name}'s appointment with {provider} on {when} is cancelled.")


def tell(desk: Desk) -> NoReturn:
    """Say what is booked."""
    patient = find_patient(desk)
    mine = _list(desk, patient)
    named = [a for a in mine if _is_named(a, desk.reading)] if desk.reading.has_date or desk.reading.clinician else mine
    if not mine:
        raise Say(f"{patient.name} has no appointment booked. Would you like me to book one?")
    if not named:
        raise Say(f"Not on that day. {patient.name} has {_count(mine)}: {_say_all(mine)}.")
    raise Say(f"{patient.name} has {_count(named)}: {_say_all(named)}.")


def look(desk: Desk) -> NoReturn:
    """Say when somebody is free. No patient is needed for that."""
    if _WHOSE_SLOTS.search(desk.last_said) and not (desk.reading.has_date or desk.reading.has_time):
        raise Say(f"We have {join_words(desk.briefing.clinicians)}. Whom would you like to see, and when?")
    ask_doubts(desk)
    wish = read_wish(desk.reading)
    fitting, others = look_for_slots(desk, wish)
    if fitting:
        raise Say(f"Free: {say_slots(fitting)}. {offer(fitting)}")
    who = wish.provider or "The clinic"
    if others:
        raise Say(f"{who} has nothing free {say_wish(wish)}. The nearest are {say_slots(others)}. {offer(others)}")
    raise Say(f"{who} has nothing free {say_wish(wish)}. Which other day would suit you?")


def _list(desk: Desk, patient: Patient) -> list[Appointment]:
    found: list[Appointment] = desk.use("list_patient_appointments", patient_id=patient.id).get("appointments", [])
    return found


def _choose(
    desk: Desk, mine: list[Appointment], patient: Patient, is_meant: Callable[[Appointment, Reading], bool]
) -> Appointment:
    """The one appointment meant; asks where none or several may be."""
    if not mine:
        raise Say(f"{patient.name} has no appointment booked, so there is nothing to change. Is there anything else?")
    meant = [a for a in mine if is_meant(a, desk.reading)]
    if desk.pick is not None:
        meant = [a for a in mine if _is_named(a, desk.pick)]
    if len(meant) == 1:
        return meant[0]
    if len(mine) == 1 and not meant:
        if desk.history.asked[-1].endswith(THAT_ONE) and desk.turn.intent is Intent.CONFIRM:
            return mine[0]
        raise Say(f"{patient.name} has only one appointment: {say_slot(mine[0])}. {THAT_ONE}")
    raise Say(f"{patient.name} has {_count(meant or mine)}: {_say_all(meant or mine)}. {WHICH_ONE}")


def _is_old(appointment: Appointment, reading: Reading) -> bool:
    """Whether this is the appointment to be moved, as far as its old day and time were said."""
    at = read_moment(appointment.get("starts_at"))
    day_fits = reading.old_date is None or (at is not None and at.date() == reading.old_date)
    time_fits = reading.old_time is None or (at is not None and at.time() == reading.old_time)
    return day_fits and time_fits


def _is_named(appointment: Appointment, reading: Reading) -> bool:
    """Whether this is the appointment spoken of by day, time or clinician."""
    at = read_moment(appointment.get("starts_at"))
    if at is None:
        return False
    names = [reading.clinician] if reading.clinician else []
    with_them = not names or bool(find_names(said=str(appointment.get("provider")), names=names))
    on_day = (reading.date_from is None or reading.date_from <= at.date()) and (
        reading.date_to is None or at.date() <= reading.date_to
    )
    at_time = reading.exact_time is None or at.time() == reading.exact_time
    return with_them and on_day and at_time


def _count(appointments: list[Appointment]) -> str:
    return "one appointment" if len(appointments) == 1 else f"{len(appointments)} appointments"


def _say_all(appointments: list[Appointment]) -> str:
    return join_words([say_slot(a) for a in appointments])
