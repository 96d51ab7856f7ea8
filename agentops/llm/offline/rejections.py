"""Read what staff said when they turned a proposal down: who goes on, and which other time or clinician they named."""

import re
from dataclasses import dataclass, replace

from agentops.domain.language import Reading, find_names, read_words
from agentops.llm.offline.desk import Desk
from agentops.llm.offline.history import Call
from agentops.llm.offline.slots import Slot, Wish
from agentops.llm.offline.wording import COLLEAGUE, read_moment

_TURNED_DOWN = "It was not done."
_THEY_SAID = " They said: "
_REASON = re.compile(r"^Reason: (?P<reason>[^.]*)\.?\s*(?P<note>.*)$", re.DOTALL)
_MYSELF = re.compile(
    r"\b(?:my|our)(?:self|selves)\b|\bleave (?:it|this|that) (?:to|with) (?:me|us)\b"
    r"|\b(?!(?:he|she|they|it|you|patient|caller)\b)\w+(?:'ll|’ll| will| shall|(?:'m|’m| am| is| are) going to)"
    r" (?:\w+ ){0,2}?(?:call|ring|phone|contact|speak|talk|deal|handle|sort|see to|do (?:it|this|that)|arrange"
    r"|take (?:it|this|over)|get back|be in touch|follow up|write to|text)\b"
    r"|\b(?:i|we)(?:'m|’m|'ve|’ve| am| are| have)?(?: already)? (?:called|calling|ringing|rang|phoned|phoning|spoke"
    r"|spoken|speaking|handling|dealing|sorting|sorted)\b",
    re.IGNORECASE,
)
_RULES_OUT = re.compile(
    r"\b(?:away|off|on leave|full|booked up|fully booked|closed|sick|unavailable|taken|clash\w*|too (?:early|late|soon"
    r"|short)|no good|wrong|not|isn't|isn’t|won't|can't|cannot|doesn't|never|nothing|no longer)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;!?\n]+|,? but |, (?=offer|try|use|book|please|so|how about)", re.IGNORECASE)
_ASK = {
    "Wrong day or time": "Which other day or time would suit you?",
    "Wrong patient or clinician": "Could you tell me again who the patient is, and whom you would like to see?",
    "Not what they asked for": "Could you tell me once more what you would like?",
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """The reason that staff chose, and what they wrote beside it; either may be empty."""

    reason: str
    note: str

    @property
    def goes_on_by_hand(self) -> bool:
        """Whether a person takes this over, so that nothing else may be proposed."""
        return bool(_MYSELF.search(f"{self.reason}. {self.note}"))


def read_rejection(call: Call) -> Rejection:
    """What staff said when they turned a call down, or the caller when they were asked and wanted something else."""
    message = str((call.result or {}).get("message", ""))
    if call.code == "caller_said_other":
        return Rejection("", message.partition(_THEY_SAID)[2])
    _, _, words = message.partition(_TURNED_DOWN)
    match = _REASON.match(words.strip())
    return Rejection(match["reason"].strip(), match["note"].strip()) if match else Rejection("", words.strip())


def read_note(desk: Desk, call: Call, wish: Wish, slot: Slot) -> Wish | None:
    """The wish that the staff's note makes of ours; None where it names no other day, time or clinician to take."""
    said = read_rejection(call)
    if said.goes_on_by_hand:
        return None
    note = _read_offers(desk, f"{said.reason}. {said.note}", slot)
    if note is None:
        return None
    at = read_moment(slot["starts_at"])
    day = at.date() if at else None
    return replace(
        wish,
        provider=note.clinician or wish.provider,
        date_from=note.date_from if note.has_date else day,
        date_to=note.date_to if note.has_date else day,
        days=note.days,
        exact=note.exact_time if note.has_time else wish.exact,
        earliest=note.earliest if note.has_time else wish.earliest,
        latest=note.latest if note.has_time else wish.latest,
        around=False,
        soft=frozenset(),
    )


def _read_offers(desk: Desk, words: str, slot: Slot) -> Reading | None:
    """What the clauses name that rule nothing out: "Dr Chen is away that day" offers nothing."""
    offers = ". ".join(part.strip() for part in _CLAUSE.split(words) if part.strip() and not _RULES_OUT.search(part))
    note = read_words(text=offers, now=desk.now, clinicians=desk.briefing.clinicians)
    same = note.clinician and find_names(said=str(slot.get("provider")), names=[note.clinician])
    names_one = note.clinician and not same
    return note if (note.has_date or note.has_time or names_one) and not note.doubts else None


def say_rejected(call: Call) -> str:
    """The staff's answer in plain words for the caller, and what happens next."""
    said = read_rejection(call)
    sorry = "I am sorry, the clinic did not agree to this, so it was not done."
    if said.goes_on_by_hand:
        return COLLEAGUE
    if question := _ASK.get(said.reason):
        return f"{sorry} Nothing has been changed. {question}"
    why = " ".join(part for part in (f"{said.reason}." if said.reason else "", said.note) if part)
    because = f" The reason given: {why.rstrip('.')}." if why else ""
    return f"{sorry}{because} Nothing has been changed. If you like, tell me another wish, or ask me for a person."
