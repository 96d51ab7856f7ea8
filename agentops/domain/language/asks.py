"""Wishes about appointments in clean text: each function answers one question about the words."""

import re

from agentops.domain.language.nouns import CARER, DIARY, EVENT, LEAD, search_any

_CHECK_CAR = r"(?:oil change|maintenance|check engine|tune-?up|tires?|tyres?)"
_NAMES_EVENT = search_any(rf"\b(?:{EVENT}|{DIARY}|party|lunch|dinner|call|class|booked|reserved)\b")
_RECALLS = search_any(
    r"\b(?:what|which|read|list|check|show|tell me|go (?:through|over)|walk me through|do i have|did i|hear|are there"
    r"|is|see|view|review|recite|rundown|give me|how many|can you remind me of)\b[^.?!]{0,50}"
    r"\b(?:reminders?|reminder list|(?:to|wanted to|want to) (?:remember|recall|bear in mind|forget)"
    r"|to.?do(?:'?s)?(?: list)?)\b",
    r"\blists? of my reminders\b|\bmy reminders\b",
)
_MAKE_REMINDER = search_any(
    r"\b(?:set|make|create|add|need|put|save|schedule|want|new|can i have)\b (?:\S+ ){0,3}?remind"
)
_CANCELS = search_any(r"\bcancel\w*|\bcall(?:ing)? (?:it )?off\b")
_CANCELS = search_any(
    r"\bcancel\w*|\bcall(?:ing)? off\b|\bno longer (?:need|want|attend\w*|able|going|coming|required|necessary"
    r"|needed)\b",
    rf"\b(?:don't|do not|won't|will not) (?:need|want|require|be needing) (?:my|the|that|this"
    rf"|to keep) [^.?!]{{0,30}}{EVENT}",
    rf"\b{EVENT} [^.?!]{{0,30}}\b(?:isn't|is not|not) (?:needed|required|necessary|happening)\b",
    r"\b(?:can't|cannot|won't|unable to|not able to|not going to be able to|(?:not|won't) be able to)"
    r" (?:make (?:it|my|the)|attend|come (?:to|in)|(?:make|come|do|be there)(?: on| the| this| next)*"
    r" (?:\w+day|tomorrow))\b",
)
_DELETES = search_any(
    r"\b(?:delete|remove|erase|clear|drop|scrap|undo|wipe|reset|empty|format|discard|purge|void|eliminate|clean|destroy"
    r"|forget|repeal|revoke|withdraw|release|close|free up|scratch|nix|strike)\b",
    r"\bget rid of\b|\b(?:take|taken|took)\b (?:\S+ ){0,8}?(?:off|from|out of)\b|\btake off\b",
)
_REMINDS = search_any(
    r"\bremind(?:er|ers|ed|ing|s)?\b|\b(?:don't|do not|not) (?:let me )?forget\b|\bwant to forget\b|\btell me later\b"
    r"|\bneed to remember\b|\b(?:notify|alert) me\b|\btell me (?:on \w+ )?to\b",
)
_POLICY = search_any(
    r"\b(?:do|does|will|would|are|is|can|if|whether|let me know|find out|know|tell me)\b[^.?!]{0,60}"
    r"\b(?:tak(?:e|es|en|ing)|accept\w*|allow\w*|offer\w*|lets?|needs?|requires?|ask for|honou?rs?|do"
    r"|does)\b[^.?!]{0,30}"
    r"\b(?:reservations|bookings|walk-?ins|new patients|insurance|reserv(?:e|ation)|tables)\b",
    r"\b(?:can i|can you|can we|possible to|if i can|let me|let you|let people|allow me to)\b"
    r" (?:make|get|have|reserve|book)(?: a| any)? (?:reservations?|tables?|bookings?) (?:at|in|for (?!\d|two|me"
    r"|\w+day))",
    r"\b(?:reservation|booking|cancellation) policy\b|\breservations are (?:taken|accepted)\b",
)
_OPENING = search_any(
    rf"\b(?:any|some|what|which|are|is|do you|have you|have|got|see if|check|who|when|next|first"
    rf"|earliest)\b[^.?!]{{0,50}}"
    rf"\b(?:availab\w+|openings?(?! hours| times)|open (?:slots?|{EVENT}|room)|vacanc\w+|free (?:slots?|{EVENT}"
    rf"|times?))\b(?! on my)",
    r"\bavailability\b|\bwhen (?:is|can|could|are) (?:dr|doctor|nurse)\b|\bis (?:dr|doctor|nurse) (?:\w+ ){1,2}(?:in"
    r"|free|working)\b",
    r"\brooms? (?:open|free|available)\b",
)
_SLOT_NOUN = search_any(
    rf"\b(?:{EVENT}|{CARER}|rooms?|slots?|openings?|availability|times?|{_CHECK_CAR}|you|she|he|they)\b"
)
_OWN = r"(?:my|i|i've|i'm|we|our|me|today's?|tomorrow's?|mine)"
_BOOKS = search_any(
    rf"{LEAD}(?:book|schedule|reserve|arrange)\b(?! (?:look|like|for today|is|clear|full))",
    rf"\b(?:make|making|set(?:ting)? ?up|set|create|creat\w+|plan|request|get|need|have to have|want|like|hold|fix"
    rf"|organi[sz]e|arrange)\b"
    rf" (?:\S+ ){{0,5}}?(?:{EVENT}|{_CHECK_CAR})\b(?! (?:is|are|was|today|policy))",
    r"\b(?:book|booking|scheduling|reserving|schedule|reserve)\b (?:me|us|an?|the|my|in|for|with|at|on|him|her|it|that"
    r"|this)\b",
    rf"\b(?:add|put|place|mark|block|blot|insert|enter|log|record|pencil|note|leave|save|keep|write down"
    rf"|set up)\b (?:\S+ ){{0,18}}?"
    rf"(?:{DIARY}|{EVENT}|birthday|holiday)\b",
    r"\b(?:make|create|add) (?:an? |new )*(?:calendar|diary) (?:entry|event)\b|\b(?:conference|meeting) room for\b",
    rf"\b(?:see|visit|meet with|seen by)\b (?:(?:the|a|an|my|with|to|and|by) )*(?:{CARER}|this one|them)\b",
    rf"\b(?:{LEAD})?add\b (?:\S+ ){{1,4}}?to (?:\S+ ){{0,2}}?(?:{DIARY}|list|day|week|plans?)\b"
    rf"|\bmake it (?:for|at|on)\b|\b(?:fit|squeeze) me in\b|\bput me (?:in"
    rf"|down)\b",
    rf"^\W*(?:an? )?(?:new )?(?:{EVENT})(?: with| for| at| on| please)",
)
_LOOKS = search_any(
    rf"\b(?:what|when|which|how many|how long|how much|is|are|was|has|have i|do i|did i|am i|does|do we|show|list|read"
    rf"|display"
    rf"|review|view|check|tell me|let me know|give me|pull up|go (?:over|through)|open|verify|confirm\w*|look (?:at"
    rf"|up)|find out"
    rf"|make sure|want to know|need to know|see|know|recap|run through|search|retrieve|any|anything|can't remember)\b"
    rf"[^.?!]{{0,90}}\b(?:{EVENT}|{DIARY}|my (?:day|week|month)|the books)\b",
    rf"\b(?:{EVENT}|{DIARY}) [^.?!]{{0,40}}\b(?:when|confirmed|scheduled for|anything)\b",
    rf"^\W*(?:my|today's?|tomorrow's?|all|this week's) (?:\w+ )?(?:{EVENT}|{DIARY})"
    r"(?: (?:for|from|on|today|tomorrow).*)?\W*$",
    rf"\b(?:when|what time|where|is|are) (?:is |are |does |will )?(?:the |my |our |\w+'s )(?:\w+ ){{0,3}}?(?:party"
    rf"|birthday|dinner|lunch|class|concert|{EVENT})\b|\b(?:information|info|details) (?:about|on) (?:\w+ )?events?\b",
    r"\bdo i (?:have|need) (?:to (?:be|meet|go|pick|attend|see)|any ?thing|time|a free|free)\b",
    r"\bwhat time is (?:the|my|our)\b|\b(?:any ?thing|something) (?:\w+ )?(?:happening|going on|planned|scheduled|on)\b"
    r"[^.?!]*\b(?:today|tonight|tomorrow|week|month|\w+day|at)\b|\bam i (?:scheduled|supposed|meant|due)\b",
    r"\bwhat (?:do|have|am) i (?:have|got|doing)\b|\banything on (?:the|my) (?:schedule|calendar)\b"
    r"|\bmy upcoming (?:day|week|month)\b|^\W*(?:meetings|appointments|events) (?:for|from|on|today|tomorrow|this)\b",
    r"\bwhat(?:'s| is| do i have| have i got|'ve i got| am i doing)?(?: \w+){0,2} (?:coming up|going on|planned"
    r"|scheduled|left)\b"
    r"[^.?!]*(?:\b(?:today|tonight|tomorrow|week|month|\w+day|i)\b)",
    r"\bwhat(?:'ve| have) i got (?:set|on)\b|\bwhat(?:'s| is| are) (?:the |my )plans? (?:for|on|today|tomorrow)\b"
    r"|\bam i (?:free|busy|booked)\b|\bdo i (?:have|got) (?:anything|a date|free time|plans)\b|\bwhen is \w+(?:'s"
    r"| birthday)",
)
_SENDS = search_any(
    rf"{LEAD}(?:send|text|e-?mail|message|notify|inform)\b (?:the |my |her|him|them|dr|doctor|nurse|mrs?|ms|miss|an?"
    rf"|it|this|patient|[a-z]+)",
    r"\bpass (?:on )?(?:a |this |the |that )?(?:message|note|along|on)\b|\bleave (?:a |the )?(?:message|note)\b"
    r"|\bdraft\b",
    rf"\b(?:tell|let|ask|write to)\b (?:the |my )?(?:{CARER}|her|him|them|mrs?|ms|clinic|surgery|reception|patient"
    rf"|team)\b",
)
_PRIVATE = search_any(r"\b(?:friend's|my phone|i just received|book|contacts|facebook|twitter)\b|\binform me\b")
_ADVICE = search_any(
    r"\b(?:my|the|his|her|doctor'?s?|medicine|medication) (?:\w+ )?(?:instructions?|medicines?|medications?|meds|pills"
    r"|tablets|prescription|dos(?:e|age)|side effects)\b",
    r"\bwhat (?:the|dr|my|he|she|i was|did the|did dr|did my)\b[^.?!]{0,30}\b(?:said|told|tell|say|supposed)\b",
    rf"\b(?:had|finished|after|saw|seen|forgot|forgotten|remember\w*|missed)\b[^.?!]{{0,60}}\b(?:{EVENT}|{CARER}"
    rf"|told|said|instructions?)\b",
    r"\bhow (?:often|to take|many times)\b[^.?!]{0,40}\b(?:take|medicine|medication|meds|pills|tablets)\b",
    r"\bfollow(?:ing)?[ -]?up (?:on|my|to (?:make|see|ensure|check|understand)|instructions)\b|\b(?:these|those"
    r"|new) meds\b",
    r"\bwhat\b[^.?!]{0,40}\b(?:told|tell) me\b|\bwhat i(?:'m| am| was) supposed to\b|\b(?:hard time|trouble|difficulty)"
    r" remembering\b",
)
_PAST_VISIT = search_any(
    rf"\bfollow(?:ing)?[ -]?up (?:on |with |about )?(?:my|a|the|an|1|one|your) (?:\w+ ){{0,2}}?(?:{CARER})(?:'s)?"
    rf"(?: \w+)? (?:appointment|visit|instructions?)\b",
    rf"\bto (?:do a |make a )?follow[ -]?up (?:on |with )?my (?:{CARER})\b(?! appointment (?:for|on|at))",
    r"\bfollow[ -]?up on (?:my|the|a|1|one) (?:\w+ ){0,2}(?:appointment|visit)\b",
)
"""A visit that was is followed up: what was said there, and not a new time."""
_PLAIN_BOOKING = search_any(
    rf"\b(?:book|schedule|make|arrange|need|want|like|get|have)\b (?:me |in )?(?:an?|another"
    rf"|my) (?:\w+ ){{0,2}}?(?:{EVENT})\b",
)
_FINDS = search_any(
    rf"\bget me (?:an?|with|to|in with) (?:\w+ )?{CARER}\b",
    rf"\b(?:find(?:ing)?|search(?:ing)?|look(?:ing)?|locate|seek\w*|recommend|suggest|know of|know any|help me (?:with"
    rf"|find)|interested in)\b"
    rf" (?:\S+ ){{0,9}}?(?:{CARER}|appointment|one (?:in|near|who|that)|someone (?:else|in)|somewhere|another"
    rf"|place to)\b",
    rf"\b(?:i|we)(?:'d| would|'m| am)? (?:need|want|require|like|looking)\b (?:\S+ ){{0,5}}?{CARER}\b",
    rf"\b(?:which|what|who) (?:\S+ ){{0,3}}?{CARER}\b|(?<!my )\b(?:another|different|other|new|any"
    rf"|good) (?:\w+ )?{CARER}\b",
    rf"\bwhere (?:can|should|could) i (?:\S+ ){{0,6}}?(?:{CARER}|schedule|{_CHECK_CAR})|\b(?:someone|something|one"
    rf"|somebody) else\b",
)
_VISIT = search_any(
    rf"\b(?:appointments?|appt|vaccinated|jab|blood test|be seen|come in|{_CHECK_CAR}|hurts?|pain|fever|cough|sore"
    rf"|rash|ache"
    rf"|headache|dizz\w+)\b",
)
_CLINIC = search_any(
    rf"\b(?:{EVENT}|{CARER}|clinic|surgery|opening hours|prescriptions?|referrals?|test results|blood results"
    rf"|side effects"
    rf"|doctor's|instructions|my medicine|my medication|my pills|my tablets|my results|aftercare|patients|dos(?:e|age)"
    rf"|safe to take)\b",
    r"\b(?:you|your|they|their|them|its|it|he|she|the place|this place)\b[^.?!]{0,40}\b(?:open|opens|close|closes"
    r"|closed|address"
    r"|located|location|parking|phone|contact|number|fee|charge|rating|rated|reviews?|unisex|cosmetic|hours"
    r"|directions)\b",
    r"\b(?:address|phone number|contact number|telephone number|rating|location)\b\W*$|\bwhere (?:are|is) (?:they|it"
    r"|he|she|you)\b",
)
_ASKING = search_any(
    r"\?|^(?:\W*(?:so|and|ok|okay|hi|hello|well|also|but|please|thanks|great|good|yes|cool|nice|alright|perfect"
    r"|sure)\b\W*)*"
    r"(?:what|when|where|who|which|how|why|is|are|do|does|did|can|could|will|would|should|tell me|let me know"
    r"|find out)\b",
)


def names_event(text: str) -> bool:
    """Whether an appointment, or something like one, is named."""
    return bool(_NAMES_EVENT.search(text))


def recalls(text: str) -> bool:
    """Wants to hear reminders back."""
    return bool(_RECALLS.search(text)) and not _MAKE_REMINDER.search(text)


def cancels(text: str) -> bool:
    """Wants an appointment gone."""
    if _CANCELS.search(text):
        return not re.search(r"\b(?:fee|charge|policy)\b", text)
    return bool(_DELETES.search(text) and names_event(text)) and not re.search(r"\bopen\b|\bis my\b", text)


def reminds(text: str) -> bool:
    """Wants to be reminded."""
    return bool(_REMINDS.search(text))


def asks_policy(text: str) -> bool:
    """Asks how the place handles bookings ("Do you take walk-ins?")."""
    return bool(_POLICY.search(text))


def seeks_opening(text: str) -> bool:
    """Asks when somebody or something is free, without asking for a booking."""
    free = _OPENING.search(text) and _SLOT_NOUN.search(text)
    return bool(free) and not re.search(r"\b(?:book|schedule|reserve|make) (?:me|us|an?|the|it)\b|\bmy\b", text)


def books(text: str) -> bool:
    """Wants a new appointment."""
    if not _BOOKS.search(text):
        return False
    what = re.search(
        r"\b(?:make sure|still set|check my|what|who|do i have|did i|have i|when (?:is|am)|check if|see if i(?! can)"
        r"|is my|confirm|verify)\b",
        text,
    )
    return not what


def asks_advice(text: str) -> bool:
    """Asks about what a clinician said or prescribed."""
    if _PAST_VISIT.search(text):
        return True
    return bool(_ADVICE.search(text)) and not _PLAIN_BOOKING.search(text)


def lists(text: str) -> bool:
    """Asks what is booked already."""
    return bool(_LOOKS.search(text)) and bool(re.search(rf"\b{_OWN}\b|\b(?:{EVENT}|{DIARY}|what's)\b", text))


def sends(text: str) -> bool:
    """Wants a message sent or passed on."""
    return bool(_SENDS.search(text)) and not _PRIVATE.search(text)


def finds(text: str) -> bool:
    """Looks for a clinician, a place or a time."""
    return bool(_FINDS.search(text))


def hints_at_visit(text: str) -> bool:
    """Speaks of an appointment or of a complaint without asking anything."""
    return bool(_VISIT.search(text)) and not _ASKING.search(text)


def asks_clinic(text: str) -> bool:
    """Asks something that a clinic may be asked."""
    return bool(_ASKING.search(text) and _CLINIC.search(text))
