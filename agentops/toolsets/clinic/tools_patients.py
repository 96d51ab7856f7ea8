"""Tools that find a patient and read the record."""

from datetime import date

from pydantic import Field

from agentops.domain.cards import Card
from agentops.domain.phrases import say
from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, Tool, ToolContext
from agentops.toolsets.clinic.directory import SHOWN, Found, find_patients, get_patient
from agentops.toolsets.clinic.fields import Arguments, Day, Id, Line, Name, Output
from agentops.toolsets.clinic.models import Patient
from agentops.toolsets.clinic.wording import patient_banner


class SearchPatients(Arguments):
    """Whom to look for."""

    name: Name = Field(description="Given name and surname as the caller said them, in either order.")
    born: Day | None = Field(None, description="Date of birth, YYYY-MM-DD, if the caller gave it.")
    phone: Line | None = Field(None, description="Mobile number, if the caller gave it.")


class FoundPatient(Output):
    """One person, with what tells them from another of the same name."""

    patient_id: int
    name: str
    born: date


class FoundPatients(Output):
    """Exact matches, and people who are only nearly it."""

    patients: list[FoundPatient]
    closest: list[FoundPatient]
    note: str = ""


class PatientArguments(Arguments):
    """Which patient."""

    patient_id: Id = Field(description="patient_id from search_patients. Never guess it.")


class PatientInfo(Output):
    """The record, as far as the desk needs it."""

    patient_id: int
    name: str
    born: date
    mobile: str
    email: str
    usual_provider: str | None
    notes: str


def run_search(_ctx: ToolContext, args: SearchPatients) -> FoundPatients:
    """Look a patient up; nobody found is a success with empty lists and a note that says what to ask."""
    found = find_patients(name=args.name, born=args.born, phone=args.phone)
    return FoundPatients(
        patients=[_listed(p) for p in found.exact[:SHOWN]],
        closest=[_listed(p) for p in found.near[:SHOWN]],
        note=_note(found),
    )


def describe_search(_ctx: ToolContext, args: SearchPatients) -> Card:
    """The trace line of a look-up."""
    look_up = say("Look up %(name)s", name=args.name)
    return Card(title=look_up, doing=look_up, done=say("Looked up %(name)s", name=args.name))


def run_info(_ctx: ToolContext, args: PatientArguments) -> PatientInfo:
    """Read one record."""
    patient = get_patient(args.patient_id)
    return PatientInfo(
        patient_id=patient.pk,
        name=patient.name,
        born=patient.born,
        mobile=patient.mobile,
        email=patient.email,
        usual_provider=str(patient.usual_provider) if patient.usual_provider else None,
        notes=patient.notes,
    )


def describe_info(_ctx: ToolContext, args: PatientArguments) -> Card:
    """The trace line of reading a record."""
    patient = get_patient(args.patient_id)
    read = say("Read %(name)s’s record", name=patient.name)
    return Card(title=read, doing=read, done=read, subject=patient_banner(patient))


def _listed(patient: Patient) -> FoundPatient:
    return FoundPatient(patient_id=patient.pk, name=patient.name, born=patient.born)


def _note(found: Found) -> str:
    if len(found.exact) == 1:
        return ""
    if found.exact:
        return f"{len(found.exact)} people have this name. Ask for the date of birth, then search again with born."
    if found.near:
        return "Nobody matches exactly. Do not pick one of the closest: ask for the spelling or the date of birth."
    return "Nobody matches. Ask the caller to spell the name; if that fails too, use escalate_to_human."


SEARCH_PATIENTS = Tool(
    name="search_patients",
    description=(
        "Find a patient by name. Use it first, whenever a request is about a person whose patient_id you do not "
        "have. Give born and phone too if the caller said them. `patients` holds exact matches, `closest` people "
        "who are only nearly it (spelling, or another date of birth). If `patients` has more than one entry, or "
        "none, ask the caller; never choose for them, and never tell a caller who else is on the list."
    ),
    input=SearchPatients,
    output=FoundPatients,
    run=run_search,
    describe=describe_search,
    effect=Effect.READ,
    floor=ActionTier.READ,
    local=True,
)

GET_PATIENT_INFO = Tool(
    name="get_patient_info",
    description=(
        "Read one patient's contact details, usual clinician and desk notes. Use it when you need one of these to "
        "answer or to choose a clinician. It holds no medical history: do not use it to answer medical questions."
    ),
    input=PatientArguments,
    output=PatientInfo,
    run=run_info,
    describe=describe_info,
    effect=Effect.READ,
    floor=ActionTier.READ,
    local=True,
    untrusted=True,
)
