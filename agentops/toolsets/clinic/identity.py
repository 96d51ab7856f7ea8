"""This is where we compare who spoke with whose record it is."""

from enum import Enum, auto

from agentops.domain.cards import Mismatch
from agentops.domain.language import Reading, find_names
from agentops.domain.phrases import say
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.hearing import spans_of
from agentops.toolsets.clinic.models import Patient
from agentops.toolsets.clinic.others import find_other_patient
from agentops.toolsets.clinic.wording import say_birth

ANOTHER_NAMED = say("Another patient was named with a date of birth")


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
        return passed(say("The number given is on this record"), say("No date of birth was given"))
    if named is _Named.NOT_SAID:
        return _nobody_named(patient)
    if Patient.objects.filter(folded=patient.folded, archived=False).exclude(pk=patient.pk).exists():
        return _shared_name(patient)
    return passed(say("Name matches"), say("No date of birth was given"))


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
        return passed(say("Name and date of birth match"), say("%(given)s gave both", given=patient.given))
    return passed(say("Date of birth matches"), say("The name was not said"))


def _wrong_birth(patient: Patient, said: str) -> Findings:
    born = say_birth(patient.born)
    return conflict(
        say("Date of birth: does not match"),
        Mismatch(
            said=said,
            proposed=born,
            text=say(
                "The caller said %(said)s. %(name)s on this record was born %(born)s.",
                said=said,
                name=patient.name,
                born=born,
            ),
            confirm=say("This is the right %(name)s, I checked the date of birth", name=patient.name),
        ),
    )


def _other_name(patient: Patient, said: str) -> Findings:
    return conflict(
        say("Name: does not match"),
        Mismatch(
            said=said,
            proposed=patient.name,
            text=say("The caller said the name %(said)s. This record is %(name)s’s.", said=said, name=patient.name),
            confirm=say("This is for %(name)s, I checked with the caller", name=patient.name),
        ),
    )


def _other_patient(patient: Patient, other: str) -> Findings:
    return conflict(
        ANOTHER_NAMED,
        Mismatch(
            said=other,
            proposed=patient.name,
            text=say(
                "The caller gave the name %(other)s with a date of birth. This record is %(name)s’s.",
                other=other,
                name=patient.name,
            ),
            confirm=say("This is for %(name)s, I checked with the caller", name=patient.name),
        ),
    )


def _nobody_named(patient: Patient) -> Findings:
    return conflict(
        say("Name: not said"),
        Mismatch(
            said=say("No name and no date of birth"),
            proposed=patient.name,
            text=say("Nobody in this conversation said the name %(name)s.", name=patient.name),
            confirm=say("This is for %(name)s, I checked with the caller", name=patient.name),
        ),
    )


def _shared_name(patient: Patient) -> Findings:
    names = {"name": patient.name, "born": say_birth(patient.born)}
    return conflict(
        say("Name matches more than one patient"),
        Mismatch(
            said=patient.name,
            proposed=say("%(name)s, born %(born)s", **names),
            text=say(
                "There is more than one %(name)s, and no date of birth was given. This one was born %(born)s.", **names
            ),
            confirm=say("This is %(name)s born %(born)s, I checked with the caller", **names),
        ),
    )
