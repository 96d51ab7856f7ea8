"""Who is meant: clinicians in spite of typing, patients, birth dates, telephone numbers, kinds of appointment."""

from datetime import date, datetime

import pytest

from agentops.domain.language import Reading, find_names, read_words

NOW = datetime(2026, 11, 23, 9, 0)
CLINICIANS = ["Dr Anita Patel", "Dr Wei Chen", "Nurse Grace Lowe", "Dr Leighton Lee", "Dr Alexis Morgan"]
KINDS = ["consultation", "follow-up", "vaccination"]


def read(text: str, *, asked: str = "") -> Reading:
    return read_words(text=text, now=NOW, clinicians=CLINICIANS, kinds=KINDS, asked=asked)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("with Dr Patel please", "Dr Anita Patel"),
        ("dr. patel", "Dr Anita Patel"),
        ("doctor PATEL", "Dr Anita Patel"),
        ("Dr Patl", "Dr Anita Patel"),
        ("dr ptael", "Dr Anita Patel"),
        ("Anita Patel", "Dr Anita Patel"),
        ("nurse lowe", "Nurse Grace Lowe"),
        ("I want Dr Morgan, not Dr Patel", "Dr Alexis Morgan"),
        ("Dr Patel, no, Dr Chen", "Dr Wei Chen"),
    ],
)
def test_a_clinician_is_known_in_spite_of_titles_and_slips(text: str, name: str) -> None:
    assert read(text).clinician == name


@pytest.mark.parametrize(
    ("text", "first"), [("Dr Exlis", "Dr Alexis Morgan"), ("dr chan", "Dr Wei Chen"), ("dr leigh", "Dr Leighton Lee")]
)
def test_a_doubtful_name_is_never_settled(text: str, first: str) -> None:
    reading = read(f"Is {text} free?")
    assert reading.clinician is None
    assert reading.clinician_candidates[0] == first
    assert reading.clinician_said


def test_a_shared_surname_is_ambiguous() -> None:
    assert find_names(said="Dr Patel", names=["Dr Anita Patel", "Dr Raj Patel"]) == ["Dr Anita Patel", "Dr Raj Patel"]


def test_a_choice_between_two_is_not_settled() -> None:
    reading = read("Dr Patel or Dr Chen")
    assert reading.clinician is None
    assert set(reading.clinician_candidates) == {"Dr Anita Patel", "Dr Wei Chen"}


def test_a_name_that_is_nobodys_is_kept_as_said() -> None:
    reading = read("with Dr Zhivago on Friday")
    assert (reading.clinician, reading.clinician_candidates, reading.clinician_said) == (None, (), "Dr Zhivago")


def test_accents_do_not_matter() -> None:
    assert find_names(said="Dr Gomez", names=["Dr Luis Gómez"]) == ["Dr Luis Gómez"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Ana Gomez and I need an appointment", "Ana Gomez"),
        ("my name is ana gomez", "ana gomez"),
        ("I'm Ana Gomez, can I come in?", "Ana Gomez"),
        ("Book Ana Gomez with Dr Patel on Thursday", "Ana Gomez"),
        ("Ana Gomez wants to move her appointment", "Ana Gomez"),
        ("please cancel Mrs Okafor's visit", "Okafor"),
        ("for my son Ben Okafor", "Ben Okafor"),
        ("This is Siân O'Neill speaking", "Siân O'Neill"),
        ("Please cancel it. Priya Shah, 27 January 1992.", "Priya Shah"),
        ("priya shah 27/1/92 cant come", "priya shah"),
        ("see you Friday, DOB 27/01/1992, Priya Shah", "Priya Shah"),
        ("This is Ruth Gomez calling for my mother Ana Gomez", "Ana Gomez"),
        ("Friday would be fine. Thanks, Ana Gomez", "Ana Gomez"),
    ],
)
def test_the_patient_is_read(text: str, name: str) -> None:
    assert read(text).patient_name == name


@pytest.mark.parametrize(
    "text",
    [
        "I'm feeling ill",
        "I am sorry",
        "Book me with Dr Patel",
        "this is urgent",
        "I am free on Monday",
        "Go ahead with Dr. Magnus Fairbrook.",
    ],
)
def test_no_patient_is_made_up(text: str) -> None:
    assert read(text).patient_name is None


def test_a_bare_name_counts_only_as_an_answer() -> None:
    assert read("Alexis", asked="Could I have your name, please?").patient_name == "Alexis"
    assert read("Morgan", asked="Which doctor would you like to see?").clinician == "Dr Alexis Morgan"


def test_a_patient_may_be_called_like_a_clinician() -> None:
    reading = read_words(text="I'm Alexis and want to see Dr Morgan", now=NOW, clinicians=["Dr Alexis", "Dr Morgan"])
    assert (reading.patient_name, reading.clinician) == ("Alexis", "Dr Morgan")


@pytest.mark.parametrize(
    "text",
    ["born 3 March 1981", "DOB: 03/03/1981", "date of birth 1981-03-03", "born on March 3rd, 1981", "d.o.b. 3.3.81"],
)
def test_a_birth_date_is_read(text: str) -> None:
    reading = read(text)
    assert reading.born == date(1981, 3, 3)
    assert not reading.has_date


def test_a_telephone_number_is_read_and_is_no_time() -> None:
    reading = read("call me on 07700 900123 after 3")
    assert reading.phone == "07700900123"
    assert reading.earliest is not None
    assert reading.exact_time is None


@pytest.mark.parametrize(
    ("text", "kind"), [("a flu jab", "vaccination"), ("my follow up", "follow-up"), ("a table", None)]
)
def test_the_kind_is_read(text: str, kind: str | None) -> None:
    assert read(text).kind == kind


def test_spans_point_into_the_words_as_they_were_said() -> None:
    text = "Ana Gomez wants Dr Patel on the twenty seventh at half past three"
    spans = {span.kind: span.text for span in read(text).spans}
    assert spans == {
        "patient": "Ana Gomez",
        "clinician": "Patel",
        "date": "the twenty seventh",
        "time": "half past three",
    }
    assert all(text[span.start : span.end] == span.text for span in read(text).spans)
