"""Find out who the patient is. A record is used only when exactly one fits what was said."""

from dataclasses import dataclass
from typing import Any

from agentops.llm.offline.desk import Desk, Say
from agentops.llm.offline.wording import ASK_NAME


@dataclass(frozen=True, slots=True)
class Patient:
    """A record that was found."""

    id: int
    name: str


def find_patient(desk: Desk) -> Patient:
    """The one patient meant. Asks where the name is missing, unknown or shared; after two tries a person helps."""
    name, born = desk.reading.patient_name, desk.reading.born
    if not name:
        raise Say(ASK_NAME)
    if " " not in name.strip() and born is None:
        raise Say(f"Thank you. Could you tell me {name}'s full name and date of birth, please?")
    found = desk.use("search_patients", name=name, born=born, phone=desk.reading.phone)
    exact = [p for p in found.get("patients", []) if born is None or p.get("born") == born.isoformat()]
    if len(exact) == 1:
        return _as_patient(exact[0])
    if len(exact) > 1:
        _ask_more(desk, f"I have more than one {name}. Could you tell me the date of birth, please?")
    near = [p for p in found.get("closest", []) if born is not None and p.get("born") == born.isoformat()]
    if len(near) == 1:
        return _as_patient(near[0])
    _ask_more(desk, f"I cannot find {name}. Could you spell the full name and tell me the date of birth, please?")
    raise AssertionError


def _as_patient(record: dict[str, Any]) -> Patient:
    return Patient(int(record["patient_id"]), str(record["name"]))


def _ask_more(desk: Desk, question: str) -> None:
    asked_before = [text for text in desk.history.asked if "date of birth" in text]
    if (desk.reading.born is not None and asked_before) or len(asked_before) > 1:
        desk.hand_over(
            "The patient's record could not be found.",
            text="I cannot find the right record. I am passing this to a person at the clinic, who will help you.",
        )
    raise Say(question)
