"""What a golden example takes out of a run, and how it says what came differently."""

from datetime import date

import pytest

from agentops.domain.golden import Came, Example, find_differences
from agentops.domain.golden.redaction import Redactor, find_introduced, find_names
from agentops.domain.lifecycle import RunStatus
from agentops.domain.validation import find_identity_numbers

TODAY = date(2026, 11, 27)
OWN = "+442079460180"


def redactor(**more: object) -> Redactor:
    facts = {"today": TODAY, "names": ["Ana Gomez", "Omar Haddad"], "keep": frozenset({OWN}), **more}
    return Redactor(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("It's Ana Gomez here.", "It's Alex Morley here."),
        ("ana gómez, ANA, Ana's mother", "alex morley, ALEX, Alex's mother"),
        ("Omar Haddad for Ana", "Robin Hale for Alex"),
        ("born 14 May 1987", "born 2 January 1980"),
        ("14/05/1987 or 1987-05-14 or May 14, 1987", "2/1/1980 or 1980-01-02 or January 2, 1980"),
        ("fourteenth of May 1987", "2 January 1980"),
        ("Thursday 10 December 2026 at 3:30pm", "Thursday 10 December 2026 at 3:30pm"),
        ("2026-12-10T09:30:00+00:00", "2026-12-10T09:30:00+00:00"),
        ("Ring 07700 900123 or ana@example.org", "Ring 07700 900400 or person1@example.com"),
        ("Ring us on 020 7946 0180", "Ring us on 020 7946 0180"),
        ("slot 498 of patient 8", "slot 498 of patient 8"),
    ],
)
def test_what_tells_who_somebody_is_is_replaced_and_everything_else_stays(said: str, kept: str) -> None:
    assert redactor().text(said) == kept


def test_the_same_person_number_and_date_is_the_same_everywhere_and_others_are_others() -> None:
    one = redactor()
    first = one.text("Ana Gomez, 14 May 1987, 07700 900123")
    assert one.text("07700900123 is Gomez, Ana, born 14.5.1987") == "07700 900400 is Morley, Alex, born 2.1.1980"
    assert one.text("3 March 1955, 07700 900124") not in first
    assert one.value({"born": "1987-05-14", "patient_id": 8, "names": ["Ana"]}) == {
        "born": "1980-01-02", "patient_id": 8, "names": ["Alex"],
    }  # fmt: skip


def test_a_text_that_was_redacted_before_stays_as_it_is() -> None:
    one = redactor(numbers=["4821 077"])
    once = one.text("Ana Gomez, born 14 May 1987, number 4821077, 07700 900123, ana@example.org")
    assert one.text(once) == once


def test_an_identity_number_stays_one_so_that_the_rule_still_finds_it() -> None:
    kept = redactor().text("My social security number is 123-45-6789.")
    assert "123" not in kept
    assert list(find_identity_numbers(kept))


def test_words_that_a_person_names_are_taken_out_wherever_they_stand() -> None:
    assert redactor(words=["Oakfield Road"]).text("3 oakfield road, Oakfield Roads") == "3 …, Oakfield Roads"


def test_names_are_found_in_records_and_in_how_a_caller_introduces_themselves() -> None:
    found = [{"patient_id": 8, "name": "Tom Reid"}]
    record = {"patients": found, "provider": {"name": "Dr Patel"}, "patient": "Al Roe"}
    assert set(find_names([record])) == {"Tom Reid", "Al Roe"}
    assert list(find_introduced("Hello, my name is Ottoline Quark and I'm Fine.")) == ["Ottoline Quark"]


def example(**expected: object) -> Example:
    end = {"status": "completed", "outcome": "answered", "task_type": "questions", **expected}
    facts = {"name": "one", "about": "One.", "starts_as": "questions", "talk": [{"says": "Hi", "expected": end}]}
    return Example.model_validate(facts)


def came(answer: str) -> Came:
    ends = {"status": RunStatus.COMPLETED, "outcome": "answered", "task_type": "questions"}
    return Came(**ends, calls=[], findings=[], handed_over=False, answer=answer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        ({"contains": ["8:30"]}, "We open at nine.", ["the answer does not say “8:30”."]),
        ({"lacks": ["Booked"]}, "You are booked.", ["the answer says “Booked”."]),
        ({}, "Ring 020 7946 0999.", ["the answer holds '020 7946 0999', which is not known to be good."]),
        ({}, "Ring 020 7946 0180.", []),
        ({"contacts": ["07700 900123"]}, "We have 07700 900123.", []),
        ({}, "Buenos días, la cita de usted está confirmada para el jueves.", ["the answer is not in English."]),
        ({"language": "any"}, "Buenos días, la cita de usted está confirmada para el jueves.", []),
    ],
)
def test_properties_of_a_text_hold_however_it_is_worded(words: dict[str, object], answer: str, told: list[str]) -> None:
    assert find_differences(example(words=words), [came(answer)], own_contacts=[OWN]) == told


def test_a_request_that_was_never_reached_and_one_of_which_nothing_is_expected_are_differences() -> None:
    assert find_differences(example(), [], own_contacts=[]) == ["it was never reached."]
    bare = Example.model_validate({"name": "one", "about": "", "starts_as": "other", "talk": [{"says": "Hi"}]})
    assert "nothing is expected of it yet" in find_differences(bare, [came("Hi.")], own_contacts=[])[0]
