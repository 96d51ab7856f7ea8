"""Flows about messages and questions."""

import re
from typing import NoReturn

from agentops.llm.offline.desk import Desk, Say
from agentops.llm.offline.patients import Patient, find_patient
from agentops.llm.offline.wording import say_slot

_BODY = re.compile(
    r"(?:\b(?:saying|to say|says|reading|that says|with the (?:text|words))\b[ :]*|\bthat\b"
    r"|:)\s*[\"“']?(?P<body>[^\"”]+)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:tell|let|text|inform|remind)\b.{0,60}?\b(?:know|to) (?P<body>.+)", re.IGNORECASE | re.DOTALL)
_TO_STAFF = re.compile(
    r"\b(?:tell|ask|message (?:to|for)|let|inform|note (?:to|for)|pass (?:on )?(?:\w+ ){0,3}to|write to|text|e-?mail"
    r"|message) "
    r"(?:the |my )?(?:dr|doctor|gp|nurse|clinic|surgery|practice|reception|team|staff|desk)\b",
    re.IGNORECASE,
)
_REMIND = re.compile(r"\bremind", re.IGNORECASE)
_HOURS = re.compile(r"\b(?:open|opens|opening|close|closes|closing|hours)\b", re.IGNORECASE)
_WHO_IS_HERE = re.compile(
    r"\b(?:which|what|who)\b.{0,20}\b(?:doctors?|clinicians?|nurses?|gps?|staff)\b", re.IGNORECASE
)


def message(desk: Desk) -> NoReturn:
    """Send or draft a text to a patient; what is meant for the staff goes to a person."""
    said = desk.last_said
    if _TO_STAFF.search(said):
        desk.hand_over("A message for the staff.", text="I am passing your message to a person at the clinic.")
    patient = find_patient(desk)
    body = _remind(desk, patient) if _REMIND.search(" ".join(desk.history.said)) else _write(desk, patient)
    if re.search(r"\bdraft\b", " ".join(desk.history.said), re.IGNORECASE):
        desk.use("draft_message", patient_id=patient.id, body=body)
        raise Say(f"The draft to {patient.name} is ready. Nothing has been sent. It says: {body}")
    done = desk.use("send_message", patient_id=patient.id, body=body)
    raise Say(f"Done. This text has been sent to {done.get('patient') or patient.name}: {done.get('body') or body}")


def _write(desk: Desk, patient: Patient) -> str:
    """The text in the words that were given."""
    for said in reversed(desk.history.said):
        if (match := _BODY.search(said) or _TOLD.search(said)) and len(match["body"].strip()) > 3:
            words = address(match["body"].strip(" .\"'"))
            return f"Hello {patient.name.split()[0]}, {words}. {desk.briefing.clinic}"
    asked = "What should the text say?"
    if desk.history.asked and desk.history.asked[-1].endswith(asked):
        return f"Hello {patient.name.split()[0]}, {desk.last_said.strip(' .')}. {desk.briefing.clinic}"
    raise Say(f"I can text {patient.name}. {asked}")


_YOU = {"is": "are", "has": "have", "was": "were", "needs": "need"}


def address(words: str) -> str:
    """What was said about somebody, turned to them: "her results are ready" is "your results are ready"."""
    turned = re.sub(
        r"\b(?:she|he|they) (is|are|has|have|was|were|can|should|needs?|must|may|will)\b",
        lambda match: f"you {_YOU.get(match[1], match[1])}",
        words,
    )
    return re.sub(r"\b(?:his|her|their)\b(?= [a-z])", "your", turned)


def _remind(desk: Desk, patient: Patient) -> str:
    mine = desk.use("list_patient_appointments", patient_id=patient.id).get("appointments", [])
    if not mine:
        raise Say(f"{patient.name} has no appointment booked, so there is nothing to remind them of.")
    given = patient.name.split()[0]
    return f"Hello {given}, this is a reminder of your appointment on {say_slot(mine[0])}. {desk.briefing.clinic}"


def answer(desk: Desk) -> NoReturn:
    """Answer what the briefing knows; everything else goes to a person, medical questions above all."""
    said = desk.last_said
    if _HOURS.search(said) and desk.briefing.hours:
        raise Say(f"{desk.briefing.clinic} is open {desk.briefing.hours}.")
    if _WHO_IS_HERE.search(said) and desk.briefing.clinicians:
        raise Say(f"The clinicians here are {', '.join(desk.briefing.clinicians)}.")
    desk.hand_over(
        "A question that the assistant cannot answer.",
        text="I cannot answer that myself, so I am passing your question to a person at the clinic.",
    )
