"""How firm a wish is: what may give way, and a new time said by its distance from the old one."""

import re

SOONEST = re.compile(
    r"\basap\b|\bas soon as (?:possible|you can|i can)|\bsoonest\b|\b(?:earliest|first|next) (?:\w+ )?(?:available"
    r"|possible|slot"
    r"|appointment|opening|free|time|one)\b|\bas early as possible\b|\bright away\b|\bimmediately\b|\burgently?\b"
)
ANY_TIME = re.compile(
    r"\bany ?time\b|\bwhenever\b|\bany (?:slot|day)\b|\b(?:don't|do not) mind (?:when|what time)|\bflexible\b"
    r"|\bno preference\b|\beither (?:is|works)"
)
ANY_CLINICIAN = re.compile(
    r"\bany(?:one|body)\b|\bany (?:doctor|gp|nurse|clinician|provider)\b|\b(?:don't|do not) mind who\b|\bwhoever\b"
    r"|\bno preference\b"
)
_IF_POSSIBLE = re.compile(
    r"\bif (?:you (?:can|could|have)|possible|it's possible|that's possible|at all possible|available|there(?:'s| is)"
    r"|(?:he|she|they)(?:'s|'re| is| are) (?:free|in|available|there))\b|\bideally\b|\bpreferably\b|\bfor preference\b"
    r"|\bwould be (?:nice|lovely|ideal|great|best|better|preferred)\b"
    r"|\bbut (?:not essential|i don't mind|i'm flexible)\b"
)
_CLAUSE = re.compile(r"[^.,;!?]+")
_OF_CLINICIAN = re.compile(r"\b(?:doctors?|dr|gp|nurse|clinician|same (?:person|one)|with (?:him|her|them))\b")
_OF_TIME = re.compile(
    r"\b(?:mornings?|afternoons?|evenings?|lunch ?time|noon|midday|before|after|around|earlier than|later than)\b"
    r"|\d ?[ap]m\b|\bat \d|\bo'?clock\b"
)
_UNIT_MINUTES = {"minute": 1, "min": 1, "hour": 60, "hr": 60, "day": 1440, "week": 10_080}
_STEP = r"(?P<count>half an|an?|a couple of|\d{1,3}) ?(?P<unit>minute|min|hour|hr|day|week)s?(?P<half> and a half)?\b"
_SHIFTS = (
    re.compile(rf"\b(?P<way>back|forward|off|out)(?: (?:by|for))? {_STEP}"),
    re.compile(rf"\b{_STEP} (?P<way>earlier|later|sooner|back|forward)\b"),
    re.compile(rf"\b(?P<way>earlier|later) by {_STEP}"),
)
_EARLIER = re.compile(r"\b(?:earlier|sooner)\b")
_LATER = re.compile(r"\blater\b(?! today| this| tonight)")


def find_shift(text: str) -> int | None:
    """By how many minutes the old time is to be moved ("an hour later" is 60, "forward a day" is -1440), if said."""
    for pattern in _SHIFTS:
        if match := pattern.search(text):
            count = match["count"]
            number = {"half an": 0.5, "an": 1, "a": 1, "a couple of": 2}.get(count) or int(count)
            minutes = round((number + (0.5 if match["half"] else 0)) * _UNIT_MINUTES[match["unit"]])
            return -minutes if match["way"] in ("earlier", "sooner", "forward") else minutes
    return None


def find_drift(text: str) -> str:
    """Whether any time "earlier" or "later" than the old one is wished for; empty where neither or both were said."""
    earlier, later = _EARLIER.search(text), _LATER.search(text)
    if bool(earlier) == bool(later):
        return ""
    return "earlier" if earlier else "later"


def find_soft(text: str) -> frozenset[str]:
    """What may give way ("time", "clinician"): the one thing named in the clause that says "if you can".

    A clause that names both, or neither, is only polite.
    """
    soft: set[str] = set()
    for clause in _CLAUSE.finditer(text):
        if _IF_POSSIBLE.search(clause.group()):
            named = {"clinician"} if _OF_CLINICIAN.search(clause.group()) else set()
            named |= {"time"} if _OF_TIME.search(clause.group()) else set()
            soft |= named if len(named) == 1 else set()
    return frozenset(soft)
