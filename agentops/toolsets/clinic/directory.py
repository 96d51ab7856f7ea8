"""This is where we find people: a patient or a clinician by a name as somebody said it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from heapq import nlargest

from agentops.domain.language import find_names
from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import say
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient, Provider

SHOWN = 5
_LOOKED_AT = 60
_ALIKE = 0.7
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "'": "", "’": ""}
)
_TITLES = frozenset({"dr", "doctor", "nurse", "mr", "mrs", "ms", "miss", "sister", "prof", "professor"})


@dataclass(frozen=True, slots=True)
class Found:
    """Patients of exactly that name (and birth and phone, where given), and those that are only near."""

    exact: list[Patient]
    near: list[Patient]


def fold_name(name: str) -> str:
    """A name without case, accents, apostrophes and hyphens: "José O’Neill-Łoś" is "jose oneill los"."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(letters).split())


def find_patients(*, name: str, born: date | None = None, phone: str | None = None) -> Found:
    """Look a person up by name, in either order. A wrong birth or phone makes an exact name only near.

    Near ones are looked for only where nobody matches: a caller's request should bring up as few others as possible.
    """
    folded = fold_name(name)
    same_name = list(Patient.objects.filter(folded__in=_rotations(folded), archived=False))
    exact = [p for p in same_name if _agrees(p, born=born, phone=phone)]
    if exact:
        return Found(exact=exact, near=[])
    alike = _like_sounding(folded, born=born, known={p.pk for p in same_name})
    return Found(exact=[], near=[*same_name, *alike])


def get_patient(patient_id: int) -> Patient:
    """The patient of that id, or a ToolError that says how to find one."""
    patient = Patient.objects.select_related("usual_provider").filter(pk=patient_id, archived=False).first()
    if patient is None:
        raise ToolError(
            "unknown_patient",
            say("There is no patient with the id %(patient_id)s.", patient_id=patient_id),
            suggestion="Use search_patients with the name the caller gave and take patient_id from its result.",
        )
    return patient


def get_appointment(appointment_id: int) -> Appointment:
    """The booked appointment of that id with its people, or a ToolError that says why it cannot be used."""
    related = Appointment.objects.select_related("patient", "provider", "slot")
    appointment = related.filter(pk=appointment_id, patient__archived=False).first()
    if appointment is None:
        raise ToolError(
            "unknown_appointment",
            say("There is no appointment with the id %(appointment_id)s.", appointment_id=appointment_id),
            suggestion="Use list_patient_appointments for this patient and take appointment_id from its result.",
        )
    if appointment.status == AppointmentStatus.CANCELLED:
        raise ToolError(
            "already_cancelled",
            say("This appointment is already cancelled."),
            suggestion="Tell the caller so. Use list_patient_appointments to see what is still booked.",
        )
    return appointment


def find_providers(asked: str) -> list[Provider]:
    """The active clinicians that a name can mean, or a ToolError with the real names."""
    active = list(Provider.objects.filter(active=True))
    words = set(fold_name(asked).split())
    found = [p for p in active if _is_called(p, words=words)] or _like_spelt(asked, active)
    if not found:
        raise ToolError(
            "unknown_provider",
            say("No clinician here is called %(asked)s.", asked=repr(asked)),
            suggestion=f"Use one of: {', '.join(str(p) for p in active)}. Or leave provider out to see everyone.",
        )
    return found


def _is_called(provider: Provider, *, words: set[str]) -> bool:
    """Whether every word is part of the name. A nurse is not meant by "Dr", nor a doctor by "nurse"."""
    said_title = {"dr" if word == "doctor" else word for word in words & _TITLES}
    name = words - _TITLES
    if not name or not name <= set(fold_name(provider.name).split()):
        return False
    return not said_title & {"dr", "nurse"} or fold_name(provider.title) in said_title


def _like_spelt(asked: str, active: list[Provider]) -> list[Provider]:
    found = find_names(said=asked, names=[str(p) for p in active])
    return [p for p in active if str(p) in found]


def _agrees(patient: Patient, *, born: date | None, phone: str | None) -> bool:
    if born is not None and patient.born != born:
        return False
    return not phone or _line(phone) == _line(patient.mobile)


def _line(phone: str) -> str:
    """The last ten digits: the same for 07700 900123 and +44 7700 900123."""
    return "".join(c for c in phone if c.isdigit())[-10:]


def _rotations(folded: str) -> list[str]:
    words = folded.split()
    return [" ".join(words[i:] + words[:i]) for i in range(len(words))]


def _like_sounding(folded: str, *, born: date | None, known: set[int]) -> list[Patient]:
    """Patients of whose name every word sounds or is spelt nearly as said, nearest first."""
    rows = Patient.objects.filter(archived=False).exclude(pk__in=known)
    if born is not None:
        rows = rows.filter(born=born)
    people = Patient.objects.in_bulk(_most_alike(rows.values_list("pk", "folded"), folded))
    alike = [p for p in people.values() if all(_is_like(word, p.folded.split()) for word in folded.split())]
    return sorted(alike, key=lambda p: (-SequenceMatcher(None, folded, p.folded).ratio(), p.pk))


def _most_alike(rows: Iterable[tuple[int, str]], folded: str) -> list[int]:
    """The likeliest by the pairs of letters they share: cheap enough to look at everyone."""
    pairs = {f" {folded} "[i : i + 2] for i in range(len(folded) + 1)}
    scored = ((sum(pair in f" {name} " for pair in pairs), -pk) for pk, name in rows)
    return [-pk for score, pk in nlargest(_LOOKED_AT, scored) if score * 2 >= len(pairs)]


def _is_like(word: str, name: list[str]) -> bool:
    if any(SequenceMatcher(None, word, part).ratio() >= _ALIKE for part in name):
        return True
    return bool(find_names(said=word, names=name))
