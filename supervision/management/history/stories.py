"""What happens in the generated past: kinds of request, how each of them tends to end, and in what words."""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """How a story ends."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    TURNED_DOWN = "turned_down"
    EXPIRED = "expired"
    DOUBTED = "doubted"
    PERSON = "asked_for_a_person"
    URGENT = "urgent_help"
    STEPS = "limit_iterations"
    CALLS = "limit_tool_calls"
    UNAVAILABLE = "model_unavailable"
    STOPPED = "cancelled"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request. `ends` are per mille; what they leave is answered. `tool_errors` is per look-up."""

    slug: str
    share: float
    said: tuple[str, ...]
    looks: tuple[str, ...]
    act: str
    answer: str
    ends: dict[End, float]
    tool_errors: float = 0.02
    drift: float = 0.0
    """By how much its prompts have grown at the end of the past: the cost of such a run drifts with them."""


KINDS = (
    Kind(
        slug="booking",
        share=0.40,
        said=(
            "I would like to see {doctor} on {day}, any time after three. {name}, born {born}.",
            "It's {name}, {born}. Can I have a vaccination next week, in the morning if you can?",
            "{name}, born {born}. My {ache} is no better, the first free appointment please.",
        ),
        looks=("search_patients", "search_appointments"),
        act="book_appointment",
        answer="Done. {name} is booked with {doctor} on {day}.",
        ends={End.ASKED_BACK: 60, End.TURNED_DOWN: 25, End.EXPIRED: 14, End.PERSON: 12, End.STEPS: 5,
              End.UNAVAILABLE: 4, End.STOPPED: 4},
        drift=0.9,
    ),
    Kind(
        slug="moving",
        share=0.18,
        said=(
            "I can't make my appointment on {day}. Could I do the day after? {name}, {born}.",
            "{name}, born {born}: please move me to another morning, same doctor.",
        ),
        looks=("search_patients", "list_patient_appointments", "search_appointments"),
        act="reschedule_appointment",
        answer="Done. {name} now comes on {day}, with {doctor}.",
        ends={End.ASKED_BACK: 50, End.TURNED_DOWN: 30, End.EXPIRED: 15, End.PERSON: 15, End.STEPS: 10,
              End.UNAVAILABLE: 4, End.STOPPED: 5},
    ),
    Kind(
        slug="questions",
        share=0.27,
        said=("When is my next appointment? {name}, {born}.", "What time do you open on {day}?",
              "Does {doctor} work on {day}? My {ache} is back."),
        looks=("search_patients", "list_patient_appointments"),
        act="",
        answer="{name} has one appointment: {day}, with {doctor}.",
        ends={End.PERSON: 8, End.UNAVAILABLE: 3, End.STOPPED: 1},
    ),
    Kind(
        slug="messages",
        share=0.06,
        said=("Please text {name}, born {born}, that the forms are ready at the desk.",
              "Remind {name}, {born}, of {day} at nine."),
        looks=("search_patients", "draft_message"),
        act="send_message",
        answer="{name} was sent the message.",
        ends={End.TURNED_DOWN: 40, End.EXPIRED: 10, End.DOUBTED: 12, End.PERSON: 10},
        tool_errors=0.09,
    ),
    Kind(
        slug="cancelling",
        share=0.05,
        said=("Please cancel my appointment on {day}. {name}, {born}.",
              "{name}, born {born}. I am well again and do not need to come on {day}."),
        looks=("search_patients", "list_patient_appointments"),
        act="cancel_appointment",
        answer="Done. The appointment of {name} on {day} is cancelled.",
        ends={End.STEPS: 160, End.PERSON: 80, End.CALLS: 45, End.EXPIRED: 20, End.TURNED_DOWN: 20, End.UNAVAILABLE: 5},
        tool_errors=0.14,
    ),
    Kind(
        slug="other",
        share=0.04,
        said=("I want to speak to a person about a letter. {name}.", "Where do I park?",
              "My {ache} is very bad and I feel faint. {name}, {born}."),
        looks=("get_patient_info",),
        act="",
        answer="I have told the front desk. They will see to it.",
        ends={End.PERSON: 300, End.URGENT: 60, End.UNAVAILABLE: 5},
    ),
)  # fmt: skip
"""Shares and ends are chosen so that all runs together finish often enough, and cancelling does not."""

GIVEN = ("Ana", "Tom", "Priya", "Dele", "Mei", "Omar", "Leo", "Sam", "Noor", "Ines", "Kofi", "Maeve", "Zoë", "Ravi",
         "Lena", "Hugo", "Aisha", "Piotr", "Yael", "Björn", "Chidi", "Freya", "Thanh", "Luca")  # fmt: skip
SURNAMES = ("Gomez", "Reid", "Shah", "Okafor", "Chen", "Haddad", "Brandt", "Ward", "Nasser", "Costa", "Mensah",
            "Brennan", "Søndergaard", "Iyer", "Fischer", "Dubois", "Rahman", "Zając", "Mizrahi", "Åkesson", "Obi",
            "Larsson", "Nguyen", "Rinaldi", "O’Neill", "Tkachenko", "Walsh", "Young")  # fmt: skip
DOCTORS = ("Dr Patel", "Dr Chen", "Dr Okafor", "Dr Lowe-Baker", "Dr Mizrahi", "Nurse Lowe")
ACHES = ("back", "knee", "cough", "rash", "headache", "ankle")
STAFF = (("priya", "Priya Nair"), ("", "Mo Ali"), ("", "Sam Okoro"), ("", "Jo Winter"))
CHANNELS = {"phone": 55, "online": 22, "text": 18, "desk": 5}
