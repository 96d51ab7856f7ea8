"""Read what a patient wants from one text."""

import re
from enum import StrEnum

from agentops.domain.language import advice, answers, asks, desk_asks, occasions
from agentops.domain.language.complaints import complains
from agentops.domain.language.urgency import asks_for_person, is_emergency


class Intent(StrEnum):
    """What is wanted. `OTHER` is out of scope, or nothing to act on."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    MESSAGE = "message"
    LIST = "list"
    FIND = "find"
    QUESTION = "question"
    PERSON = "person"
    EMERGENCY = "emergency"
    CONFIRM = "confirm"
    DENY = "deny"
    GREETING = "greeting"
    OTHER = "other"


WISHES = frozenset({Intent.BOOK, Intent.MOVE, Intent.CANCEL, Intent.MESSAGE, Intent.LIST, Intent.FIND, Intent.QUESTION})
"""Intents that open a piece of work; the others answer, greet or hand over."""

_ABBREVIATED = re.compile(r"\b(dr|mr|mrs|ms|prof)\.(?= )")
"""A full stop that ends no sentence."""

_FIRST_SENTENCE = re.compile(r"^[^.?!]*[.?!]?")


def read_intent(text: str) -> Intent:
    """What the clean `text` wants. Safety comes first, then a person, then the plainest wish, then an answer."""
    text = _ABBREVIATED.sub(r"\1", text)
    if is_emergency(text):
        return Intent.EMERGENCY
    if asks_for_person(text):
        return Intent.PERSON
    if answers.is_greeting(text):
        return Intent.GREETING
    if answers.withdraws(text) and not asks.names_event(text):
        return Intent.DENY
    if answers.declines(text):
        instead = _read_wish(_FIRST_SENTENCE.sub("", text))
        return instead if instead in (Intent.BOOK, Intent.MOVE, Intent.CANCEL) else Intent.DENY
    wish = _read_wish(text)
    if wish is not Intent.OTHER:
        return wish
    if answers.refuses(text):
        return Intent.DENY
    if answers.agrees(text):
        return Intent.CONFIRM
    if complains(text) and not asks.asks_something(text):
        return Intent.BOOK
    return Intent.GREETING if answers.is_thanks(text) else Intent.OTHER


def _read_wish(text: str) -> Intent:
    for intent, holds in (
        (Intent.QUESTION, advice.asks_advice),
        (Intent.LIST, occasions.recalls),
        (Intent.MOVE, desk_asks.moves),
        (Intent.CANCEL, asks.cancels),
        (Intent.LIST, desk_asks.asks_own_visit),
        (Intent.MESSAGE, occasions.reminds),
        (Intent.QUESTION, asks.asks_policy),
        (Intent.FIND, asks.seeks_opening),
        (Intent.BOOK, asks.books),
        (Intent.FIND, desk_asks.asks_when_free),
        (Intent.FIND, asks.asks_upkeep),
        (Intent.MESSAGE, desk_asks.lets_know),
        (Intent.BOOK, desk_asks.asks_for_visit),
        (Intent.LIST, occasions.asks_plans),
        (Intent.LIST, asks.lists),
        (Intent.BOOK, occasions.puts_down),
        (Intent.MESSAGE, asks.sends),
        (Intent.FIND, asks.finds),
        (Intent.BOOK, asks.hints_at_visit),
        (Intent.BOOK, occasions.states_plan),
        (Intent.QUESTION, asks.asks_clinic),
    ):
        if holds(text):
            return intent
    return Intent.OTHER
