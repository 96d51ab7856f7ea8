"""Wishes about appointments in clean text: each function answers one question about the words."""

import re

from agentops.domain.language.nouns import CARER, DIARY, EVENT, LEAD, OCCASION, UPKEEP, WHEN, search_any

_NAMES_EVENT = search_any(rf"\b(?:{EVENT}|{DIARY}|{OCCASION}|call|booked|reserved)\b")
_CANCELS = search_any(
    r"\bcancel\w*|\bcall(?:ing)? off\b|\bno longer (?:need|want|attend\w*|able|going|coming|required|necessary"
    r"|needed)\b",
    rf"\b(?:don't|do not|won't|will not) (?:need|want|require|be needing) (?:my|the|that|this"
    rf"|to keep) [^.?!]{{0,30}}{EVENT}",
    rf"\b(?:not|won't|n't)(?: be)? (?:coming|going|attending|showing up)(?: to| for| at)? (?:my|our|the"
    rf"|that) [^.?!]{{0,20}}{EVENT}",
    rf"\b{EVENT} [^.?!]{{0,30}}\b(?:isn't|is not|not) (?:needed|required|necessary|happening)\b",
    r"\b(?:can't|cannot|won't|unable to|not able to|not going to be able to|(?:not|won't) be able to)"
    r" (?:make (?:it|my|the)|attend|(?:come|get) to (?:my|our|the)|come (?:to|in)|(?:make|come|do|be there)(?: on"
    r"| the| this| next)*"
    r" (?:\w+day|tomorrow))\b",
)
_DELETES = search_any(
    r"\b(?:delet(?:e|ed|ing)|remov(?:e|ed|ing)|eras(?:e|ed|ing)|wiped?|drop|scrap(?:ped)?|undo|reset|empty|format"
    r"|discard|purged?|void|eliminated?|clean|destroy|disregard|repeal|revoke|withdraw|release|close|free up|scratch"
    r"|nix|strike|get out of|ditch|abandon|unreserve|unbook|un-?schedule|terminate|back out of|bail on|cross (?:off"
    r"|out)|x out)\b",
    r"(?<!is )(?<!are )(?<!be )(?<!'s )(?<!looks )(?<!my day )\bcleare?d?\b"
    r"|(?<!don't )(?<!not )(?<!to )\bforget (?:about )?"
    r"(?:my|the|that|this)\b|\bend (?:my|our|that|this)\b",
    r"\bget rid of\b|\b(?:take|taken|took)\b (?:\S+ ){0,8}?(?:off|from|out of)\b|\btake off\b",
)
_FREES_TIME = search_any(
    r"\b(?:clear|wipe|free up|empty|open up) (?:out )?(?:my|our) (?:\w+ ){0,2}(?:day|week|morning|afternoon|evening"
    r"|weekend|month|plans?)\b"
)
_SPARED = re.compile(
    r"\b(?:don't|do not|never|not|without|instead of|rather than|no need to)"
    r"(?: (?:want|wish|mean|need|have|going))?(?: to)? cancel\w*"
)
"""What the caller says is not to be cancelled."""

_ABOUT_CANCELLING = search_any(
    r"\b(?:fee|charge|policy)\b",
    r"^\W*(?:is|was|has|did|are|were)\b[^.?!]{0,60}\b(?:cancell?ed|called off|cancel)\b",
)
_ASKS_STATE = search_any(r"^\W*(?:is|are|am|do|does|have|has|what|when|which|how)\b|\bis my\b|\bif (?:my|i)\b")
_POLICY = search_any(
    r"\b(?:do|does|will|would|are|is|can|if|whether|let me know|find out|know|tell me)\b[^.?!]{0,60}"
    r"\b(?:tak(?:e|es|en|ing)|accept\w*|allow\w*|offer\w*|lets?|needs?|requires?|ask for|honou?rs?|do|support\w*"
    r"|does|have to have|permit\w*|hold|holds|bother with|operate on|work with)\b[^.?!]{0,30}"
    r"\b(?:reservations|bookings|walk-?ins|new patients|insurance|reserv(?:e|ation)|tables|appointments only)\b",
    r"\b(?:reservation|booking|cancellation) policy\b|\b(?:reservations?|bookings?) (?:are |is |be )?(?:taken|accepted"
    r"|required|necessary|needed|possible|allowed|mandatory|recommended|only)\b",
    r"\b(?:is|are) (?:a )?(?:reservations?|bookings?) (?:\w+ ){0,2}(?:taken|accepted|required|necessary|needed|possible"
    r"|allowed|mandatory|recommended|available at|an option|a must)\b",
    r"\b(?:do|does|must|should)\b[^.?!]{0,20}\b(?:have|need) to (?:make|book|have|get)(?: an?"
    r"| any)? (?:reservations?|bookings?)\b",
    r"\b(?:is|are|do|does|can)\b[^.?!]{0,40}\b(?:first come|walk-?ins? only|reservation.only)\b",
)
_POLICY_HERE = search_any(
    r"\b(?:can i|can you|can we|can one|can people|possible to|if i can|let me|let you|let people|allow me to"
    r"|able to|how (?:do|can|would) i)\b"
    r" (?:make|get|have|reserve|book)(?: an?| any)? (?:reservations?|tables?|bookings?|spots?) (?:at|in|for (?!\d"
    r"|two|me"
    r"|\w+day))"
)
_FOR_NOW = search_any(rf"\b(?:{WHEN}|for \d|party of|under|please)\b")
_OPENING = search_any(
    rf"\b(?:any|some|what|which|are|is|do you|have you|have|got|see if|check|who|when|next|first"
    rf"|earliest|soonest)\b[^.?!]{{0,50}}"
    rf"\b(?:availab\w+|openings?(?! hours| times)|open (?:slots?|{EVENT}|room)|vacanc\w+|free (?:slots?|{EVENT}"
    rf"|times?))\b(?! on my)",
    r"\bavailability\b|\bwhen (?:is|can|could|are) (?:dr|doctor|nurse)\b|\bis (?:dr|doctor|nurse) (?:\w+ ){1,2}(?:in"
    r"|free|working)\b",
)
_ROOM = search_any(
    r"\b(?:is|are|if|whether|what|which|any|how|where|when|who|check|find|see)\b[^.?!]{0,40}\b(?:meeting|conference"
    r"|board|seminar)"
    r" ?rooms?\b",
    rf"\bhow (?:is|are) (?:an? |the |my )?{EVENT} (?:scheduled|booked|made|arranged|set up)\b",
    r"\brooms? (?:(?:is|are|be|that's|that is|which is|currently) )*(?:open|free|available|vacant|empty|unoccupied)\b",
    r"\b(?:(?:is|are) there|any|which|what|free|empty|vacant|available|find|check for|look for"
    r"|search for)\b (?:\w+ ){0,4}"
    r"rooms?\b",
)
_SLOT_NOUN = search_any(
    rf"\b(?:{EVENT}|{CARER}|rooms?|slots?|openings?|availability|times?|{UPKEEP}|you|she|he|they)\b"
)
_OWN = r"(?:my|i|i've|i'm|we|our|me|today's?|tomorrow's?|mine)"
_BOOKS = search_any(
    rf"{LEAD}(?:book|schedule|reserve|arrange)\b(?! (?:look|like|for today|is|clear|full))",
    rf"\b(?:make|making|set(?:ting)? ?up|set|create|creat\w+|plan|request|get|need|have to have|want|like|hold|fix"
    rf"|organi[sz]e|arrange)\b"
    rf" (?:\S+ ){{0,5}}?(?:{EVENT}|{UPKEEP})\b(?! (?:is|are|was|today|policy))",
    r"\b(?:book|booking|scheduling|reserving|schedule|reserve)\b (?:me|us|an?|the|my|in|for|with|at|on|him|her|it|that"
    r"|this)\b",
    rf"\b(?:add|put|place|mark|block|blot|insert|enter|log|record|pencil|note|leave|save|keep|write down"
    rf"|set up)\b (?:\S+ ){{0,18}}?"
    rf"(?:{DIARY}|{EVENT}|birthday|holiday)\b",
    r"\b(?:make|create|add) (?:an? |new )*(?:calendar|diary) (?:entry|event)\b|\b(?:conference|meeting) room for\b",
    rf"\b(?:see|visit|meet with|seen by)\b (?:(?:the|a|an|my|with|to|and|by) )*(?:{CARER}|this one|them)\b",
    rf"\b(?:{LEAD})?add\b (?:\S+ ){{1,4}}?to (?:\S+ ){{0,2}}?(?:{DIARY}|list|day|week|plans)\b"
    rf"|\bmake it (?:for|at|on)\b|\b(?:fit|squeeze) me in\b|\bput me (?:in"
    rf"|down)\b|\bsign (?:me|us) up for (?:an?|the) {EVENT}\b",
    r"\b(?:find|secure|grab|snag|score|hold|line up|put in|want|need|get)\b (?:\S+ ){0,3}?(?:tables?|reservations?)\b"
    r"(?! (?:is|are))|\bget (?:me|us) (?:in|into)\b(?! (?:touch|contact))|\bfit (?:\w+ ){0,3}(?:us|people)\b",
    rf"^\W*(?:an? )?(?:new )?(?!\w+s\b)(?:{EVENT})(?: with| for| at| on| please)",
    rf"\bget (?:me|us) (?:in )?(?:with|to see|to) (?:(?:my|the|a|your) )?(?:\w+ )?{CARER}\b[^.?!]{{0,40}}"
    rf"\b(?:asap|soon\w*|right away|urgently|now|{WHEN})\b",
)
_NEGATED = search_any(
    r"\b(?:don't|do not|didn't|won't|wouldn't|never|no need to|not going to|rather not)(?: \w+){0,2}? (?:book"
    r"|schedule|make"
    r"|reserve|set up|arrange|add|put)\b(?: (?:it|that|this|an?|the|any|one))?"
)
_NO_BOOKING = search_any(
    r"\b(?:make sure (?!to|you|we)|still set|check my|what|who|do i have|did|have i|when (?:is|am)|check if|get out of"
    r"|see if i(?! can)|is my|confirm|verify|information|info|details|double.?check)\b",
    r"\b(?:need|want|like|have) to (?:know(?! how)(?!.*\bhow do i)|see (?:my (?:calendar|schedule|agenda"
    r"|meetings|appointments)|what|if)|check)\b|\b(?:rundown|overview|summary|list of)\b",
    r"\bshow me\b|\b(?:best|cheapest) (?:\w+ )?(?:time|way|place|price)|\b(?:speech|essay|poem|story|song|playlist)\b",
)
_LOOKS_UP = search_any(
    r"^\W*(?:(?:can|could|would|will|you|please) )*(?:check|see if|find out|search|look up|google|show|give me|play"
    r"|read)\b"
)
_UPKEEP = search_any(rf"\b{UPKEEP}\b")
_WHERE_OR_WHEN = search_any(
    r"\b(?:where|who|when|how soon|which|what (?:time|day|date|place|shop|do i do|should i do)|place|shop|garage|can i"
    r"|should i|could i|is there|are there|do i need|any|know)\b"
)
_LOOKS = search_any(
    rf"\b(?:what|when|which|how many|how long|how much|is|are|was|has|have i|do i|did i|am i|does|do we|show|list|read"
    rf"|display"
    rf"|review|view|check|tell me|let me know|give me|pull up|go (?:over|through)|open|verify|confirm\w*|look (?:at"
    rf"|up)|find out"
    rf"|make sure|want to know|need to know|see|know|recap|run through|search|retrieve|any|anything|can't remember"
    rf"|find my)\b"
    rf"[^.?!]{{0,90}}\b(?:{EVENT}|{DIARY}|my (?:day|week|month)|the books)\b",
    r"\b(?:information|info|details|validate|locate|double.?check)\b[^.?!]{0,40}\b(?:my|our|the) (?:\w+ ){0,2}"
    rf"(?:{EVENT}|{DIARY})\b",
    rf"\b(?:{EVENT}|{DIARY}) [^.?!]{{0,60}}\b(?:when|confirm(?:ed)?|scheduled for|anything|double.?check|still (?:on"
    rf"|good"
    rf"|valid|set))\b",
    rf"^\W*(?:my|today's?|tomorrow's?|all|this week's) (?:\w+ )?(?:{EVENT}|{DIARY})"
    r"(?: (?:for|from|on|today|tomorrow).*)?\W*$",
    r"\b(?:information|info|details) (?:about|on|regarding) (?:\w+ )?events?\b",
    r"\bdo i (?:have|need) (?:to (?:be|meet|go|pick|attend|see)|any ?thing|time|a free|free)\b",
    r"\bam i (?:scheduled|supposed|meant|due)\b"
    r"|\bwhat (?:do|have|am) i (?:have|got|doing)\b|\banything on (?:the|my) (?:schedule|calendar)\b"
    r"|\bmy upcoming (?:day|week|month)\b|^\W*(?:meetings|appointments|events) (?:for|from|on|today|tomorrow|this)\b",
    r"\bwhat(?:'ve| have) i got (?:set|on)\b|\bwhat(?:'s| is| are) (?:the |my )plans? (?:for|on|today|tomorrow)\b"
    r"|\bam i (?:free|busy|booked)\b|\bdo i (?:have|got) (?:anything|a date|free time|plans)\b",
)
_SENDS = search_any(
    rf"{LEAD}(?:send|text|e-?mail|message|notify|inform)\b (?!me\b|us\b)[a-z]+",
    rf"{LEAD}(?:send|text|e-?mail)\b (?:me|us) [^.?!]{{0,30}}\b(?:{EVENT}|confirmation|results?|address)\b",
    r"\bpass (?:on )?(?:a |this |the |that )?(?:message|note|along|on)\b|\bleave (?:a |the )?(?:message|note)\b"
    r"|\bdraft\b",
    rf"\b(?:tell|let|ask|write to)\b (?:the |my )?(?:{CARER}|her|him|them|mrs?|ms|clinic|surgery|reception|patient"
    rf"|team)\b",
)
_PRIVATE = search_any(r"\b(?:friend's|my phone|i just received|book|contacts|facebook|twitter)\b|\binform me\b")
_FINDS = search_any(
    rf"\bget me (?:an?|with|to|in with) (?:\w+ )?{CARER}\b",
    rf"\b(?:find(?:ing)?|search(?:ing)?|look(?:ing)?|locate|seek\w*|recommend|suggest|know of|know any|help me (?:with"
    rf"|find)|interested in)\b"
    rf" (?:\S+ ){{0,9}}?(?:{CARER}|appointment|one (?:in|near|who|that)|someone (?:else|in)|somewhere|another"
    rf"|place to)\b",
    rf"\b(?:i|we)(?: \w+)? (?:need|want|require)\b (?:\S+ ){{0,5}}?{CARER}\b",
    rf"\b(?:i|we)(?:'d like| would like|'m looking| am looking|'m after) (?:\S+ ){{0,5}}?{CARER}\b",
    rf"\bin need of (?:\S+ ){{0,4}}?{CARER}\b",
    rf"\b(?:pull up|bring up|show (?:me|us)|list|give (?:me|us)|get (?:me|us)|recommendations?|suggestions?|options"
    rf"|choices|help with finding)\b (?:\S+ ){{0,6}}?{CARER}\b",
    rf"\b(?:which|what|who) (?:\S+ ){{0,3}}?{CARER}\b|(?<!my )\b(?:another|different|other|new|any"
    rf"|good) (?:\w+ )?{CARER}\b",
    rf"\b(?:where|who)(?: \w+){{0,3}} (?:can|should|could|would|do|might)(?: i| we)? (?:\S+ ){{0,6}}?(?:{CARER}"
    rf"|schedule"
    rf"|{UPKEEP})|\b(?:someone|something|one"
    rf"|somebody) else\b",
)
_VISIT = search_any(rf"\b(?:appointments?|appt|vaccinated|jab|blood test|be seen|come in|{UPKEEP})\b")
_PLACE = r"(?:place|clinic|office|surgery|salon|shop|practice|doctor|dentist|stylist|provider|barber)"
_CLINIC = search_any(
    rf"\b(?:{EVENT}|{CARER}|clinic|surgery|opening hours|prescriptions?|referrals?|test results|blood results"
    rf"|side effects"
    rf"|doctor's|instructions|my medicine|my medication|my pills|my tablets|my results|aftercare|patients|dos(?:e|age)"
    rf"|safe to take)\b",
    rf"\b(?:your|their|its|his|her|(?:the|this|that) {_PLACE}(?:'s)?)(?: \w+){{0,2}} (?:opening|hours|address|location"
    r"|(?:tele)?phone|contact|number|fees?|charges?|prices?|ratings?|reviews?|parking|directions|website|e-?mail)\b",
    r"\b(?:are|is|do|does|can|will|when|where|what time|how (?:late|early|far|much))\b[^.?!]{0,20}"
    rf"\b(?:you|they|it|he|she|(?:the|this|that) {_PLACE})\b"
    r"[^.?!]{0,20}\b(?:open|opens|close|closes|closed|located|location|rated|unisex|cosmetic|charge|hours"
    r"|parking)\b",
    r"\b(?:phone number|contact number|telephone number|rating)\b\W*$|^(?:\W*\w+){0,3}\W+(?:address|location)\W*$"
    r"|\bwhere (?:exactly )?(?:are|is) (?:they|it|he|she|you)\b",
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


def cancels(text: str) -> bool:
    """Wants an appointment gone."""
    text = _SPARED.sub("", text)
    if _CANCELS.search(text):
        return not _ABOUT_CANCELLING.search(text)
    deletes = _FREES_TIME.search(text) or (_DELETES.search(text) and names_event(text))
    return bool(deletes) and not _ASKS_STATE.search(text)


def asks_policy(text: str) -> bool:
    """Asks how the place handles bookings ("Do you take walk-ins?")."""
    return bool(_POLICY.search(text)) or bool(_POLICY_HERE.search(text) and not _FOR_NOW.search(text))


def seeks_opening(text: str) -> bool:
    """Asks when somebody or something is free, without asking for a booking."""
    if re.search(r"\b(?:book|schedule|reserve|make) (?:me|us|an?|the|it)\b", text):
        return False
    free = _OPENING.search(text) and _SLOT_NOUN.search(text) and not re.search(r"\bmy\b", text)
    return bool(free or _ROOM.search(text))


def books(text: str) -> bool:
    """Wants a new appointment."""
    return bool(_BOOKS.search(_NEGATED.sub(" ", text))) and not _NO_BOOKING.search(text)


def asks_upkeep(text: str) -> bool:
    """Asks where or when something can be serviced."""
    asked = _UPKEEP.search(text) and _ASKING.search(text) and _WHERE_OR_WHEN.search(text)
    return bool(asked) and not re.search(r"\b(?:buy|sells?|price|prices|cheap|cheapest|invented|kind of)\b", text)


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
    """Speaks of an appointment without asking anything."""
    return bool(_VISIT.search(text)) and not asks_something(text)


def asks_something(text: str) -> bool:
    """Whether the words are a question, or an order to look something up."""
    return bool(_ASKING.search(text) or _LOOKS_UP.search(text))


def asks_clinic(text: str) -> bool:
    """Asks something that a clinic may be asked."""
    return bool(_ASKING.search(text) and _CLINIC.search(text))
