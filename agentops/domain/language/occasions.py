"""What people keep in a diary of their own: reminders, and occasions that are no appointment with the clinic."""

from agentops.domain.language.nouns import DIARY, EVENT, LEAD, OCCASION, WHEN, search_any

_RECALLS = search_any(
    r"\b(?:what|which|read|list|check|show|tell me|go (?:through|over)|walk me through|do i have|did i|hear|are there"
    r"|is|see|view|review|recite|rundown|give me|how many|can you remind me of)\b[^.?!]{0,50}"
    r"\b(?:reminders?|reminder list|(?:to|wanted to|want to) (?:remember|recall|bear in mind|forget)"
    r"|to-?do list|to-?do'?s|things (?:i (?:have|need) )?to do|set (?:myself )?to do)\b",
    r"\b(?:recall|list|what are|tell me) the things? (?:that )?i\b|\blists? of my reminders\b|\bmy reminders\b"
    r"|\bwhat\b[^.?!]{0,60}\bremind me (?:of|about)\b",
)
_MAKE_REMINDER = search_any(
    r"\b(?:set|make|create|add|need|put|save|schedule|want|new|give me|can i have)\b (?:up )?(?:(?:me|an?|another"
    r"|new|the"
    r"|this|some|in|us) )*(?:\w+ )?remind"
)
_REMINDS = search_any(
    r"\bremind(?:er|ers|ed|ing|s)?\b|\b(?:don't|do not|not) (?:let me |want to )?forget\b|\bwant to forget\b"
    r"|\btell me later\b|\bneed to remember\b|\b(?:help me|make sure i|so i|sure that i) (?:\w+ )?remember\b"
    r"|\b(?:notify|alert|nudge|ping|prompt) me\b|\btell me (?:on \w+ )?to\b",
)
_OUTING = (
    r"(?:flights?|trips?|vacation|shifts?|days? off|(?:school )?plays?|shows?|movies?|games?|match(?:es)?|practice|mass"
    r"|mother's day|father's day|valentine'?s(?: day)?|ramadan|diwali|hanukkah|eid)"
)
_NO_QUESTION = r"^(?![^.!]*\?)(?!.*\b(?:can|could|cancel|move|when|what|is|are|was|weather)\b)"
_PUTS_DOWN = search_any(
    rf"{LEAD}(?:add|mark|flag|enter|note|put|plan|pencil|set|schedule|log|block(?: off| out)?|save"
    rf"|reserve|make a note)\b (?!.*\b(?:list|song|playlist|alarm|timer"
    rf"|volume|thermostat|order|cart)\b)[^.?!]{{0,80}}\b{WHEN}\b",
    rf"\b(?:be|been|being|get|getting) (?:added|put|marked|noted|scheduled?|booked|placed|entered|set|updated|written"
    rf"|recorded|saved|included|blocked)\b[^.?!]{{0,40}}\b(?:{DIARY}|{EVENT}|{WHEN})\b",
    rf"\b(?:{DIARY}|{EVENT}|{OCCASION})\b[^.?!]{{0,40}}\b(?:needs?|wants?|has|ought|should|must|to) (?:to )?(?:be|get)"
    r" (?:added|put|marked|noted|scheduled?|booked|made|placed|entered|set|updated|written|recorded|saved)\b",
    rf"\b(?:repeat(?:ing)?|recurring|recur)\b[^.?!]{{0,40}}\b(?:{EVENT}|{OCCASION})\b",
    rf"\b(?:{EVENT}|{OCCASION})\b[^.?!]{{0,40}}\b(?:repeat(?:ing)?|recurring|recur)\b",
    rf"\binvit(?:e|es|ation|ing)\b[^.?!]{{0,40}}\b(?:{EVENT}|{OCCASION}|{DIARY})\b"
    rf"|\b(?:{EVENT}|{OCCASION}|{DIARY})\b[^.?!]{{0,40}}\binvit(?:e|es|ation|ing)\b",
    rf"\b(?:update|fill in) (?:my|our|the) {DIARY} with\b|\bsave the date\b|\bset a (?:date|time) (?:with|for)\b"
    rf"|^\W*(?:new )?{DIARY} (?:entry|event)\b"
    rf"|\bkeep (?:\S+ ){{1,3}}?(?:open|free|clear)\b|\b(?:make|create|add) an? entry\b|\bfind (?:a|some"
    rf"|the) (?:\w+ )?time"
    rf" (?:for|to)\b|\b(?:start|call|convene|host) an? (?:\w+ )?meeting\b",
    rf"^\W*(?:(?:an?|new|another) )*(?:{EVENT}) (?:\w+ ){{0,3}}?{WHEN}",
    rf"\b(?:sync|synchroni[sz]e|share|link) (?:\w+ )?{DIARY}\b",
)
_STATES_PLAN = search_any(
    _NO_QUESTION + rf"\W*(?:\w+ ){{0,3}}?(?:i|we)(?:'ve got|'ve| have|'d like| would like| want| need|'ll"
    rf"| will)(?: to)? "
    rf"(?:\S+ ){{0,4}}?(?:meet with|meetings?|attend|{OCCASION})\b[^.?!]{{0,60}}\b{WHEN}\b",
    _NO_QUESTION + rf"\W*(?:{OCCASION}) (?:with|at|on|for)\b[^.?!]{{0,60}}\b{WHEN}\b",
)
_WHAT_IS_ON = search_any(
    rf"\bwhat(?:'s| is| are| do i have| have i got|'ve i got| am i doing| else is| will be| am i| plans)?"
    rf"(?: \w+){{0,2}} (?:happening|coming up|going on|planned|scheduled|booked|left|on)\b (?:for |on |in |the |at "
    rf"|this )*"
    rf"(?:{WHEN}|\w+ \d|my\b|the (?:{DIARY}|list|books|agenda))",
    rf"\b(?:any ?thing|(?:is|are) there something|any|much) (?:\w+ )?(?:happening|going on|planned|scheduled"
    rf"|coming up|on)\b"
    rf" (?:for |on |in |the |at |this )*(?:{WHEN}|\w+ \d|my (?:{DIARY}|day|plate|agenda|books))",
    rf"\b(?:what|which) (?:{EVENT}|plans|engagements|commitments|obligations)\b(?! can| should| could)",
    rf"\b(?:what|how)(?:'s| is| does| are| do)? (?:my|our|the) (?:\w+ ){{0,2}}(?:day|week|weekend|month|morning"
    rf"|afternoon"
    rf"|evening|{DIARY})\b",
    r"\bwhat(?:'s| is) (?:next|first|last|after that|up next|left)(?: for me| on| today|\W*$)|\bwhat do i do (?:next"
    r"|today)",
    r"\b(?:what|where|who|when|whom) (?:am i|do i (?:have|need) to|did i (?:plan|schedule|book|arrange|set))\b",
    r"\bdo i (?:have|need to|got)\b(?! (?:enough|any (?:money|cash|mail|messages)|to pay|a (?:temperature|fever)))"
    rf"[^.?!]{{0,60}}\b(?:{WHEN}|planned|scheduled|coming up|going on|booked|set up|marked|noted)\b",
    rf"\bam i (?:going|doing|seeing|meeting|working|off|attending|expected|available"
    rf"|double.?booked)\b[^.?!]{{0,60}}\b{WHEN}",
)
_MY_TIME = search_any(
    r"\b(?:what|if|when|where|whether|who) i(?:'m| am| have| was|'ve| will be|'ll be| need to be"
    r"| should be) (?:doing|busy"
    r"|free|available|booked|going|meeting|scheduled|supposed|due|on|got|planned|seeing|working|attending)\b",
    rf"\b(?:what|when|where|who) (?:do|did|should|will|must) i (?:work|do|be|meet|see|go|leave|start|finish)\b"
    rf"[^.?!]{{0,40}}\b(?:{WHEN}|next)\b",
    r"\bwhat (?:was|were|has been|have been|(?:\w+ )?dates? (?:is|are)) (?:scheduled|planned|booked|arranged|coming up"
    r"|upcoming)\b",
    rf"^\W*(?:is|was|isn't) {WHEN} (?:an?|my|the|clear|busy)\b",
    r"\b(?:how|is|are|what) (?:\w+ )?(?:my|our) (?:\w+ ){0,2}(?:\w+day|morning|afternoon|evening|night"
    r"|weekend)s? (?:look"
    r"|looking|free|open|busy|clear|full|like)",
    rf"\bhow(?:'s| is| does) {WHEN} look|\bhow (?:busy|booked|full|packed|free) (?:am i|is my|are we)\b",
    rf"\bwhat(?:'s| is) (?:due|up|in store|ahead|lined up|the plan)\b[^.?!]{{0,20}}\b{WHEN}\b",
    r"\bwill i be (?:free|busy|available|working|away)\b|\bhave (?:i|we) (?:planned|scheduled|booked|arranged|set up"
    r"|got)"
    r" (?:anything|something|any|plans)\b",
    rf"\bdo (?:i|we) have (?:\w+ ){{0,3}}?(?:planned|coming|plans|{OCCASION}|(?:clear|free|busy|full) (?:\w+ ){{0,2}}"
    r"(?:day|morning|afternoon|evening|week))\b",
    rf"\b(?:is|if) there(?:'s| is)? (?:any ?thing|something)(?: \w+){{0,2}} (?:i (?:should|need|have|must|am)|i'm"
    rf"|to (?:do|attend)"
    rf"|{WHEN})\b|\bif (?:i|we) have (?:something|anything|any|plans)\b",
    r"\bwhat(?:'s| is| are) my (?:\w+ )?(?:commitments|plans|obligations|engagements|duties|tasks|priorities)\b",
    rf"\b(?:go to|show|display|bring up|pull up) (?:me )?(?:my|the) (?:{DIARY}|month|week|day)\b"
    rf"|^\W*(?:my |the )?{DIARY} (?:for|on|today|tomorrow)\b",
)
_MINE = r"(?:my|our|the|this|that|\w+'s|his|her|their|any|an?|upcoming|next)"
_ASKS_OCCASION = search_any(
    rf"\b(?:when|what(?:'s| is)? (?:the )?(?:time|day|date|location)|which (?:day|date)|where|how long"
    rf"|how soon)(?:'s| is| are"
    rf"| does| do| will| was| of)?"
    rf" (?:it )?(?:{_MINE} )?(?:\S+ ){{0,3}}?(?:{OCCASION}|{EVENT}|{_OUTING})\b(?! of)",
    r"\bwhen(?:'s| is| are| was| does| do) (?:my|our) (?!.*\b(?:results?|prescriptions?|medicines?|refills?|pills)\b)",
    rf"\b(?:is|are|do|does|did|will) (?:any|some|one) of my\b[^.?!]{{0,40}}\b(?:{OCCASION}|{EVENT})\b",
    rf"\b(?:when|what (?:time|day|date)|where)\b[^.?!]{{0,20}}\b(?:{_MINE} (?:\S+ ){{0,3}}?\w+|school|work) (?:start"
    rf"|begin|end"
    r"|take place|takes place|happen|kick off|be held|scheduled)s?\b",
    rf"^\W*(?:is|are|does|do|did|will|was|has) (?:there )?{_MINE} (?:\S+ ){{0,3}}?(?:{OCCASION}"
    rf"|{EVENT})\b[^.?!]{{0,40}}"
    rf"\b{WHEN}\b",
    rf"\b(?:tell me about|information (?:on|about)|details (?:of|on|about|for)|check (?:on )?|what about) (?:my|the"
    rf"|\w+'s)"
    rf" (?:\w+ ){{0,2}}{OCCASION}\b|\b(?:my|the) (?:{EVENT}|{OCCASION})(?:'s)? (?:details?|info\w*|times?|location)\b",
    rf"\bwho(?:'s| is| are| all is| else is| will be)? (?:\w+ )?(?:coming|attending|invited|going|joining"
    rf"|at)\b[^.?!]{{0,20}}"
    rf"\b(?:{OCCASION}|{EVENT}|{WHEN})",
    rf"\bhow (?:many|much|long|soon|far)\b[^.?!]{{0,30}}\b(?:until|till|before|to"
    rf"|left) (?:\w+ ){{0,3}}?(?:{OCCASION}|{EVENT})\b",
    rf"\b(?:{OCCASION}|events?|shows?|things) (?:\w+ ){{0,4}}?(?:near(?:by| me| here)?|in my area|around (?:here"
    rf"|town|me)"
    r"|in town|in the (?:area|city)|locally)\b",
    r"\b(?:is|are) (?:there )?(?:an?|any|the) (?:\w+ ){0,3}(?:happening|going on|taking place|planned|scheduled)\b",
)
_NO_DIARY = search_any(
    r"\b(?:in the (?:world|news|country)|tv|television|channel|netflix|scores?|season|video game|recipe|cook"
    r"|calories|led to|caused?|century|war"
    r"|play (?:some|a|the)|history|invented|won|price|weather|president|stocks?|market|traffic|restaurants?)\b"
)


def recalls(text: str) -> bool:
    """Wants to hear reminders back."""
    return bool(_RECALLS.search(text)) and not _MAKE_REMINDER.search(text)


def reminds(text: str) -> bool:
    """Wants to be reminded."""
    return bool(_REMINDS.search(text))


def puts_down(text: str) -> bool:
    """Wants something written into a diary: "mark Friday for lunch with Mum", "this needs to be added"."""
    return bool(_PUTS_DOWN.search(text))


def states_plan(text: str) -> bool:
    """Only says what is planned and when: "Dinner with Ben on Sunday"."""
    return bool(_STATES_PLAN.search(text))


def asks_plans(text: str) -> bool:
    """Asks what is on, or when an occasion is."""
    asked = _WHAT_IS_ON.search(text) or _MY_TIME.search(text) or _ASKS_OCCASION.search(text)
    return bool(asked) and not _NO_DIARY.search(text)
