"""Answers rather than wishes: yes, no, never mind, hello and thank you."""

import re


def _any(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


_FILLER = (
    r"^(?:\W*\b(?:oh|ok|okay|um|uh|er|well|ah|ai|and|hey|actually|sorry|please|hmm|so|my answer is|i said|honestly"
    r"|frankly|i mean|but|man|dude|listen|right|alright|mate)\W+)*\W*"
)
_TRUE = _any(
    r"(?:so |very )?true|right|correct|perfect|great|fine|good|okay|ok|nice|exactly|(?:a )?facts?|it|accurate|factual",
    r"affirmative|positive|valid|yes|a yes|yep|acceptable|agreeable|ideal|spot on|certain|for sure|the case|all good",
    r"(?:so|me)\W*$",
)
_FALSE = _any(
    r"false|incorrect|wrong|untrue|(?:a )?(?:lie|falsehood|myth)|invalid|inaccurate|mistaken|fake|bogus|nonsense",
    r"(?:a )?no(?:pe|.go)?|(?:a )?negat(?:ive|ory)|unacceptable|impossible|out of the question",
)
_SURELY = r"(?:certainly|definitely|absolutely|of course|surely|obviously|probably|most likely|clearly|totally|really)"

_YES = re.compile(
    _FILLER
    + _any(
        r"yes+|yeah?|yep+|yup+|ya+s*|yea+|ye|yeppers|yessir|yh|aye|uh.?huh|m+.?hm+|sure|surely|ok|okay|okie|oke?y|k+"
        r"|right"
        r"|correct|exactly|precisely|absolutely|definitely|righto|okey.?dokey|alrighty|yuppers|ay|si",
        r"certainly|indeed|perfect|great|good|fine|excellent|wonderful|awesome|fantastic|lovely|super|cool|nice"
        r"|alright|brilliant|splendid|marvellous|gladly|naturally|undoubtedly|clearly|obviously|accurate|granted"
        r"|evidently"
        r"|undeniably|unquestionably|(?:deal|amen|word|bet|facts?|ideal|valid|legit|sweet)\W*$",
        r"all right|agreed|affirmative|affirm|positive|(?:so |very )?true|roger|confirm(?:ed|ing)?|approved?|thumbs up"
        r"|totally|please do",
        r"go (?:ahead|for it)|do (?:it|that|so)|of course|by all means|you bet(?:cha)?|for (?:sure|certain)|why not"
        r"|let's (?:do|go|book)|no (?:doubt|question|problem|worries|objections?)\b|without (?:a )?(?:doubt|question)"
        r"|very (?:well|much so|good|nice)|right on|positively|most (?:definitely|certainly|assuredly)|spot on"
        r"|that one|you know it|count me in|i'm (?:in|down|game|for it|on board)",
        r"i(?:'d| would)? (?:have to |must |do |can )?(?:\w+ )?(?:agree|accept|confirm|concur|approve|(?:do|would"
        r"|will|am|did)\W*$"
        r"|like (?:it|that|this|them)|love|believe so|think so|guess so|suppose so|say (?:so|yes)|should think so)",
        r"i(?:'m| am) (?:\w+ )?(?:sure|certain|positive|okay with|ok with|fine with|happy with|good with|in agreement)",
        r"i'd (?:love|like) (?:that|to\W*$)|you(?: are|'re) (?:\w+ )?(?:right|correct)|you (?:could|can"
        r"|might) say (?:that|so)|you got (?:it|that)|how (?:right|true)|as a matter of fact|sounds|works|looks"
        r"|suits me"
        r"|(?:fine|ok|okay|good) (?:by|with|for) me",
        r"(?:that|this|it)(?:'s| is| was| would be|'d be| will be|'ll be| appears| seems| looks| sounds)(?: to be)?"
        r" (?:\w+ ){0,2}?" + _TRUE,
        r"(?:that|this|it)(?:'ll| will| would| should| all|'d)? (?:totally |definitely )?(?:works?|do|suits?|sounds"
        r"|looks"
        r"|seems|makes? (?:\w+ )?sense|checks out)",
    )
    + r"\b"
)
_AGREES = re.compile(
    r"\b"
    + _any(
        r"(?:that|this|it|which)(?:'s| is| was| would be| all)?(?: \w+){0,2} (?:correct|right|true|perfect|accurate"
        r"|affirmative)",
        r"(?:that|this|it)(?:'ll| will| would| should)? works?(?: for me)?",
        r"sounds (?:good|great|fine|perfect|like|nice|right)",
        r"(?:statement|answer|response|reply|say|question|one)\b (?:\w+ ){0,5}?(?:yes|true|affirmative|correct|yeah"
        r"|yep)",
        r"(?:true|correct|affirmative|yep|yup|truth)\W*$|got (?:that|it) right|what i (?:want|meant|said|need)\W*$",
        r"(?:it|that|this|they) (?:sure(?:ly)?|definitely|certainly|really|absolutely|most certainly) (?:is|was|does"
        r"|do|are|did|will)",
        r"true is my|yes|not wrong|i(?:'ll| will) take (?:it|that)|just said is true|for sure true|in the affirmative"
        r"|(?:completely|totally|fully|wholeheartedly) agree|agree with (?:you|that|this|it)",
    )
    + r"\b"
)
_NO = re.compile(
    _FILLER
    + _any(
        r"no+|nope+|nop|nah+|nay|naw|never|negative|negatory|nada|nein|nuh.?uh|uh.?uh|none|neither|nothing|pass|hardly"
        r"|" + _FALSE,
        r"not (?:really|now|at all|yet|today|true|right|that|this|correct|quite|a chance|likely|for me|anymore|ever"
        r"|sure i want|so|particularly|exactly|gonna|going to happen|happening|in (?:a|this)|on your|even|just"
        r"|necessarily"
        r"|interested|possible|accurate|my)",
        r"(?:i )?(?:don't|do not) (?:think|want|agree|need|believe|like|accept|do|book|make|care|bother|feel)",
        r"i(?:'d| would)? (?:\w+ ){0,2}(?:think not|meant no|disagree|refuse|decline|won't|wouldn't|didn't"
        r"|doubt (?:it|that)"
        r"|say no|object|can't (?:do|agree|accept|say yes)|(?:would )?(?:prefer|rather) not)",
        r"(?:i'd|i would) (?:rather|prefer) not|(?:i'll|ill|i will) (?:pass|decline|say no|have to (?:decline|say no"
        r"|pass))",
        _SURELY + r" (?:no|not)|(?:hell|heck) (?:no|not)|(?:there is )?no (?:way|chance|can do|thank)|thumbs down"
        r"|by no means|under no circumstances|over my dead body|no sir|as if|(?:i'm )?afraid not|fat chance|out of the"
        r" question",
        r"(?:i |it |that |this |they )?(?:think|hope|guess|suppose|believe|seems?|appears?|would say|should think"
        r"|looks like)"
        r" (?:not|no)\b",
        r"(?:that|this|it)(?: is|'s| isn't| can't| cannot| could not| doesn't| does not| won't| would not| sounds"
        r"| seems"
        r"| would be| was)"
        r"(?: not| be| a| the| an| very| actually| completely| totally| to be| definitely| obviously| just| really"
        r"| so)*"
        r" (?:no|not|lie|" + _FALSE + ")",
        r"(?:that|this|it) (?:isn't|is not|can't be|cannot be|doesn't|does not|won't|couldn't be|wasn't|ain't)\b",
    )
    + r"\b"
)
_DENIES = re.compile(
    r"\b"
    + _any(
        r"(?:answer|response|reply|say|saying|would be|be|think|vote)\b\W+(?:(?:is|will be|definitely|a|an|hard|the|has"
        r"|to be|to that|to this|would be|must be|big|firm|still|going) )*no\b(?! \w)",
        r"\bno\W*$|not (?:true|correct|right|the case|accurate|factual|interested)|don't think so|no good|hard no"
        r"|(?:say|said|saying|going with) no\b|in the negative",
        r"false|incorrect|wrong|untrue|(?:a )?(?:lie|falsehood)|invalid|inaccurate|mistaken|negatory",
    )
    + r"\b"
)
_NOT_WRONG = re.compile(r"\b(?:not|isn't|nothing) (?:\w+ )?(?:wrong|false|incorrect|untrue|mistaken|inaccurate)\b")
_UNSURE = re.compile(
    r"\b"
    + _any(
        r"maybe|perhaps|possibly|not (?:\w+ ){0,2}?sure|unsure|uncertain|undecided|no (?:idea|clue)|either|might be"
        r"|both"
        r"|could be|depends|50.50|hard to (?:say|tell)|might|torn|on the fence|hmm+\W*$|who knows|(?:can"
        r"|could) go either",
        r"(?:don't|do not|not|didn't|dunno) (?:really |actually |even |quite )?(?:know|have (?:an|any|the|that))",
        r"(?:can't|couldn't|cannot|could not|not able to|unable to) (?:really )?(?:say|tell|be sure|decide|commit)",
        r"no (?:way|telling|means) (?:to|of|what|if) (?:know\w*|tell\w*|say\w*)?",
    )
    + r"\b"
)
_STOP = _any(
    r"cancel|stop|abort|quit|end|scrap|forget|ignore|drop|undo|disregard|halt|cease|discontinue|terminate|desist|nix",
    r"suspend|abandon|revoke|refrain from|nevermind|never mind",
)
_STOP_TAIL = _any(
    r"it|that|this|these|what|whatever|my|the|all|your|of|last|previous|current|latest|recent|present|existing|ongoing"
    r"|running|any|everything|anything|entire|whole|immediately|at once|please|now|right now|request|and|desist",
    r"commands?|actions?|process(?:es|ing)?|tasks?|things?|orders?|operations?|program|activity|activities|function"
    r"|procedure|query|search|job|routine|session|conversation|instructions?|talking\w*|speaking|working|happening"
    r"|asked"
    r"|said|you|requested|executing|transaction|response|answer|question",
    r"are|were|is|was|i|me|doing|just|for|to|on|do|about|because|anymore|up|going|with|from|in progress|trying|would"
    r"|want|told|asking|moment|a second|second|minute|ever",
)
_WITHDRAW = re.compile(
    rf"\b{_STOP}\b(?: {_STOP_TAIL}\b)*\W*(?:$|,)"
    rf"|^(?:\S+ ){{0,4}}?(?:shut (?:up|it)|shu?sh+|silence|mute|hush|(?:be )?quiet|zip it|pause|pipe down|eliminate"
    rf"|{_STOP})\b"
    rf"(?: {_STOP_TAIL}\b)*\W*$"
    r"|\bnever ?mind\b|\bforget (?:it|about it|that|i asked|i said)\b|\b(?:stop|quit) (?:talking|speaking|processing"
    r"|working|doing|what)\b|\b(?:changed my mind|no need|(?:don't|do not) bother)(?: (?:to (?:book|do)|with (?:it"
    r"|that)|now|thanks?"
    r"|thank you|anymore|about (?:it|that|this)))*\W*$|^\W*(?:wait|hold on|hang on)(?: an? (?:sec|second|minute"
    r"|moment))?"
    r"(?: please)?\W*$"
    r"|\bput (?:a stop|an end) to (?:it|this|that)\b|\bbring (?:it|this|that) to (?:a halt|an end)\b"
    r"|\b(?:don't|do not|no longer|not) (?:want|need)(?: you)? (?:it|this|that|to (?:speak|talk|do))\b"
    r"|\b(?:don't|do not) (?:talk|speak|do that|do it|do this|continue|proceed|go on|go ahead|process|execute|finish)\b"
    r"|\bplease abort\b|\b(?:(?:scratch|strike|belay) (?:that|this|it)|leave it|cut it out|knock it off"
    r"|that's enough|make it stop|start over|(?:please )?don't|let it go|drop it|skip (?:it|that)"
    r"|enough|call it off|take (?:it|that) back)\W*$"
)
_ABOUT_SAYING = re.compile(r"\b(?:said|say|saying|told|stated|answer|response|think)\b")
_THUMBS_UP = re.compile("[\N{THUMBS UP SIGN}\N{OK HAND SIGN}\N{WHITE HEAVY CHECK MARK}\N{HEAVY CHECK MARK}]")
_THUMBS_DOWN = "\N{THUMBS DOWN SIGN}"
_QUESTION_WORD = re.compile(r"\W*(?:what|when|where|who|which|how|why|did|do|does|is|are|should)\b")
_HELLO = (
    r"(?:hi+|hello+|hullo|hallo|he+y+|heya|hiya|hi ya|yo|sup|wass?up|what's up|g'day|ello|howdy|greetings"
    r"|salutations|aloha"
    r"|good (?:morning|afternoon|evening|day)|(?:morning|afternoon|evening)(?= all| everyone| there|\W*$))"
)
_GREETING = re.compile(
    rf"^\W*{_HELLO}(?!\w)(?:\W+(?:there|again|all|everyone|everybody|team|sir|madam|assistant|ai|mate|guys|folks|you"
    rf"|doc|{_HELLO})(?!\w))*"
    r"\W*(?:(?:i need|can you|could you|please|would you)? ?(?:some )?help(?: me)?"
    r"|how (?:are|r) (?:you|things)(?: \w+){0,2}|how(?:'s| is) it going|anyone there|is (?:anyone|anybody) there)?\W*$"
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
    r"^\W*(?:no|nope|nah|not (?:now|yet|right now)|maybe later|i'm good)\b[^.?!]{0,30}(?:\b(?:not|don't|do not|wouldn't"
    r"|won't|no need|later|thanks?|thank you)\b"
    r"[^.?!]{0,40}\b(?:book|make|schedule|reserve|appointment|necessary|reservation|need|want|now|this time|yet)\b"
    r"|[.!] ?(?:that|this)(?:'s| is| will be| would be) all\b)"
    r"|^\W*(?:no|not)\b[^?]*\b(?:that(?:'s| is| will be| would be| was)? (?:all|it|everything)|maybe later"
    r"|just (?:wanted|needed))\b"
)
_NOT_NOW = re.compile(
    r"^\W*(?:(?:ok|okay|well|no|nah|nope|sorry|hmm|um|actually|thanks|thank you)\W+)*(?:i'd say |let's |i'll |i will )?"
    r"(?:(?:maybe|perhaps|possibly|probably|do it|do that|decide|wait)? ?(?:\w+ )?(?:later|(?:some )?(?:other"
    r"|another) (?:time|day)"
    r"|(?<!the )next time(?! it| i| you| we))(?! (?:in|on|than|that|this|today|time|slot|appointment|1|one|at|week))"
    r"|not (?:at this time|at the moment|right now|just now|just yet|now|yet|this time|for now|today)"
    r"|hold off|(?:don't|do not) (?:book|make|schedule|reserve) (?:it|one|1|an|any|the|that|yet)|no need"
    r"|(?:that )?won't be necessary|(?:i'll|let me|i need to|i want to) (?:have to )?(?:think (?:about|on|it)"
    r"|sleep on|get back))\b"
)
"""Puts an offer off. "Later in the day" and "another time on Friday" are wishes and not meant."""


def declines(text: str) -> bool:
    """Whether the clean `text` turns an offer down in so many words: "no, I don't want to book it now"."""
    return bool(_DECLINES.search(text))


def puts_off(text: str) -> bool:
    """Whether the clean `text`, said to an offer, leaves it for later: "maybe another time", "hold off for now"."""
    return bool(_NOT_NOW.match(text))


def withdraws(text: str) -> bool:
    """Whether the clean `text` takes the request back: "never mind", "stop that"."""
    return bool(_WITHDRAW.search(text)) and not _QUESTION_WORD.match(text)


def refuses(text: str) -> bool:
    """Whether the clean `text` says no."""
    if _UNSURE.search(text) and not re.match(r"\W*no\b(?! (?:way|idea|clue|telling))", text):
        return False
    if _QUESTION_WORD.match(text) and not _NO.match(text) and not _ABOUT_SAYING.search(text):
        return False
    return _THUMBS_DOWN in text or (bool(_NO.match(text) or _DENIES.search(text)) and not _NOT_WRONG.search(text))


def agrees(text: str) -> bool:
    """Whether the clean `text` says yes. "Great, thanks" only says thank you."""
    if _UNSURE.search(text) and not re.match(r"\W*(?:yes|yeah|yep|sure|ok)", text):
        return False
    if re.match(r"\W*(?:is|was|are|isn't|do|does|did|can|could|what|when|who|how|why)\b", text):
        return False
    if is_thanks(text) and not re.match(r"\W*(?:yes|yeah|yep|sure)", text):
        return False
    return bool(_THUMBS_UP.search(text) or _YES.match(text) or _AGREES.search(text))
