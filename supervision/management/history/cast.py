"""Who is spoken of in a generated run: an invented patient, a day, a doctor; all names and numbers are made up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from supervision.management.history.stories import ACHES, DOCTORS, GIVEN, SURNAMES

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """The words that fill the gaps of a story."""

    given: str
    surname: str
    born: str
    number: str
    mobile: str
    doctor: str
    day: str
    ache: str
    patient_id: int

    @property
    def name(self) -> str:
        """As a caller says it."""
        return f"{self.given} {self.surname}"

    def fill(self, words: str) -> str:
        """A sentence with its gaps filled."""
        return words.format(name=self.name, born=self.born, doctor=self.doctor, day=self.day, ache=self.ache)

    @property
    def subject(self) -> dict[str, str]:
        """The patient as a card names them."""
        return {"surname": self.surname, "given": self.given, "born": self.born, "number": self.number,
                "mobile": self.mobile}  # fmt: skip


def cast_scene(rng: Random, *, at: datetime) -> Scene:
    """Somebody asks for something on one of the next days. The same person has the same birthday and numbers."""
    one = rng.randrange(len(GIVEN) * len(SURNAMES))
    own = Random(one)  # noqa: S311  # an invented birthday, not a secret
    day = timezone.localtime(at) + timedelta(days=rng.randrange(1, 12))
    return Scene(
        given=GIVEN[one % len(GIVEN)],
        surname=SURNAMES[one // len(GIVEN)],
        born=f"{own.randrange(1, 29)} {own.choice(MONTHS)} {own.randrange(1938, 2021)}",
        number=f"{4000 + one} {own.randrange(1000):03}",
        mobile=f"07700 900{own.randrange(1000):03}",
        doctor=rng.choice(DOCTORS),
        day=f"{day:%A} {day.day} {day:%B}",
        ache=rng.choice(ACHES),
        patient_id=one + 1,
    )


TOOLS: dict[str, tuple[str, str, str, str]] = {
    "search_patients": ("read", "read", "Look up {name}", "Looked up {name}"),
    "get_patient_info": ("read", "read", "Read the card of {name}", "Read the card of {name}"),
    "list_patient_appointments": ("read", "read", "Read {name}’s appointments", "Read {name}’s appointments"),
    "search_appointments": ("read", "read", "Read {doctor}’s free times, {day}", "Read {doctor}’s free times, {day}"),
    "draft_message": ("safe", "transactional", "Draft a text to {name}", "Drafted a text to {name}"),
    "escalate_to_human": ("safe", "read", "Pass {name} to a person", "Passed {name} to a person"),
    "book_appointment": ("risky", "transactional", "Book {name} on {day}, with {doctor}",
                         "Booked {name} on {day}, with {doctor}"),
    "reschedule_appointment": ("risky", "transactional", "Move {name} to {day}, with {doctor}",
                               "Moved {name} to {day}, with {doctor}"),
    "cancel_appointment": ("destructive", "transactional", "Cancel {name}’s appointment on {day}",
                           "Cancelled {name}’s appointment on {day}"),
    "send_message": ("risky", "non_idempotent", "Text {name}", "Texted {name}"),
}  # fmt: skip
"""Tier, effect, and the line of the trace before and after, of each tool the stories use."""


def make_card(tool: str, scene: Scene) -> dict[str, Any]:
    """The card as the tool would have written it; of a call that nobody was asked about only its lines."""
    tier, _, doing, done = TOOLS[tool]
    card: dict[str, Any] = {"title": scene.fill(doing), "doing": scene.fill(doing), "done": scene.fill(done)}
    if tier in {"read", "safe"}:
        return card
    return card | {
        "question": f"{scene.fill(doing)}?",
        "yes": "Yes, do it",
        "no": "No, do not",
        "subject": scene.subject,
        "changes": [
            {"label": "When", "now": "", "then": scene.day},
            {"label": "With", "now": "", "then": scene.doctor},
        ],
        "checks": [{"label": f"{scene.name} is a patient here", "ok": True}],
    }


def make_facts(tool: str, scene: Scene, *, number: int) -> dict[str, Any]:
    """What the call was judged by, as the gate would have written it; what differs goes by the call's number."""
    _, effect, _, _ = TOOLS[tool]
    acts = effect != "read"
    facts: dict[str, Any] = {"acts": acts, "approvable": acts, "two_people": False, "untrusted_text": False}
    if not acts:
        return facts
    facts |= {"patient": str(scene.patient_id), "new_patient": number % 9 == 0, "outside_hours": False}
    facts["anothers_appointment"] = number % 31 == 0
    return facts if tool.endswith("_message") else facts | {"notice_hours": float(number * 7 % 240)}
