"""Wishes to move an appointment, and to be seen, as they are said at a front desk."""

from agentops.domain.language.nouns import CARER, EVENT, WHEN, search_any

_MOVES = search_any(
    r"\bre-?schedul\w*|\bre-?book\w*|\bre-?arrang\w*|\bpostpone\b",
    r"\bpush (?:it |that |my \w+ )?(?:back|forward|out)\b|\bbring (?:it |that |my \w+ )?forward\b",
    rf"\b(?:mov(?:e|ing|ed)|shift|swap|switch|(?<!oil )chang(?:e|ing|ed)|adjust|alter)"
    rf" (?:[^\s.?!]+ ){{0,6}}?(?:{EVENT}|{CARER}"
    rf"|date|it)\b",
    r"\b(?:move|shift) (?:\S+ ){0,5}?(?:to|from|until)\b|\bchange (?:\S+ ){0,3}?(?:day|time|date)\b",
    r"\b(?:can't|cannot|won't|unable to|not able to) (?:make|come|attend|do)\b[^.?!]{0,60}"
    r"\b(?:another|different|instead|other|later|earlier|new|next|until|move)\b",
    rf"\b(?:another|different|other|later|earlier|new) (?:time|day|date|slot) for my {EVENT}",
    r"\b(?:swap|switch|change|move|go) (?:it |that |this |me |over )?to (?:the |an? |next |this |some )*(?:\w+day"
    r"|morning|afternoon|evening|tomorrow|weekend|week|later|earlier|another|different)\b",
    rf"\b(?:something|anything|time|one|slot|space|in|{EVENT}) (?:\w+ )?(?:earlier|sooner)\b"
    rf"|\b(?:something|anything) (?:\w+ )?later\b|\b(?:earlier|sooner|later) {EVENT}\b",
    rf"\b(?:can|could|would|may) (?:i|we|you)\b[^.?!]{{0,40}}\b{WHEN}[^.?!]{{0,15}}\binstead\b",
    r"\b(?:earlier|sooner|later|other|different) than (?:my|the one|what i)\b",
    r"\b(?:put|push|knock|bring) (?:it|that|this|me|my \w+|the \w+) (?:back|forward|off)\b"
    r"|\bput (?:it |\S+ \S+ )?off\b"
    r"|\b(?:push|bring|put) back (?:my|the)\b",
)
_WAS_MOVED = search_any(
    r"^\W*(?:has|have|did|was|were|is|are)\b[^.?!]{0,60}\b(?:been (?:moved|changed)|moved|changed|rescheduled"
    r"|postponed)\b",
    r"\bany changes? (?:to|in|on)\b",
)
_DROPS = search_any(
    r"\b(?:can't|cannot|can not|won't|unable to|not able to|not going to be able to|won't be able to|(?:not"
    r"|won't) be able to)(?: now| actually)? (?:make|come|attend|do|be there|get (?:there|in))\b",
    r"\bsomething(?:'s| has)? (?:has )?(?:come|came|cropped) up\b|\b(?:i'm|i am|we're|he's|she's) (?:now )?(?:away"
    r"|working|busy)\b",
)
_SEEKS_ANOTHER = search_any(
    r"\binstead\b|\b(?:another|a different|other|new|later|earlier|alternative) (?:time|day|date|slot|one|week"
    rf"|{EVENT})\b",
    r"\b(?:can|could|may|would|might) (?:i|we|he|she|they|you) (?:possibly |please |maybe )?(?:do|have|come|get|make it"
    r"|fit|see|offer|be seen)\b",
    r"\b(?:is|are|have) (?:there|you)(?: got)? any(?:thing|where)?\b|\b(?:is|how about|what about|would) (?:\w+day"
    r"|the week|next week|tomorrow)\b|\bany(?:thing)? (?:later|earlier|else)\b",
)
_ONLY_CANCELS = search_any(r"\bcancel\w*|\bcall(?:ing)? (?:it )?off\b")
_ASKS_FOR_VISIT = search_any(
    rf"\b(?:can|could|may|might) (?:i|we|he|she|they|my \w+)(?: please| possibly| just)? (?:(?:be seen|come in|pop in"
    rf"|drop in)\b|(?:have|get|book|make|see|do) (?:\S+ ){{0,4}}?(?:{EVENT}|{CARER}|seen|today|tomorrow|\w+day)\b)",
    r"\b(?:any|a|some|is there a) (?:chance|possibility|hope)(?: that)? (?:of|i|we|you|he|she|to|for|dr|someone)\b",
    r"\bany (?:\w+ )?(?:slots?|openings?|spaces?|appointments?|times?)\b[^.?!]{0,30}\b(?:with|for|free|left"
    r"|available|on|this|next|today|tomorrow|\w+day)\b",
    r"\b(?:can|could|would|will) (?:someone|somebody|anyone|anybody|a doctor|a nurse|the doctor|the nurse|a gp"
    r"|dr \w+|nurse \w+|you|(?:one|1) of (?:you|the \w+|your \w+))"
    r"(?: please| possibly)? (?:have a look|take a look|look at (?:it|this|that|my|his|her|him|me)"
    r"|see (?:me|him|her|my|us)|examine|fit|squeeze|do my|give (?:me|him|her) (?:an?|my|his|her))\b",
    r"\b(?:fit|squeeze|slot|get|put) (?:me|us|him|her|them|my \w+) in\b|\bneeds? (?:to be seen|seeing|looking at"
    r"|a look|checking)\b|\bbe seen\b",
    r"\b(?:needs?|wants?|after|due(?: for)?|like|have)(?: \w+){0,3} (?:jabs?|boosters?|vaccinations?|blood tests?"
    r"|bloods|smear(?: tests?)?|(?:medication|medicine|asthma|annual) review)\b",
    r"\b(?:to see (?:dr|nurse|doctor) \w+|to see (?:someone|somebody|anyone)|to be seen|to come in|a word with"
    r"|in with|in to see)\b",
    rf"\b(?:can|could|may|might) (?:i|we|he|she|they) (?:please )?come (?:\w+ ){{0,2}}?{WHEN}\b",
    r"\bbring (?:my \w+|him|her|them|\w+) in\b",
    r"\b(?:want|need|like|have|get) (?:to (?:have|get) )?(?:my|his|her|their) (?:\w+ ){1,3}(?:checked|looked at"
    r"|examined|seen to"
    r"|cleaned|tested|assessed)\b",
    rf"\bneeds? (?:an? |the )?(?:doctor|gp|nurse|dentist) (?:\w+ )?(?:asap|urgently|now|soon|right away|{WHEN})\b",
    rf"\bfollow[ -]?up (?:with|on)\b[^.?!]{{0,40}}\b{WHEN}\b",
)
_OWN_RECORD = search_any(
    r"\bmy (?:\w+ )?(?:results?|records?|notes|prescription|medication|calendar|schedule)\b|\bdo i (?:have|need)\b"
    r"|\bhave i got\b|\bam i\b|\bwhen (?:is|are) my\b"
)
_OWN_VISIT = search_any(
    r"\bmy (?:appointment|visit|booking)\b[^.?!]*\b(?:know|tell me|check|say) (?:when|what (?:time|day)) it(?: i|')s\b",
    r"\bremind me (?:of )?(?:when|what (?:time|day)|which day|the (?:time|day|date))\b[^.?!]*\b(?:i'm|i am|am i|my)\b",
    r"\b(?:when|what (?:time|day)|which day) (?:am i|are we|is (?:he|she|my \w+)) (?:\w+ )?(?:in|next|due|booked|down"
    r"|coming|seeing|with)\b",
    r"\b(?:whether|if|that|when) (?:i'm|i am|he's|she's|we're) (?:\w+ )?(?:booked|due|down for|in next|seeing)\b",
)
_WHEN_FREE = search_any(
    r"\bwho(?:'s| is) (?:free|available|in|working|about|around|on)\b",
    rf"\b(?:is|are) there any(?:thing|one|body)?\b[^.?!]{{0,30}}\bwith {CARER}\b",
    r"\b(?:(?:is|are) there (?:an?|any|some)|what|which) (?:\w+ )?(?:slots?|spaces?|openings?|vacanc\w+)\b(?!.*\bmy\b)",
    r"\bwhat(?: \w+)? (?:do|have|can|could|would) you (?:have|got|offer|do)\b(?! (?:to do|open))",
    rf"^\W*(?:is|are|would) (?:the |this )?{WHEN} (?:\w+ )?(?:free|available|possible|okay|ok|any good"
    rf"|open)\b(?!.*\b(?:my|for me)\b)",
    r"\bis (?:dr|doctor|nurse) (?:\w+ ){1,2}(?:in|about|around|there|on|free|working|available)\b",
    r"\b(?:does|do|would|has|have|will|can|could) (?:(?:dr|doctor|nurse) (?:\w+ ){1,2}|you |anyone |anybody |someone )"
    r"(?:have |got |do |offer |still have )?(?:anything|something|any (?:time|times|slots?|space|room))\b",
)
_LETS_KNOW = search_any(
    r"\blet (?!me\b|us\b|you\b|him know (?:if|when)|her know (?:if|when))(?:\S+ ){1,4}?know\b(?! (?:if|when|whether)\b)"
)


def lets_know(text: str) -> bool:
    """Wants somebody else told something."""
    return bool(_LETS_KNOW.search(text))


def asks_own_visit(text: str) -> bool:
    """Asks when the caller's own appointment is."""
    return bool(_OWN_VISIT.search(text))


def asks_when_free(text: str) -> bool:
    """Asks whether a clinician, or anybody, is free."""
    return bool(_WHEN_FREE.search(text))


def moves(text: str) -> bool:
    """Wants an appointment at another time; one that cannot be kept, with a wish for another, is moved."""
    if _WAS_MOVED.search(text):
        return False
    drops = _DROPS.search(text)
    if drops and _SEEKS_ANOTHER.search(text, drops.start()) and not _ONLY_CANCELS.search(text):
        return True
    return bool(_MOVES.search(text))


def asks_for_visit(text: str) -> bool:
    """Asks to be seen, however politely: "is there any chance of", "could someone look at it", "fit me in"."""
    return bool(_ASKS_FOR_VISIT.search(text)) and not _OWN_RECORD.search(text)
