"""The grammar of a claim: which clauses say that something has been done, and which only ask, offer or deny."""

import re
from enum import StrEnum

from agentops.domain.validation.clauses import Clause

_ADVERBS = (
    r"(?:(?:now|just|already|also|successfully|all|both|duly|since|then|indeed|hereby|gone ahead and|officially|safely|"
    r"provisionally|formally|recently|today|kindly|fully|currently|still|therefore|first|next|finally|immediately|"
    r"each|and|well|double checked and|been in touch and) )*"
)
_OURS = (
    r"(?:i|we|(?:the|our|my) (?:\w+ )?(?:team|staff|reception|receptionist|clinic|surgery|practice|desk|"
    r"colleagues?|assistant|"
    r"system|office)|reception|staff|someone)"
)
_AGENT = re.compile(rf"\b{_OURS} (?:(?:have|has|had|did|go and) )?{_ADVERBS}$")
_AGENT_AND = re.compile(
    rf"\b{_OURS} (?:(?:have|has|had) )?{_ADVERBS}\w+(?:ed|ept|ound|ade|ent|ut|ken) (?:\w+ ){{0,8}}?(?:and|"
    rf"then) {_ADVERBS}$"
)
_HAS = re.compile(rf"\b(?:has|have) {_ADVERBS}$")
_HAVE_OBJECT = re.compile(
    rf"\b(\w+ )?(?:(?:have|has|had)(?: got)?|got) (?:you|it|that|this|him|her|them|(?:your|an?|the|two|three|"
    rf"one|his|her|their) (?:\w+ ){{0,5}}?\w+|everything)"
    rf"(?: both)? {_ADVERBS}$"
)
_BEEN = re.compile(
    rf"(?:\b(?:has|have|had|is) |'s |^){_ADVERBS}been {_ADVERBS}(?:\w+ed (?:\w+ ){{0,6}}?and {_ADVERBS})?$"
)
_STATE = re.compile(rf"\b(?:is|are|am|was|were|got|'s) {_ADVERBS}$")
_BARE = re.compile(
    r"^(?:(?:ok|okay|great|perfect|good|good news|done|right|yes|lovely|fine|all|both|now|just|successfully|"
    r"your|the|new|"
    r"appointments?|booking|slot|message|text|email|sms|confirmation|reminder|letter|visit|follow up|status|"
    r"update|provisionally|"
    r"and|action|result|officially|already|also|it|that|everything) )*$"
)
_TOO_FULL = re.compile(r"\b(?:fully|double|over|heavily|pre) $")
_NEGATED = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|without|unable|failed|fails|hardly|yet to|instead of|"
    r"rather than|stop|"
    r"avoid|unless|cannot|refused|declined)\b"
)
_UNSURE = re.compile(
    r"\b(?:if|once|when|whenever|until|till|whether|in case|as soon as|assuming|provided|after|before|while|"
    r"should you|so that|"
    r"in order|suppose|wish|hope|hoping|every time|ensure|make sure|check|(?:which|how|why|where|what|"
    r"who)(?! (?:i|we)\b))\b(?! \w+ing\b)"
)
_INVERTED = re.compile(
    r"^(?:and |or |so |also )?(?:is|are|was|were|has|have|had|do|does|did|can|could|would|shall|should|will|may|"
    r"when|what|which|who|"
    r"why|how|where)\b"
)
_HABIT = re.compile(
    r"\b(?:usually|normally|typically|automatically|generally|often|always|sometimes|only)\b"
    r"|^(?:(?:all|most|some|any|our|new|\w+ing|follow up) )*(?:\w+ )?(?!this|is|was|has|yours|"
    r"details\b)\w+s (?:are|were) "
)
_POINTED = re.compile(r"\b(?:your|you|both|these|those|her|his|their|my|i|it|them|the)\b")
_CLINICIAN = re.compile(r"\b(?:dr|doctor|nurse|gp|clinician|consultant) (?:\w+ ){0,2}(?:is|are|was) (?:\w+ )?$")
_SLOT = re.compile(
    r"\b(?:slots?|times?|spaces?|openings?|day|morning|afternoon|mon|tues?|wednes|thurs|fri|satur|"
    r"sun)\w* (?:\w+ ){0,3}?(?:is|are|was|were|has|have|had|been) "
)
_MEANT = re.compile(r"\b(?:you|your)\b")
_JOINTS = frozenset({
    "for", "on", "in", "with", "at", "to", "and", "by", "as", "from", "until", "till", "via", "through", "of", "or",
    "up", "now", "today", "tomorrow", "successfully", "it", "you", "your", "that", "this", "the", "a", "an", "him",
    "her", "them", "both", "all", "out", "off", "over", "back", "online",
})  # fmt: skip
_ARTICLES = frozenset({
    "your", "the", "a", "an", "any", "this", "that", "of", "every", "each", "other", "previously", "no", "my", "his",
    "her", "their", "new",
})  # fmt: skip
_UNREAL = re.compile(
    r"\b(?:will|would|shall|should|can|could|may|might|must|to|do you|did you|let us|not|please|if)(?: \w+ly)? $"
)
_INVERTED_AGENT = re.compile(r"\b(?:should|could|would|did|do|had|shall|can|may|have) (?:i|we) ")
_UNREAL_BEEN = re.compile(r"\b(?:will|would|should|could|may|might|must|can|to) (?:\w+ly )?have (?:\w+ )?been ")
_LONG_AGO = re.compile(
    r"(?:\w+ ){0,2}by (?:someone|somebody|another|other|others|a different|mistake)\b|(?:in error|within|"
    r"more than|less than)\b|.*\bago\b"
)
_BOOKING_NOUN = re.compile(
    r"\b(?:appointments?|bookings?|slots?|visits?|consultations?|follow[ -]ups?|vaccinations?|check[ -]ups?|"
    r"reviews?|reservations?|"
    r"cancell?ations?|rescheduling)\b",
    re.IGNORECASE,
)
_BOOKING_REFERENCE = re.compile(r"\b(?:it|that|times?|changes?|requests?)\b")
_WIDE_WORDS = frozenset({
    "confirmed", "changed", "complete", "completed", "switched", "swapped", "arranged", "secured", "updated",
    "processed", "went through", "gone through",
})  # fmt: skip
_NEEDS_OBJECT = _WIDE_WORDS | {"moved", "done", "sorted"}
_OBJECT = re.compile(
    r"(?:it|that|this|you|your|them|the|her|his|their|both|everything|an?|these|those|him)\b(?! (?:i|we|you|he|"
    r"she|they|there|dr)\b)"
)


class Saying(StrEnum):
    """What a clause says: nothing that binds, a state of things, or an act."""

    NOTHING = "nothing"
    STATE = "state"
    ACT = "act"


def read_saying(*, clause: Clause, start: int, end: int) -> Saying:
    """What the participle or phrase at `start` of the clause's words says."""
    words, asked = clause.words, clause.asked
    left, word, right = words[:start], words[start:end], words[end:].strip()
    if asked and (_INVERTED.match(words) or left.endswith(("was ", "were "))):
        return Saying.NOTHING
    if _NEGATED.search(left) or right.startswith(("nothing", "no ")) or _UNSURE.search(left):
        return Saying.NOTHING
    if word in _WIDE_WORDS and not _is_about_booking(left, right, clause.sentence):
        return Saying.NOTHING
    if _is_attribute(left, word, right) or _TOO_FULL.search(left) or right.startswith(("up", "out", "solid")):
        return Saying.NOTHING
    if _says_act(left, word, right):
        return Saying.ACT
    return _read_state(left, word, right)


def _is_about_booking(left: str, right: str, sentence: str) -> bool:
    """ "confirmed", "changed" and the like are said of many things; what is confirmed of a person is no booking."""
    if right.startswith(("that", "as ", "with ", "whether", "you are ", "you have ")):
        return False
    near = left.endswith("you are ") or _BOOKING_REFERENCE.search(f"{left} {right}")
    return bool(near or _BOOKING_NOUN.search(sentence))


def _is_attribute(left: str, word: str, right: str) -> bool:
    """ "your booked appointment": the participle only describes the noun after it."""
    before, after = left.split()[-1:], right.split()[:1]
    return " " not in word and bool(before and after) and before[0] in _ARTICLES and after[0] not in _JOINTS


def _says_act(left: str, word: str, right: str) -> bool:
    """Whether somebody of the clinic is said to have done it."""
    if (
        _HAS.search(left)
        and right.startswith(("you ", "your "))
        and not left.rstrip().endswith(("you have", "to have"))
    ):
        return not _UNREAL.search(left[: _HAS.search(left).start()])  # type: ignore[union-attr]
    if not (_AGENT.search(left) or _AGENT_AND.search(left)) or _INVERTED_AGENT.search(left):
        return False
    return word not in _NEEDS_OBJECT or bool(_OBJECT.match(right))


def _read_state(left: str, word: str, right: str) -> Saying:
    """Passive, possessive and verbless forms: "has been moved", "you have it booked", "booked for Friday"."""
    if _LONG_AGO.match(right) or left.endswith("still ") or (_HABIT.search(left) and not _POINTED.search(left)):
        return Saying.NOTHING
    if word.endswith(" through") or word == "consider it done":
        return Saying.STATE
    if _BEEN.search(left):
        return Saying.NOTHING if _UNREAL_BEEN.search(left) or _is_about_diary(left, right) else Saying.STATE
    if _STATE.search(left):
        return Saying.NOTHING if _is_about_diary(left, right) or _is_habit_of_sending(left, word) else Saying.STATE
    having = _HAVE_OBJECT.search(left)
    if having:
        before = left[: having.start()] + (having[1] or "")
        return Saying.NOTHING if _UNREAL.search(before) else Saying.STATE
    if _BARE.match(left) and not re.match(r"(?:appointments|slots|messages|bookings|visits|by)\b", right):
        return Saying.STATE
    return Saying.NOTHING


def _is_about_diary(left: str, right: str) -> bool:
    """ "Dr Chen is booked", "that slot has been booked": the diary is full, nobody was booked in."""
    about = _CLINICIAN.search(left) or _SLOT.search(left)
    return bool(about) and not _MEANT.search(f"{left} {right}") and not right.startswith("in")


def _is_habit_of_sending(left: str, word: str) -> bool:
    return word in {"sent", "texted", "emailed", "messaged"} and bool(re.search(r"\b(?:is|are) $", left))
