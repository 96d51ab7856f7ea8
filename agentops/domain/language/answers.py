"""Answers rather than wishes: yes, no, never mind, hello and thank you."""

import re


def _any(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


_FILLER = r"^(?:(?:oh|ok|okay|um|well|ah|ai|and|hey|actually|sorry|please|hmm|so|my answer is|i said)\W+)*"
_TRUE = _any(
    "true", "right", "correct", "perfect", "great", "fine", "good", "okay", "ok", "nice", "exactly", "a fact", "it"
)
_FALSE = _any("false", "incorrect", "wrong", "untrue", r"(?:a )?(?:lie|falsehood)", "invalid")

_YES = re.compile(
    _FILLER
    + _any(
        r"yes+|yeah?|yep|yup|ya|yea|aye|uh.?huh|sure|ok|okay|k|right|correct|exactly|precisely|absolutely|definitely",
        r"certainly|indeed|perfect|great|good|fine|excellent|wonderful|awesome|fantastic|lovely|super|cool|nice"
        r"|alright",
        r"all right|agreed|affirmative|affirm|positive|true|roger|confirm(?:ed)?|approved?|thumbs up|totally|please do",
        r"go (?:ahead|for it)|do (?:it|that|so)|of course|by all means|you bet|for sure|why not|let's (?:do|go)"
        r"|very true",
        r"i (?:agree|accept|confirm|(?:do|would)\W*$|like (?:it|that|this|them)|love|believe so|think so|guess so)",
        r"i'd (?:love|like) (?:that|to\W*$)|you(?: are|'re) (?:right|correct)|you got it|sounds|works|looks",
        r"(?:that|this|it)(?:'s| is| was| would be| will be| appears| seems| looks| sounds) (?:\w+ ){0,2}?" + _TRUE,
        r"(?:that|this|it)(?:'ll| will| would| should| all)? (?:works?|do|suits?|sounds|looks|seems)",
    )
    + r"\b"
)
_AGREES = re.compile(
    r"\b"
    + _any(
        r"(?:that|this|it|which)(?:'s| is| was| would be| all)?(?: \w+){0,2} (?:correct|right|true|perfect|accurate)",
        r"(?:that|this|it)(?:'ll| will| would| should)? works?(?: for me)?",
        r"sounds (?:good|great|fine|perfect|like|nice|right)",
        r"(?:statement|answer|response|reply|say) (?:\w+ ){0,3}?(?:yes|true)",
        r"true is my|yes|not wrong|i(?:'ll| will) take (?:it|that)|just said is true|for sure true",
    )
    + r"\b"
)
_NO = re.compile(
    _FILLER
    + _any(
        r"no|nope|nah|nay|naw|never|negative|none|neither|nothing|pass|" + _FALSE,
        r"not (?:really|now|at all|yet|today|true|right|that|this|correct|quite|a chance|likely|for me|anymore"
        r"|sure i want)",
        r"(?:i )?(?:don't|do not) (?:think|want|agree|need|believe|like|accept|do|book|make)",
        r"i (?:think not|meant no|disagree|refuse|decline|won't|would (?:prefer|rather) not)",
        r"(?:i'd|i would) (?:rather|prefer) not|(?:i'll|ill|i will) (?:pass|decline|say no|have to (?:decline|say no"
        r"|pass))",
        r"(?:certainly|definitely|absolutely|of course|hell|heck) (?:no|not)|(?:there is )?no way|thumbs down",
        r"(?:that|this|it)(?: is|'s| isn't| can't| cannot| could not| doesn't| does not| won't| would not)"
        r"(?: not| be| a| the| very| actually| completely)* (?:no|not|lie|" + _FALSE + ")",
        r"(?:that|this|it) (?:isn't|is not|can't be|cannot be|doesn't|does not|won't|couldn't be)\b",
    )
    + r"\b"
)
_DENIES = re.compile(
    r"\b"
    + _any(
        r"(?:answer|response|reply|say|would be|be|think)\W+(?:is |will be |definitely |a |an |hard |the "
        r"|to be )*no\b(?! \w)",
        r"\bno\W*$|not (?:true|correct|right|the case|accurate|factual|interested)|don't think so|no good|hard no",
        _FALSE,
    )
    + r"\b"
)
_NOT_WRONG = re.compile(r"\b(?:not|isn't|nothing) (?:\w+ )?(?:wrong|false|incorrect|untrue)\b")
_UNSURE = re.compile(
    r"\b"
    + _any(
        r"maybe|perhaps|possibly|not (?:\w+ ){0,2}?sure|unsure|uncertain|undecided|no idea|either|might be|both"
        r"|could be",
        r"(?:don't|do not|not|didn't) (?:really |actually |even )?(?:know|have (?:an|any|the|that))",
        r"(?:can't|couldn't|cannot|could not|not able to) (?:really )?(?:say|tell|be sure)",
    )
    + r"\b"
)
_STOP = _any(
    "cancel", "stop", "abort", "quit", "end", "scrap", "forget", "ignore", "drop", "undo", "disregard", "halt", "cease"
)
_STOP_TAIL = _any(
    r"it|that|this|these|what|whatever|my|the|all|your|of|last|previous|current|latest|recent|please|now|right now"
    r"|request",
    r"command|action|process|processing|task|thing|order|operation|talking\w*|speaking|working|happening|asked|said"
    r"|you",
    r"are|were|is|was|i|me|doing|just|for|to|on|do|and|about|because|anymore|up",
)
_WITHDRAW = re.compile(
    rf"\b{_STOP}\b(?: {_STOP_TAIL}\b)*\W*(?:$|,)"
    rf"|^(?:\S+ ){{0,4}}?(?:shut (?:up|it)|shu?sh+|silence|mute|hush|(?:be )?quiet|zip it|pause|pipe down|eliminate"
    rf"|{_STOP})\b"
    rf"(?: {_STOP_TAIL}\b)*\W*$"
    r"|\bnever ?mind\b|\bforget (?:it|about it|that|i asked)\b|\b(?:stop|quit) (?:talking|speaking|processing"
    r"|working)\b"
    r"|\b(?:don't|do not|no longer|not) (?:want|need)(?: you)? (?:it|this|that|to (?:speak|talk|do))\b"
    r"|\b(?:don't|do not) (?:talk|speak|do that|do it|continue)\b|\bplease abort\b"
)
_HELLO = r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy)"
_GREETING = re.compile(
    rf"^\W*{_HELLO}\b(?:\W+(?:there|again|all|everyone|team|sir|madam|assistant|ai|{_HELLO}))*"
    r"\W*(?:(?:i need|can you|could you|please|would you)? ?(?:some )?help(?: me)?|how are you(?: \w+)?)?\W*$"
)
_THANKS = re.compile(
    r"^\W*(?:(?:ok|okay|great|perfect|alright|excellent|cool|wonderful|awesome|good|fine|lovely|right|well|nice|amazing"
    r"|fantastic|very|much|so|oh|no|nope)\W+)*(?:thanks?|thank you|cheers|bye|goodbye|see you|ta|have a (?:good|nice"
    r"|great|lovely)"
    r"|that(?:'s| is| will be| was) (?:all|it|everything)|i'm (?:done|all set|good)|i am (?:done|all set|good)"
    r"|i appreciate)\b"
)


def is_greeting(text: str) -> bool:
    """Whether the clean `text` only says hello."""
    return bool(_GREETING.match(text))


def is_thanks(text: str) -> bool:
    """Whether the clean `text` opens with thanks or a goodbye and asks nothing."""
    return bool(_THANKS.match(text)) and "?" not in text


_DECLINES = re.compile(
    r"^\W*(?:no|nope|not (?:now|yet|right now)|maybe later|i'm good)\b[^.?!]{0,30}(?:\b(?:not|don't|do not|wouldn't"
    r"|won't|no need|later|thanks?|thank you)\b"
    r"[^.?!]{0,40}\b(?:book|make|schedule|reserve|appointment|necessary|reservation|need|want|now|this time|yet)\b"
    r"|[.!] ?(?:that|this)(?:'s| is| will be| would be) all\b)"
    r"|^\W*(?:no|not)\b[^?]*\b(?:that(?:'s| is| will be| would be| was)? (?:all|it|everything)|maybe later"
    r"|just (?:wanted|needed))\b"
)


def declines(text: str) -> bool:
    """Whether the clean `text` turns an offer down in so many words: "no, I don't want to book it now"."""
    return bool(_DECLINES.search(text))


def withdraws(text: str) -> bool:
    """Whether the clean `text` takes the request back: "never mind", "stop that"."""
    return bool(_WITHDRAW.search(text))


def refuses(text: str) -> bool:
    """Whether the clean `text` says no."""
    if _UNSURE.search(text) and not re.match(r"\W*no\b", text):
        return False
    return bool(_NO.match(text) or _DENIES.search(text)) and not _NOT_WRONG.search(text)


def agrees(text: str) -> bool:
    """Whether the clean `text` says yes. "Great, thanks" only says thank you."""
    if _UNSURE.search(text) and not re.match(r"\W*(?:yes|yeah|yep|sure|ok)", text):
        return False
    if re.match(r"\W*(?:is|was|are|isn't|do|does|did|can|could|what|when|who|how|why)\b", text):
        return False
    if is_thanks(text) and not re.match(r"\W*(?:yes|yeah|yep|sure)", text):
        return False
    return bool(_YES.match(text) or _AGREES.search(text))
