"""Words that must reach a person at once: danger to life, and the wish to speak to somebody."""

import re

_DANGER = re.compile(
    r"\b(?:"
    + "|".join(
        (
            r"chest (?:pains?|is tight|tightness|hurts)",
            r"(?:pains?|pressure|tightness) in (?:my|his|her|the) chest",
            r"(?:can't|cannot|can not|can hardly|can barely|struggling to|(?:trouble|difficulty|problems?)(?: with)?"
            r"|unable to|hard to)"
            r" breath(?:e|ing)?",
            r"not breathing|stopped breathing|short(?:ness)? of breath",
            r"unconscious|unresponsive|passed out|collapsed|(?:won't|will not|not) wak(?:e|ing) up",
            r"(?:having|had|have|is it|think it's|got) (?:a |an )?(?:stroke|seizure|fit)",
            r"heart attack|anaphyla\w+",
            r"face (?:is |has )?droop\w*|slurr(?:ed|ing) (?:his |her |my )?speech",
            r"severe bleeding|bleeding (?:heavily|badly|a lot|profusely|out)|(?:won't|can't) stop (?:the )?bleeding",
            r"overdos\w+|suicid\w+|kill (?:myself|himself|herself)|end (?:my|it) (?:life|all)|want to die",
            r"harm(?:ing)? myself|self.harm",
            r"choking|(?:throat|tongue|airway) is (?:closing|swelling)",
            r"(?:call(?:ing)? me|send|need|want|calling) (?:an )?ambulance",
            r"(?:coughing|vomiting|throwing) up blood|vomiting blood",
            r"(?:this is|it's|it is|is) an? emergency|medical emergency",
            r"been poisoned|swallowed (?:bleach|poison|a battery|pills)",
        )
    )
    + r")\b"
)
_DENIED = re.compile(
    r"\b(?:not|isn't|no|never|without|(?:don't|doesn't) have(?: any)?|haven't(?: had)?|hasn't(?: had)?|wasn't"
    r"|nothing like"
    r"|in case of|what if|if it(?:'s| is)?)(?: an?| any| having| really| in| a case of| or){0,3} $"
)
_LONG_AGO = re.compile(
    r"^[^.!?]{0,30}\b(?:last (?:year|month|week)|(?:years?|months?) ago|in (?:19|20)\d\d|as a child|when i was"
    r"|history)\b"
)
_TALK = re.compile(
    r"\b(?:speak|talk|chat|put me through|connect me|transfer me|pass me)(?: directly)?(?: to| with)?"
    r"(?: an?| the| one of| your| a real| real| actual)*"
    r" (?:human|person|people|some ?one|some ?body|receptionist|reception|agent|operator|representative|staff|manager"
    r"|member of staff|supervisor|the desk|desk)\b"
)
_HUMAN = re.compile(
    r"\b(?:real|actual|live) (?:person|human)\b|^\W*(?:a )?(?:human|person|operator|agent|receptionist)(?: please)?\W*$"
    r"|\bhuman (?:being|please|agent)\b|\b(?:some ?(?:one|body)|you|they|(?:the|a) \w+) (?:please )?(?:call|ring"
    r"|phone) me\b|\b(?:call|ring|phone) me back\b|\bwant (?:a|to speak to a) human\b"
    r"|\bnot (?:to )?(?:a |talk to a )(?:robot|bot|machine)\b|\bput me through\b"
)
_QUIET = re.compile(
    r"\b(?:don't|do not|stop|never|no need to)(?: want)?(?: you)?(?: to)? (?:talk|speak|chat|call|ring)"
)


def is_emergency(text: str) -> bool:
    """Whether the clean `text` tells of danger to life now; plainly denied or long past ones do not count."""
    for match in _DANGER.finditer(text):
        denied = _DENIED.search(text[max(0, match.start() - 40) : match.start()])
        if not denied and not _LONG_AGO.match(text[match.end() :][:80]):
            return True
    return False


def asks_for_person(text: str) -> bool:
    """Whether the clean `text` asks to speak to a human being or to be called back."""
    return bool(_TALK.search(text) or _HUMAN.search(text)) and not _QUIET.search(text)
