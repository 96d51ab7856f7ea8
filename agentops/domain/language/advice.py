"""Questions about what a clinician said or prescribed at a visit that is over."""

import re

from agentops.domain.language.nouns import CARER, EVENT, WHEN, search_any

_MEDICINE = (
    r"(?:medicines?|medications?|meds|pills?|tablets?|capsules?|antibiotics?|prescriptions?|inhalers?|painkillers?"
    r"|ointment|insulin|steroids?|dos(?:e|es|age)|eye ?drops|side effects?)(?! review)"
)
_GUIDANCE = (
    r"(?:instructions?|aftercare|(?:care|treatment) plan|dosage"
    r"|(?:doctor'?s?|dr'?s|nurse'?s?|medical|his|her) (?:orders|advice|notes|recommendations|directions|guidance))"
)
_SAID = (
    r"(?:said|says?|(?<!i )told|tell|wrote|mentioned|explained|meant|(?<!i )wanted|prescribed|recommended|advised"
    r"|suggested|instructed|ordered"
    r"|talked about|went over|gave (?:me|him|her|us)|supposed to|meant to|(?:how|when|what) to take)"
)
_LOST = (
    r"(?:forg[eo]t\w*|remember\w*|recall\w*|lost|misplaced|mislaid|missed|confused|unclear|unsure|not (?:\w+ ){0,2}sure"
    r"|make sure|ensure|double.?check|clarif\w*|verify|slipped my mind|mixed up|(?:can't|cannot|couldn't"
    r"|could not) find"
    r"|(?:didn't|did not|don't|do not|couldn't|never) (?:\w+ ){0,2}(?:catch|get|got|understand|hear|follow|know|write)"
    r"|wrote? down|write down)"
)
_VISITED = (
    r"(?:had|finished|left|missed|saw|seen|visited|met with|spoke (?:to|with)|spoken (?:to|with)|talked (?:to|with)"
    r"|was (?:just |only )?(?:at|with|in with|in to see|seen by)|been (?:to|with)|went to|came (?:from|back from"
    r"|out of)"
    r"|got (?:back|out|home) (?:from|of)|got out of|leaving)"
)
_DOCTOR = rf"(?:{CARER}|clinic|surgery|hospital)"
_ASKS = search_any(
    rf"\b(?:my|the|his|her|this|that|these|those|new|some|any|doctor'?s?|what|which|wrong|of) (?:\w+ )?{_MEDICINE}\b",
    r"\b(?:my|the|his|her|these|those|doctor'?s?|some|any other|follow[ -]?up|home) (?:\w+ )?"
    r"(?:instructions?|directions from|aftercare)\b",
    rf"\bwhat (?:\w+ ){{0,3}}?(?:the|dr|doctor|my|he|she|they|i was|i'm|i am|did)\b[^.?!]{{0,30}}\b{_SAID}\b",
    rf"\b{_LOST}\b[^.?!]{{0,60}}\b(?:{_GUIDANCE}|{_SAID}|{_DOCTOR}|understood|(?:got|understand|caught"
    rf"|have) every ?thing"
    r"|(?:from|about|at|of|during) (?:my|the|our) (?:\w+ ){0,2}(?:appointment|visit|consultation|session))\b",
    rf"\b{_VISITED}\b[^.?!]{{0,40}}\b(?:{EVENT}|{_DOCTOR})\b",
    rf"\b{_DOCTOR}(?: \w+)? (?:saw|told|gave|prescribed|advised|suggested|recommended|was talking|talked|spoke)\b"
    rf"|\b(?:what|but|because)\b[^.?!]{{0,20}}\b{_DOCTOR}(?: \w+)? {_SAID}\b",
    rf"\bquestions? (?:about|regarding|on|concerning|for) (?:my|the|what|this|how)\b|\b(?:my|the) {_GUIDANCE}\b",
    rf"\b(?:take|took|taken|taking|swallow\w*|how many|too many|too much) (?:\w+ ){{0,3}}{_MEDICINE}\b",
    r"\b(?:take|took|taken|taking) (?:it|them|1|one)\b[^.?!]{0,30}\b(?:food|meals?|eating|daily|a day|empty stomach"
    r"|twice"
    r"|bed ?time|sleep)\b",
    r"\bhow (?:often|many times|many|much|long|do i|should i|am i|to)\b[^.?!]{0,40}"
    rf"\b(?:take|taking|use|apply|inject|finish)\b[^.?!]{{0,20}}\b{_MEDICINE}\b",
    r"\bfollow(?:ing)?[ -]?up (?:on|my|about|regarding|to (?:make|see|ensure|check|understand|verify|clarify)"
    r"|instructions)\b",
    r"\bwhat\b[^.?!]{0,40}\b(?:told|tell) me\b|\bwhat i(?:'m| am| was) (?:supposed|meant) to\b"
    r"|\b(?:hard time|trouble|difficulty|problems?) (?:remembering|recalling|understanding)\b",
    rf"\b(?:explain|repeat|go over|walk me through|resend|forward|send me|remind me of)\b[^.?!]{{0,30}}"
    rf"\b(?:{_GUIDANCE}|what (?:dr|the doctor|my doctor|he|she) {_SAID})\b",
    rf"\bside effects?\b|\b(?:react(?:ion|ing)?|allergic) to\b[^.?!]{{0,20}}\b{_MEDICINE}\b"
    rf"|\b{_MEDICINE} (?:\w+ )?(?:is|are|isn't"
    r"|aren't|makes?|made|gives?|gave|seems?|doesn't|don't)\b",
)
_PAST_VISIT = search_any(
    rf"\bfollow(?:ing)?[ -]?up (?:on |with |about )?(?:my|a|the|an|1|one|your) (?:\w+ ){{0,2}}?(?:{CARER})(?:'s)?"
    rf"(?: \w+)? (?:appointment|visit|instructions?)\b",
    r"\bfollow[ -]?up (?:on|about|regarding|from) (?:my|the|a|an|1|one|his|her|our|that|last) (?:\w+ ){0,3}"
    r"(?:appointment|visit|consultation|check-?up|surgery|procedure|operation|treatment)\b",
    r"\b(?:instructions?|directions|orders)\b[^.?!]{0,20}\bfrom (?:my|the) (?:last |recent )?(?:appointment|visit)\b",
)
"""A visit that was is followed up: what was said there, and not a new time."""
_FOLLOWS_UP = search_any(
    rf"\b(?:to|i|i'll|please|and|me|just)(?: (?:do|make) a)? follow[ -]?up (?:on |with |about )?"
    rf"(?:(?:my|the|our) (?:\w+ )?)?{CARER}\b(?! appointment (?:for|on|at))",
    r"\b(?:to|i'll|calling to|just) (?:do a |make a )?follow(?:ing)?[ -]?up(?: please| thanks)?\W*(?:$|[.,!])"
    r"|\bhelp (?:me )?(?:to |with )?(?:an? |my )?follow(?:ing)?[ -]?up\b",
)
"""Done with somebody rather than booked; a day said with it makes it a booking all the same."""
_PLAIN_BOOKING = search_any(
    rf"\b(?:book|schedule|make|arrange|fix|need|want|like|get|have|request|set up)\b (?:me |in )?(?:an?|another"
    rf"|my|the next) (?:\w+ ){{0,2}}?(?:{EVENT})\b",
    r"\b(?:come (?:back|in)|see (?:me|us|him|her) again|be seen)\b|^\W*(?:(?:please|can|could|would|you) )*(?:tell"
    r"|let|inform"
    r"|text|message) (?!me\b|us\b)",
    r"\b(?:book|reschedule|re-?book|re-?arrange|postpone|cancel\w*|move (?:it|my)|change (?:it|my|the)|remind(?:er)? to"
    r"|remind me to|reminder)\b",
    r"\b(?:when|what time|what day|which day|where) (?:is|was|are|am|my|i'm|i am|the|it)\b"
    rf"[^.?!]{{0,30}}\b(?:{EVENT}|in|due|seeing|booked|next)\b",
)
_WHEN = re.compile(rf"\b{WHEN}\b")


def asks_advice(text: str) -> bool:
    """Asks about what a clinician said or prescribed."""
    if _PAST_VISIT.search(text):
        return True
    if _FOLLOWS_UP.search(text) and not _WHEN.search(text):
        return True
    return bool(_ASKS.search(text)) and not _PLAIN_BOOKING.search(text)
