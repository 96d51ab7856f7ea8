"""Words of somebody who is unwell, without any wish said yet."""

from agentops.domain.language.nouns import search_any

_SYMPTOM = (
    r"(?:pains?|painful|aches?|aching|achy|headaches?|migraines?|tooth ?aches?|ear ?aches?|stomach ?aches?|back ?aches?"
    r"|hurts?|hurting|sore(?:ness)?|sores|throbbing|burning|stinging|stiff(?:ness)?|cramps?|cramping|fever(?:ish)?"
    r"|temperature|chills|shivering|cough(?:ing|s)?|sneez(?:e|es|ing)|(?:runny|blocked|stuffy) nose|congest(?:ed|ion)"
    r"|phlegm|wheez(?:e|ing|y)|sinus(?:es)?|flu|rash(?:es)?|hives|itch(?:y|es|ing)?|swell(?:ing|s)?|swollen|lumps?"
    r"|blisters?|bruis(?:e|es|ing)|infect(?:ed|ion)|nause(?:a|ous)|vomit(?:ing)?|throwing up|diarrh?o?ea|constipat\w+"
    r"|heartburn|dizz\w+|faint(?:ing)?|light-?headed|fatigue|(?:lack|loss) of (?:energy|appetite)|no energy"
    r"|weak(?:ness)?|numb(?:ness)?|tingling|insomnia|can't sleep|anxi(?:ety|ous)|depress(?:ed|ion)|panic attacks?"
    r"|sprain(?:ed)?|twisted|hay ?fever|allerg(?:y|ies|ic)|symptoms?|unwell|poorly|under the weather"
    r"|feel(?:ing)? (?:\w+ )?(?:ill|sick|awful|terrible|bad|rough|lousy|crummy|horrible|funny))"
)
_COMPLAINS = search_any(rf"\b{_SYMPTOM}\b")
_SINCE = search_any(
    rf"\b(?:i|i'm|i've|my|he|he's|she|she's|they|we|our|his|her|it|me|have|had|having|got|been|with|a|an|and)\b"
    rf"[^.?!]{{0,40}}\b{_SYMPTOM}\b",
    rf"^\W*(?:\w+ ){{0,3}}{_SYMPTOM}\b",
)
_TALKS_ABOUT = search_any(
    r"\b(?:about|learn|cures?|remed(?:y|ies)|treat(?:s|ment)?|explain|define|meaning|means|causes?|prevent|best way"
    r"|information)\b"
)


def names_symptom(text: str) -> bool:
    """Whether a symptom is named in any way."""
    return bool(_COMPLAINS.search(text))


def complains(text: str) -> bool:
    """Whether somebody is said to be unwell: "I feel faint since Sunday", "hives, swollen lips"."""
    return bool(_SINCE.search(text)) and not _TALKS_ABOUT.search(text)
