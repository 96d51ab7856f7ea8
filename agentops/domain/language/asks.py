"""Wishes about appointments in clean text: each function answers one question about the words."""

import re

_EVENT = (
    r"(?:appointments?|appts?|bookings?|reservations?|visits?|check-?ups?|consultations?|meetings?|sessions?|events?"
    r"|vaccinations?|follow-?ups?|tables?|slots?)"
)
_DIARY = r"(?:calendars?|schedules?|agenda|diary|planner)"
_CARER = (
    r"(?:doctors?|dr|gp|nurse|physicians?|dentists?|dentistry|specialist|clinician|therapist|practitioner|gynecologist"
    r"|docs?|dermatologist|ophthalmologist|ent|provider|stylists?|salons?|barbers?|hairdressers?|psychologist"
    r"|psychiatrist"
    r"|counsell?or)"
)
_CHECK_CAR = r"(?:oil change|maintenance|check engine|tune-?up|tires?|tyres?)"
_LEAD = r"(?:^|\b(?:please|kindly|you|to|i|and|then|just|we|me|also|now|must|should|can|go ahead and|let's)\b[ ,]+)"


def _search(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))


_NAMES_EVENT = _search(rf"\b(?:{_EVENT}|{_DIARY}|party|lunch|dinner|call|class|booked|reserved)\b")
_RECALLS = _search(
    r"\b(?:what|which|read|list|check|show|tell me|go (?:through|over)|walk me through|do i have|did i|hear|are there"
    r"|is|see|view|review|recite|rundown|give me|how many|can you remind me of)\b[^.?!]{0,50}"
    r"\b(?:reminders?|reminder list|(?:to|wanted to|want to) (?:remember|recall|bear in mind|forget)"
    r"|to.?do(?:'?s)?(?: list)?)\b",
    r"\blists? of my reminders\b|\bmy reminders\b",
)
_MAKE_REMINDER = _search(r"\b(?:set|make|create|add|need|put|save|schedule|want|new|can i have)\b (?:\S+ ){0,3}?remind")
_MOVES = _search(
    r"\bre-?schedul\w*|\bre-?book\w*|\bre-?arrang\w*|\bpostpone\b",
    r"\bpush (?:it |that |my \w+ )?(?:back|forward|out)\b|\bbring (?:it |that |my \w+ )?forward\b",
    rf"\b(?:mov(?:e|ing|ed)|shift|swap|switch|chang(?:e|ing|ed)|adjust|alter) (?:\S+ ){{0,6}}?(?:{_EVENT}|{_CARER}"
    rf"|date|it)\b",
    r"\b(?:move|shift) (?:\S+ ){0,5}?(?:to|from|until)\b|\bchange (?:\S+ ){0,3}?(?:day|time|date)\b",
    r"\b(?:can't|cannot|won't|unable to|not able to) (?:make|come|attend|do)\b[^.?!]{0,60}"
    r"\b(?:another|different|instead|other|later|earlier|new|next|until|move)\b",
    rf"\b(?:another|different|other|later|earlier|new) (?:time|day|date|slot) for my {_EVENT}",
)
_CANCELS = _search(
    r"\bcancel\w*|\bcall(?:ing)? off\b|\bno longer (?:need|want|attend\w*|able|going|coming|required|necessary"
    r"|needed)\b",
    rf"\b(?:don't|do not|won't|will not) (?:need|want|require|be needing) (?:my|the|that|this"
    rf"|to keep) [^.?!]{{0,30}}{_EVENT}",
    rf"\b{_EVENT} [^.?!]{{0,30}}\b(?:isn't|is not|not) (?:needed|required|necessary|happening)\b",
    r"\b(?:can't|cannot|won't|unable to|not able to|not going to be able to|(?:not|won't) be able to)"
    r" (?:make (?:it|my|the)|attend|come (?:to|in))\b",
)
_DELETES = _search(
    r"\b(?:delete|remove|erase|clear|drop|scrap|undo|wipe|reset|empty|format|discard|purge|void|eliminate|clean|destroy"
    r"|forget|repeal|revoke|withdraw|release|close|free up|scratch|nix|strike)\b",
    r"\bget rid of\b|\b(?:take|taken|took)\b (?:\S+ ){0,8}?(?:off|from|out of)\b|\btake off\b",
)
_REMINDS = _search(
    r"\bremind(?:er|ers|ed|ing|s)?\b|\b(?:don't|do not|not) (?:let me )?forget\b|\bwant to forget\b|\btell me later\b"
    r"|\bneed to remember\b|\b(?:notify|alert) me\b|\btell me (?:on \w+ )?to\b",
)
_POLICY = _search(
    r"\b(?:do|does|will|would|are|is|can|if|whether|let me know|find out|know|tell me)\b[^.?!]{0,60}"
    r"\b(?:tak(?:e|es|en|ing)|accept\w*|allow\w*|offer\w*|lets?|needs?|requires?|ask for|honou?rs?|do"
    r"|does)\b[^.?!]{0,30}"
    r"\b(?:reservations|bookings|walk-?ins|new patients|insurance|reserv(?:e|ation)|tables)\b",
    r"\b(?:can i|can you|can we|possible to|if i can|let me|let you|let people|allow me to)\b"
    r" (?:make|get|have|reserve|book)(?: a| any)? (?:reservations?|tables?|bookings?) (?:at|in|for (?!\d|two|me"
    r"|\w+day))",
    r"\b(?:reservation|booking|cancellation) policy\b|\breservations are (?:taken|accepted)\b",
)
_OPENING = _search(
    rf"\b(?:any|some|what|which|are|is|do you|have you|have|got|see if|check|who|when|next|first"
    rf"|earliest)\b[^.?!]{{0,50}}"
    rf"\b(?:availab\w+|openings?(?! hours| times)|open (?:slots?|{_EVENT}|room)|vacanc\w+|free (?:slots?|{_EVENT}"
    rf"|times?))\b(?! on my)",
    r"\bavailability\b|\bwhen (?:is|can|could|are) (?:dr|doctor|nurse)\b|\bis (?:dr|doctor|nurse) (?:\w+ ){1,2}(?:in"
    r"|free|working)\b",
    r"\brooms? (?:open|free|available)\b",
)
_SLOT_NOUN = _search(
    rf"\b(?:{_EVENT}|{_CARER}|rooms?|slots?|openings?|availability|times?|{_CHECK_CAR}|you|she|he|they)\b"
)
_OWN = r"(?:my|i|i've|i'm|we|our|me|today's?|tomorrow's?|mine)"
_BOOKS = _search(
    rf"{_LEAD}(?:book|schedule|reserve|arrange)\b(?! (?:look|like|for today|is|clear|full))",
    rf"\b(?:make|making|set(?:ting)? ?up|set|create|creat\w+|plan|request|get|need|have to have|want|like|hold|fix"
    rf"|organi[sz]e|arrange)\b"
    rf" (?:\S+ ){{0,5}}?(?:{_EVENT}|{_CHECK_CAR})\b(?! (?:is|are|was|today|policy))",
    r"\b(?:book|booking|scheduling|reserving|schedule|reserve)\b (?:me|us|an?|the|my|in|for|with|at|on|him|her|it|that"
    r"|this)\b",
    rf"\b(?:add|put|place|mark|block|blot|insert|enter|log|record|pencil|note|leave|save|keep)\b (?:\S+ ){{0,12}}?"
    rf"(?:{_DIARY}|{_EVENT})\b",
    rf"\b(?:see|visit|meet with|seen by)\b (?:(?:the|a|an|my|with|to|and|by) )*(?:{_CARER}|this one|them)\b",
    rf"\b(?:{_LEAD})?add\b (?:\S+ ){{1,4}}?to\b|\bmake it (?:for|at|on)\b|\b(?:fit|squeeze) me in\b|\bput me (?:in"
    rf"|down)\b",
    rf"^\W*(?:an? )?(?:new )?(?:{_EVENT})(?: with| for| at| on| please)",
)
_LOOKS = _search(
    rf"\b(?:what|when|which|how many|how long|how much|is|are|was|has|have i|do i|did i|am i|does|do we|show|list|read"
    rf"|display"
    rf"|review|view|check|tell me|let me know|give me|pull up|go (?:over|through)|open|verify|confirm\w*|look (?:at"
    rf"|up)|find out"
    rf"|make sure|want to know|need to know|see|know|recap|run through|search|retrieve|any|anything|can't remember)\b"
    rf"[^.?!]{{0,90}}\b(?:{_EVENT}|{_DIARY}|my (?:day|week|month)|the books)\b",
    rf"\b(?:{_EVENT}|{_DIARY}) [^.?!]{{0,40}}\b(?:when|confirmed|scheduled for|anything)\b",
    rf"^\W*(?:my|today's?|tomorrow's?|all|this week's) (?:\w+ )?(?:{_EVENT}|{_DIARY})"
    r"(?: (?:for|from|on|today|tomorrow).*)?\W*$",
    r"\bwhat (?:do|have|am) i (?:have|got|doing)\b|\banything on (?:the|my) (?:schedule|calendar)\b"
    r"|\bmy upcoming (?:day|week|month)\b|^\W*(?:meetings|appointments|events) (?:for|from|on|today|tomorrow|this)\b",
    r"\bwhat(?:'s| is| do i have| have i got|'ve i got| am i doing)?(?: \w+){0,2} (?:coming up|going on|planned"
    r"|scheduled|left)\b"
    r"[^.?!]*(?:\b(?:today|tonight|tomorrow|week|month|\w+day|i)\b)",
    r"\bwhat(?:'ve| have) i got (?:set|on)\b|\bwhat(?:'s| is| are) (?:the |my )plans? (?:for|on|today|tomorrow)\b"
    r"|\bam i (?:free|busy|booked)\b|\bdo i (?:have|got) (?:anything|a date|free time|plans)\b|\bwhen is \w+(?:'s"
    r"| birthday)",
)
_SENDS = _search(
    rf"{_LEAD}(?:send|text|e-?mail|message|notify|inform)\b (?:the |my |her|him|them|dr|doctor|nurse|mrs?|ms|miss|an?"
    rf"|it|this|patient|[a-z]+)",
    r"\bpass (?:on )?(?:a |this |the |that )?(?:message|note|along|on)\b|\bleave (?:a |the )?(?:message|note)\b"
    r"|\bdraft\b",
    rf"\b(?:tell|let|ask|write to)\b (?:the |my )?(?:{_CARER}|her|him|them|mrs?|ms|clinic|surgery|reception|patient"
    rf"|team)\b",
)
_PRIVATE = _search(r"\b(?:friend's|my phone|i just received|book|contacts|facebook|twitter)\b|\binform me\b")
_ADVICE = _search(
    r"\b(?:my|the|his|her|doctor'?s?|medicine|medication) (?:\w+ )?(?:instructions?|medicines?|medications?|meds|pills"
    r"|tablets|prescription|dos(?:e|age)|side effects)\b",
    r"\bwhat (?:the|dr|my|he|she|i was|did the|did dr|did my)\b[^.?!]{0,30}\b(?:said|told|tell|say|supposed)\b",
    rf"\b(?:had|finished|after|saw|seen|forgot|forgotten|remember\w*|missed)\b[^.?!]{{0,60}}\b(?:{_EVENT}|{_CARER}"
    rf"|told|said|instructions?)\b",
    r"\bhow (?:often|to take|many times)\b[^.?!]{0,40}\b(?:take|medicine|medication|meds|pills|tablets)\b",
    r"\bfollow(?:ing)?[ -]?up (?:on|my|to (?:make|see|ensure|check|understand)|instructions)\b|\b(?:these|those"
    r"|new) meds\b",
)
_PLAIN_BOOKING = _search(
    rf"\b(?:book|schedule|make|arrange|need|want|like|get|have)\b (?:me |in )?(?:an?|another"
    rf"|my) (?:\w+ ){{0,2}}?(?:{_EVENT})\b",
)
_FINDS = _search(
    rf"\bget me (?:an?|with|to|in with) (?:\w+ )?{_CARER}\b",
    rf"\b(?:find(?:ing)?|search(?:ing)?|look(?:ing)?|locate|seek\w*|recommend|suggest|know of|know any|help me (?:with"
    rf"|find)|interested in)\b"
    rf" (?:\S+ ){{0,9}}?(?:{_CARER}|appointment|one (?:in|near|who|that)|someone (?:else|in)|somewhere|another"
    rf"|place to)\b",
    rf"\b(?:i|we)(?:'d| would|'m| am)? (?:need|want|require|like|looking)\b (?:\S+ ){{0,5}}?{_CARER}\b",
    rf"\b(?:which|what|who) (?:\S+ ){{0,3}}?{_CARER}\b|(?<!my )\b(?:another|different|other|new|any"
    rf"|good) (?:\w+ )?{_CARER}\b",
    rf"\bwhere (?:can|should|could) i (?:\S+ ){{0,6}}?(?:{_CARER}|schedule|{_CHECK_CAR})|\b(?:someone|something|one"
    rf"|somebody) else\b",
)
_VISIT = _search(
    rf"\b(?:appointments?|appt|vaccinated|jab|blood test|be seen|come in|{_CHECK_CAR}|hurts?|pain|fever|cough|sore"
    rf"|rash|ache"
    rf"|headache|dizz\w+)\b",
)
_CLINIC = _search(
    rf"\b(?:{_EVENT}|{_CARER}|clinic|surgery|opening hours|prescriptions?|referrals?|test results|blood results"
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
_ASKING = _search(
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


def moves(text: str) -> bool:
    """Wants an appointment at another time."""
    return bool(_MOVES.search(text))


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
        r"\b(?:make sure|still set|check my|what|who|do i have|did i|have i|when (?:is|am)|check if|see if i|is my"
        r"|confirm|verify)\b",
        text,
    )
    return not what


def asks_advice(text: str) -> bool:
    """Asks about what a clinician said or prescribed."""
    return bool(_ADVICE.search(text)) and not _PLAIN_BOOKING.search(text)


def lists(text: str) -> bool:
    """Asks what is booked already."""
    return bool(_LOOKS.search(text)) and bool(re.search(rf"\b{_OWN}\b|\b(?:{_EVENT}|{_DIARY}|what's)\b", text))


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
