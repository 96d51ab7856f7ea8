"""A phrase is its English text and knows what it was made of; no language changes what is not ours."""

import copy
import json
import pickle
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.cards import Card, Change, Check, Mismatch, read_card
from agentops.domain.outcomes import failure, read_result
from agentops.domain.phrases import Phrase, join_phrases, read_phrase, say, say_clock, sayable
from agentops.domain.policy.rules import Condition, Kind, Operator, Rule, Subject

SPANISH = {
    "Book %(name)s on %(when)s": "Reservar el %(when)s para %(name)s",
    "%(day)s %(month)s": "%(day)s de %(month)s",
    "March": "marzo",
    "None": "Ninguno",
    "Reason": "Motivo",
}
CARD = Card(
    title=say("Book %(name)s on %(when)s", name="Ana", when=say("%(day)s %(month)s", day=12, month=say("March"))),
    changes=[Change(label=say("Reason"), now=say("None"), then="None")],
    checks=[Check(label=say("Name matches"), ok=True)],
    mismatches=[Mismatch(said="Reason", proposed="x", text=say("%(a)s is not 100%%", a="5%"), confirm="y")],
    two_people=[say("None")],
)


def spanish(text: str) -> str:
    return text.told(lambda template: SPANISH.get(template, template), str) if isinstance(text, Phrase) else text


def test_a_phrase_is_its_english_text() -> None:
    phrase = say("Book %(name)s on %(when)s", name="Ana", when="Monday")
    assert phrase == "Book Ana on Monday" and {phrase: 1}["Book Ana on Monday"] and json.dumps(phrase)
    assert say("50% of it") == "50% of it"
    assert sayable("Reason") == "Reason" and not isinstance(sayable("Reason"), Phrase)


def test_a_phrase_inside_a_phrase_is_said_in_the_language_and_a_name_stays() -> None:
    assert spanish(CARD.title) == "Reservar el 12 de marzo para Ana"


def test_what_was_put_in_is_shown_by_whoever_tells_it() -> None:
    phrase = say("Book %(name)s on %(when)s", name="<Ana>", when=say("March"))
    assert phrase.told(str, lambda text: text.strip("<>")) == "Book Ana on March"


def test_a_card_comes_back_from_its_row_with_its_phrases() -> None:
    again = read_card(json.loads(json.dumps(CARD.stored)))
    assert again == CARD
    assert spanish(again.title) == "Reservar el 12 de marzo para Ana"
    assert spanish(again.two_people[0]) == "Ninguno"
    assert again.stored == CARD.stored


def test_a_text_that_somebody_wrote_is_never_taken_for_one_of_ours() -> None:
    change = read_card(CARD.stored).changes[0]
    assert (spanish(change.label), spanish(change.now), spanish(change.then)) == ("Motivo", "Ninguno", "None")
    assert spanish(read_card(CARD.stored).mismatches[0].said) == "Reason"


def test_a_text_that_was_altered_in_its_row_is_shown_as_it_stands_there() -> None:
    stored = CARD.stored
    stored["title"] = "Cancel Ana"
    assert not isinstance(read_card(stored).title, Phrase)
    assert isinstance(read_card(stored).changes[0].label, Phrase)


NO_PHRASES = (None, "x", [], [1], ["%(a)s", {"a": 1}], ["%(a)s", {"a": [2]}], ["%(", {"a": "b"}], ["%d", {"a": ""}])


@pytest.mark.parametrize("bad", NO_PHRASES)
def test_what_is_no_phrase_is_none(bad: object) -> None:
    assert read_phrase(bad) is None


def test_an_old_row_without_words_reads_as_it_did() -> None:
    old = {name: value for name, value in CARD.stored.items() if name not in {"words", "why"}}
    assert read_card(old).title == CARD.title


def test_the_model_is_told_the_english_message_and_nothing_about_its_making() -> None:
    result = failure("slot_taken", say("%(time)s is gone", time=say_clock_at(14)), "Look again.")
    assert isinstance(read_result(result.stored).message, Phrase)
    assert json.loads(read_result(result.stored).for_model()) == json.loads(result.for_model())
    assert "words" not in result.for_model()


def say_clock_at(hour: int) -> Phrase:
    return say_clock(time(hour), short=True)


def test_a_clock_of_twelve_hours_brings_the_other_one_along() -> None:
    phrase = say_clock_at(14)
    assert phrase == "2pm"
    assert phrase.told(lambda template: "%(clock_of_24)s", str) == "14:00"


def test_joined_phrases_stay_phrases_and_empty_ones_fall_away() -> None:
    joined = join_phrases([say("None"), "", "of it"])
    assert joined == "None of it" and spanish(joined) == "Ninguno of it"
    assert spanish(join_phrases([say("None"), ""])) == "Ninguno"
    assert join_phrases([]) == ""


@given(st.text(), st.text())
def test_any_value_comes_through_storing_and_telling_unchanged(name: str, when: str) -> None:
    phrase = say("Book %(name)s on %(when)s", name=name, when=when)
    assert read_phrase(json.loads(json.dumps(phrase.stored))) == phrase == f"Book {name} on {when}"
    assert spanish(phrase) == f"Reservar el {when} para {name}"


def test_a_phrase_can_be_copied_and_pickled() -> None:
    for again in (copy.deepcopy(CARD.title), pickle.loads(pickle.dumps(CARD.title))):
        assert again == CARD.title and spanish(again) == spanish(CARD.title)


def test_a_rule_says_all_of_its_conditions_in_every_language() -> None:
    subject = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")
    parts = [Condition(subject=subject, operator=Operator.UNDER, value=float(hours)) for hours in (48, 24, 12, 6)]
    rule = Rule(number=1, conditions=tuple(parts))
    assert rule.words == " and ".join(part.words for part in parts)
    told = rule.words.told(lambda text: text.replace(" and ", " y "), str)
    assert told == " y ".join(part.words for part in parts)
