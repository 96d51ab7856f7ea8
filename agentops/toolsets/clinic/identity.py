"""This is where we compare who spoke with whose record it is."""

from enum import Enum, auto

from agentops.domain.cards import Mismatch
from agentops.domain.language import Reading, find_names
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.hearing import spans_of
from agentops.toolsets.clinic.models import Patient
from agentops.toolsets.clinic.others import find_other_patient
from agentops.toolsets.clinic.wording import say_birth

ANOTHER_NAMED = "Another patient was named with a date of birth"


class _Named(Enum):
    """How the name that was said compares with the record."""

    SAME = auto()
    OTHER = auto()
    NOT_SAID = auto()


def check_identity(ctx: ToolContext, reading: Reading, patient: Patient) -> Findings:
    """Compare name and date of birth that were said with the record, and say plainly what was not said.

    A birth or a name that was said and differs, a name that nobody said, and a name that two patients share without
    a birth to tell them apart are conflicts.
    """
    named = _compare_name(ctx, reading, patient)
    found = _judge(ctx, reading, patient, named)
    return Findings.join(found, Findings(spans=spans_of(reading, "patient", "born", "phone")))


def names_another(found: Findings) -> bool:
    """Whether the caller named another patient than the one whose record this is."""
    return any(check.label == ANOTHER_NAMED for check in found.checks)


def _judge(ctx: ToolContext, reading: Reading, patient: Patient, named: _Named) -> Findings:
    if other := find_other_patient(ctx, patient):
        return _other_patient(patient, other)
    if reading.born is not None and reading.born != patient.born:
        return _wrong_birth(patient, say_birth(reading.born))
    if named is _Named.OTHER:
        return _other_name(patient, str(reading.patient_name))
    if reading.born is not None:
        return _matching_birth(patient, named)
    if _gave_number(ctx, reading, patient):
        return passed("The number given is on this record", "No date of birth was given")
    if named is _Named.NOT_SAID:
        return _nobody_named(patient)
    if Patient.objects.filter(folded=patient.folded, archived=False).exclude(pk=patient.pk).exists():
        return _shared_name(patient)
    return passed("Name matches", "No date of birth was given")


def _compare_name(ctx: ToolContext, reading: Reading, patient: Patient) -> _Named:
    """Every word of a name that was given must be in the record; without one the words must hold the record's name."""
    known = set(patient.folded.split())
    if reading.patient_name:
        said = set(fold_name(reading.patient_name).split())
        return _Named.SAME if said <= known else _Named.OTHER
    if any(known <= set(fold_name(text).split()) for text in ctx.said):
        return _Named.SAME
    heard = any(find_names(said=text, names=[patient.name]) for text in ctx.said)
    return _Named.SAME if heard and _any_word(ctx, known) else _Named.NOT_SAID


def _any_word(ctx: ToolContext, known: set[str]) -> bool:
    return any(known & set(fold_name(text).split()) for text in ctx.said)


def _gave_number(ctx: ToolContext, reading: Reading, patient: Patient) -> bool:
    """Whether the patient number, or the mobile number on record, was said."""
    if reading.phone and patient.mobile and _digits(reading.phone)[-10:] == _digits(patient.mobile)[-10:]:
        return True
    return any(_digits(patient.number) in _digits(text) for text in ctx.said)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _matching_birth(patient: Patient, named: _Named) -> Findings:
    if named is _Named.SAME:
        return passed("Name and date of birth match", f"{patient.given} gave both")
    return passed("Date of birth matches", "The name was not said")


def _wrong_birth(patient: Patient, said: str) -> Findings:
    born = say_birth(patient.born)
    return conflict(
        "Date of birth: does not match",
        Mismatch(
            said=said,
            proposed=born,
            text=f"The caller said {said}. {patient.name} on this record was born {born}.",
            confirm=f"This is the right {patient.name}, I checked the date of birth",
        ),
    )


def _other_name(patient: Patient, said: str) -> Findings:
    return conflict(
        "Name: does not match",
        Mismatch(
            said=said,
            proposed=patient.name,
            text=f"The caller said the name {said}. This record is {patient.name}’s.",
            confirm=f"This is for {patient.name}, I checked with the caller",
        ),
    )


def _other_patient(patient: Patient, other: str) -> Findings:
    return conflict(
        ANOTHER_NAMED,
        Mismatch(
            said=other,
            proposed=patient.name,
            text=f"The caller gave the name {other} with a date of birth. This record is {patient.name}’s.",
            confirm=f"This is for {patient.name}, I checked with the caller",
        ),
    )


def _nobody_named(patient: Patient) -> Findings:
    return conflict(
        "Name: not said",
        Mismatch(
            said="No name and no date of birth",
            proposed=patient.name,
            text=f"Nobody in this conversation said the name {patient.name}.",
            confirm=f"This is for {patient.name}, I checked with the caller",
        ),
    )


def _shared_name(patient: Patient) -> Findings:
    born = say_birth(patient.born)
    return conflict(
        "Name matches more than one patient",
        Mismatch(
            said=patient.name,
            proposed=f"{patient.name}, born {born}",
            text=f"There is more than one {patient.name}, and no date of birth was given. This one was born {born}.",
            confirm=f"This is {patient.name} born {born}, I checked with the caller",
        ),
    )
