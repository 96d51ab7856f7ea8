"""What a whole conversation comes to: later turns refine or override earlier ones, and changed minds win."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agentops.domain.language.answers import puts_off
from agentops.domain.language.complaints import names_symptom
from agentops.domain.language.intents import WISHES, Intent
from agentops.domain.language.reading import Reading, read_words
from agentops.domain.language.words import clean_words, fold_case

_SAME_DAY = re.compile(r"\b(?:that|the same|same|this) (?:day|date)\b|\bthat (?:\w+ )?(?:morning|afternoon|evening)\b")
_SAME_TIME = re.compile(r"\b(?:that|the same|same) time\b|\bboth at the same\b")
_OFFERS_BOOKING = re.compile(
    r"\b(?:book|schedule|make|reserve|set up|appointment|reservation)\b[^.?!]*\?|\bwould you like (?:me )?to (?:book"
    r"|schedule|make|reserve)"
)
_SHALL_I_BOOK = re.compile(
    r"\b(?:would you like|shall i|do you want|should i|may i|can i|will you|if i)\b[^.?!]*\b(?:book|schedule|make"
    r"|reserve)\b"
)
_FORGOT = re.compile(
    r"\binstructions?\b|\b(?:supposed|meant) to (?:do|take)\b|\bwhat\b[^.?!]{0,60} (?:told|tell) me\b"
    r"|\b(?:remember|forgot|forget|forgotten|recall|understand|understood) (?:what|how|to write|everything)\b"
    r"|\bhow (?:often|many times)\b|\bside effects?\b"
)
_OFFERS_MORE = re.compile(
    r"\b(?:any ?thing|some ?thing|what|who) (?:else|more|further)|\belse (?:can|could|may|will|you|i)"
    r"|\b(?:need|want|require|have|like|any) any ?(?:other|more|further)"
    r"|\bany (?:other|more|further) (?:help|assist\w*|tasks?|questions?|requests?|things?|problems?|needs?|info\w*|way)"
    r"|\bfurther (?:help|assist)|\bmore (?:help|assist\w*)|\b(?:anymore|other|additional) (?:assistance|help|tasks?)"
    r"|\b(?:help|assist|do) (?:for )?you (?:with )?(?:any ?thing|something|in any)|\b(?:is|was|will) (?:that|this"
    r"|it)(?: be)?"
    r" (?:all|everything)|\ball (?:for )?(?:now|today)\?|\bcan i (?:do|help)[^.?!]{0,12}(?:anything|something)?\W*$"
)
_ASKS_WHO = re.compile(
    r"\b(?:your|the patient'?s?|full|doctor'?s?|his|her|their) (?:\w+ ){0,2}name\b|\bname[^.?!]{0,10}\?"
    r"|\bdate of birth\b"
    r"|\bwho (?:is|'s|was|are) (?:your|the|this|it)\b|\bwhich (?:doctor|clinician|nurse)\b|\bwith whom\b"
)
_ASKS_OUTRIGHT = re.compile(
    r"\b(?:book|schedule|reserve|cancel|re-?schedule|postpone|move (?:it|my|the)|make an?|set up|find|search|message"
    r"|text|remind)\b|\?"
)
_ACTIONS = frozenset({Intent.BOOK, Intent.MOVE, Intent.CANCEL})
_KEEP_GOING = frozenset({Intent.QUESTION, Intent.LIST, Intent.MESSAGE, Intent.FIND})
_CARER = (
    r"(?:doctors?|dr|gp|dentists?|specialist|salons?|stylists?|barbers?|therapist|provider|nurse|clinic|office|place"
    r"|one|someone"
    r"|somebody|something)"
)
_NEW_SEARCH = re.compile(
    rf"\b(?:find|search|look(?:ing)?)\b[^.?!]*\b{_CARER}\b|\b(?:another|different|other) (?:\w+ )?{_CARER}\b"
    r"|\b(?:some|any)(?:one|body|thing|where) else\b"
    r"|\b(?:other|another|different|alternative|more) (?:options?|choices?|alternatives|suggestions?|results?)\b"
    r"|\bwhat (?:else|others?)\b|\b(?:show|get|give|find|try) (?:me )?(?:another|some more|others?)(?: one)?\W*$"
)
_BOOKED = re.compile(
    r"\b(?:is|are|been|was|now|you're|i've|have) (?:booked|confirmed|scheduled|moved|rescheduled)\b|^done\b"
)
_ACCEPTS = re.compile(
    r"^\W*(?:yes|yeah|sure|yep|ok|okay|perfect|great)\b(?!.*\b(?:but|instead|actually)\b)"
    r"|\b(?:book|take|grab|do|confirm|reserve|schedule) (?:it|that|this one|that one)\b(?! (?:at|for|on|to))"
    r"|\bgo ahead\b"
)
_TAKES_OFFER = re.compile(
    r"\b(?:this|that|the (?:first|last|second)) (?:one|dentist|doctor|salon|place|person|provider|stylist|nurse"
    r"|clinic)\b"
    r"|\b(?:try|see|visit|choose|pick|use|go (?:to|with)|book|like|with|take|want|at) (?:it|them|this|that|there|him"
    r"|her|the)\b"
    r"|\bgo there\b|\bsounds? (?:good|great|better|fine|nice|perfect)\b|\bi like\b|^\W*(?:yes|yeah|sure|ok|okay|great"
    r"|perfect)\b"
    r"|\b(?:appointment|it|me|reservation) (?:\w+ ){0,3}there\b|\bmy (?:appointment|reservation)\b"
)


@dataclass(frozen=True, slots=True)
class TurnRead:
    """One turn by itself, the conversation after it, and the values last spoken of by either side (`seen`)."""

    turn: Reading
    reading: Reading
    seen: Reading


def read_conversation(
    *,
    said: Sequence[str],
    now: datetime,
    clinicians: Sequence[str] = (),
    kinds: Sequence[str] = (),
    asked: Sequence[str] = (),
) -> Reading:
    """Read the patient's turns together. `asked[i]`, where given, is what was said to the patient before `said[i]`.

    The spans are those of the last turn.
    """
    states = read_turns(said=said, now=now, clinicians=clinicians, kinds=kinds, asked=asked)
    return states[-1].reading if states else Reading()


def read_turns(
    *,
    said: Sequence[str],
    now: datetime,
    clinicians: Sequence[str] = (),
    kinds: Sequence[str] = (),
    asked: Sequence[str] = (),
) -> list[TurnRead]:
    """Like `read_conversation`, but where the conversation stood after every turn."""
    states: list[TurnRead] = []
    state = TurnRead(Reading(), Reading(), Reading())
    for index, text in enumerate(said):
        question = asked[index] if index < len(asked) else ""
        offer = read_words(text=question, now=now, clinicians=clinicians, kinds=kinds) if question else Reading()
        turn = read_words(text=text, now=now, clinicians=clinicians, kinds=kinds, asked=question)
        if turn.intent not in _ACTIONS and _offers(fold_case(question)) and puts_off(clean_words(text).text):
            turn = replace(turn, intent=Intent.DENY)
        state = _take_turn(state, turn, offer, text=fold_case(text), question=fold_case(question))
        states.append(state)
    return states


def _offers(question: str) -> bool:
    """Whether the folded `question` offers something that can be turned down."""
    return bool(_OFFERS_BOOKING.search(question) or _OFFERS_MORE.search(question))


def _take_turn(state: TurnRead, turn: Reading, offer: Reading, *, text: str, question: str) -> TurnRead:
    offer = replace(offer, patient_name=None, born=None, phone=None, doubts=())
    intent = _settle_intent(state.reading.intent, turn, question=question, text=text)
    seen = _override(state.seen, offer)
    reading = replace(state.reading, intent=intent, spans=turn.spans)
    if turn.intent is Intent.CONFIRM or _ACCEPTS.search(text):
        reading = _override(reading, offer)
    refuses = turn.intent is Intent.DENY or _NEW_SEARCH.search(text)
    first_named = intent in _ACTIONS and reading.clinician is None
    takes = turn.intent is Intent.CONFIRM or first_named or bool(_TAKES_OFFER.search(text))
    if seen.clinician and takes and not refuses:
        reading = replace(reading, clinician=seen.clinician, clinician_candidates=(), clinician_said=None)
    if _SAME_DAY.search(text) and not turn.has_date and seen.has_date:
        reading = replace(reading, date_from=seen.date_from, date_to=seen.date_to, days=seen.days)
    if _SAME_TIME.search(text) and not turn.has_time and seen.has_time:
        reading = replace(reading, exact_time=seen.exact_time, earliest=seen.earliest, latest=seen.latest)
    reading = _override(reading, turn)
    return TurnRead(turn, reading, _override(seen, turn))


def _settle_intent(open_wish: Intent, read: Reading, *, question: str, text: str) -> Intent:
    """The wish that is open after a turn: answers keep it, a plain yes to an offer of booking opens one."""
    turn = read.intent
    if turn in (Intent.EMERGENCY, Intent.PERSON):
        return turn
    offers_more = bool(_OFFERS_MORE.search(question))
    if offers_more and turn is Intent.GREETING:
        return Intent.DENY
    if open_wish in WISHES and turn in WISHES and _only_names(turn, question=question, text=text):
        return open_wish
    if turn is Intent.DENY:
        dropped = offers_more or (open_wish not in _ACTIONS and _OFFERS_BOOKING.search(question))
        return Intent.DENY if dropped else open_wish if open_wish in WISHES else turn
    if turn is Intent.CONFIRM:
        offers = _SHALL_I_BOOK if open_wish is Intent.QUESTION else _OFFERS_BOOKING
        if open_wish not in _ACTIONS and offers.search(question):
            return Intent.BOOK
        return open_wish if open_wish in WISHES else turn
    if turn is Intent.MOVE and open_wish in (Intent.BOOK, Intent.FIND) and not _BOOKED.search(question):
        return Intent.BOOK
    if open_wish is Intent.FIND and (turn not in WISHES or turn is Intent.FIND) and (read.has_date or read.exact_time):
        return Intent.BOOK
    if turn not in WISHES:
        return open_wish if open_wish in WISHES else turn
    if open_wish is Intent.QUESTION and turn in (Intent.FIND, Intent.LIST) and not _NEW_SEARCH.search(text):
        return open_wish
    if open_wish is Intent.FIND and _wants_a_time(read, text):
        return Intent.BOOK
    if turn is Intent.QUESTION and open_wish in (Intent.BOOK, Intent.FIND) and _FORGOT.search(text):
        return turn
    if turn in _KEEP_GOING and open_wish in _ACTIONS | {Intent.FIND}:
        return turn if turn is Intent.FIND and _NEW_SEARCH.search(text) else open_wish
    return turn


def _only_names(turn: Intent, *, question: str, text: str) -> bool:
    """Whether the answer to "who?" only speaks of people: "my new doctor is Dr Chen now" opens no search."""
    if not _ASKS_WHO.search(question) or _ASKS_OUTRIGHT.search(text):
        return False
    return turn is not Intent.QUESTION or not _FORGOT.search(text)


def _wants_a_time(read: Reading, text: str) -> bool:
    """Whether somebody who was looking now wants to be seen: "as soon as possible, I have a fever"."""
    return read.soonest or (read.intent is Intent.BOOK and names_symptom(text))


def _override(base: Reading, new: Reading) -> Reading:
    """`base` with every value that `new` gives. A day or a time replaces the whole day or time before."""
    changed = base
    if new.has_date:
        changed = replace(changed, date_from=new.date_from, date_to=new.date_to, days=new.days, soonest=False)
    if new.has_time:
        changed = replace(
            changed, exact_time=new.exact_time, earliest=new.earliest, latest=new.latest, inferred=new.inferred
        )
    if new.has_date or new.has_time or new.doubts:
        changed = replace(changed, doubts=new.doubts)
    if new.clinician or new.clinician_candidates or new.clinician_said:
        changed = replace(
            changed,
            clinician=new.clinician,
            clinician_candidates=new.clinician_candidates,
            clinician_said=new.clinician_said,
            any_clinician=False,
        )
    elif new.any_clinician:
        changed = replace(changed, clinician=None, clinician_candidates=(), clinician_said=None, any_clinician=True)
    return replace(
        changed,
        patient_name=new.patient_name or base.patient_name,
        born=new.born or base.born,
        phone=new.phone or base.phone,
        kind=new.kind or base.kind,
        old_date=new.old_date or base.old_date,
        old_time=new.old_time or base.old_time,
        soonest=changed.soonest or new.soonest,
        any_time=changed.any_time or new.any_time,
        shift=new.shift or base.shift,
        drift=new.drift or base.drift,
        soft=base.soft | new.soft,
    )
