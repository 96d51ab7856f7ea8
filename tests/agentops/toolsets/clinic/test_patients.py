"""Finding people and reading records."""

from datetime import date
from time import thread_time

import pytest
from pydantic import ValidationError

from agentops.toolsets.clinic.generator import generate_clinic
from tests.agentops.toolsets.clinic.conftest import Desk, make_patient


@pytest.mark.parametrize("said", ["Ana Gomez", "gomez ana", "ANA GÓMEZ", " Ana  Gomez "])
def test_a_patient_is_found_whatever_the_order_the_case_and_the_accents(desk: Desk, said: str) -> None:
    found = desk.call("search_patients", name=said)
    assert found["patients"] == [{"patient_id": desk.ana.pk, "name": "Ana Gomez", "born": "1987-05-14"}]
    assert found["closest"] == []


@pytest.mark.parametrize(
    ("said", "given", "surname"),
    [
        ("Ana Gomes", "Ana", "Gomez"),
        ("Anna Gomez", "Ana", "Gomez"),
        ("Pria Shah", "Priya", "Shah"),
        ("Siobhan O'Neil", "Siobhán", "O’Neill"),
        ("Lukasz Zajac", "Łukasz", "Zając"),
    ],
)
def test_a_slip_in_the_name_brings_up_the_closest_and_nothing_exact(
    desk: Desk, said: str, given: str, surname: str
) -> None:
    if surname in {"O’Neill", "Zając"}:
        make_patient(given, surname, date(1970, 1, 2), "9000 001")
    found = desk.call("search_patients", name=said)
    names = [one["name"] for one in found["patients"] + found["closest"]]
    assert f"{given} {surname}" in names


def test_two_patients_of_one_name_are_both_shown_and_the_birth_tells_them_apart(desk: Desk) -> None:
    other = make_patient("Ana", "Gomez", date(1962, 9, 3), "5190 338")
    both = desk.call("search_patients", name="Ana Gomez")
    assert {one["patient_id"] for one in both["patients"]} == {desk.ana.pk, other.pk}
    assert "date of birth" in both["note"]
    one = desk.call("search_patients", name="Ana Gomez", born="1962-09-03")
    assert [p["patient_id"] for p in one["patients"]] == [other.pk]


def test_a_wrong_birth_makes_an_exact_name_only_near(desk: Desk) -> None:
    found = desk.call("search_patients", name="Ana Gomez", born="1990-01-01")
    assert found["patients"] == []
    assert [one["patient_id"] for one in found["closest"]] == [desk.ana.pk]


def test_a_phone_number_counts_with_and_without_the_country_code(desk: Desk) -> None:
    assert desk.call("search_patients", name="Ana Gomez", phone="+44 7700 900123")["patients"]
    assert not desk.call("search_patients", name="Ana Gomez", phone="07700 900999")["patients"]


def test_a_first_name_alone_matches_nobody_who_is_called_differently(desk: Desk) -> None:
    found = desk.call("search_patients", name="Zebedee Quill")
    assert found["patients"] == found["closest"] == []
    assert "escalate_to_human" in found["note"]


def test_a_name_with_characters_that_nobody_sees_is_not_looked_for(desk: Desk) -> None:
    for name in ("Ana\u202e Gomez", "Ana\u200b Gomez", "Ana \u3164"):
        with pytest.raises(ValidationError, match="leave out characters that nobody can see"):
            desk.call("search_patients", name=name)


def test_an_archived_patient_is_neither_found_nor_read(desk: Desk) -> None:
    desk.ana.archived = True
    desk.ana.save()
    assert not desk.call("search_patients", name="Ana Gomez")["patients"]
    assert desk.refuse("get_patient_info", patient_id=desk.ana.pk).code == "unknown_patient"


def test_at_most_five_of_a_kind_are_given_away(desk: Desk) -> None:
    for year in range(1950, 1958):
        make_patient("Sam", "Ward", date(year, 1, 1), f"7000 {year % 1000:03}")
        make_patient("Samm", "Warde", date(year, 1, 1), f"7001 {year % 1000:03}")
    assert len(desk.call("search_patients", name="Sam Ward")["patients"]) == 5
    assert len(desk.call("search_patients", name="Samn Ward")["closest"]) == 5


def test_the_record_holds_what_the_desk_needs(desk: Desk) -> None:
    assert desk.call("get_patient_info", patient_id=desk.ana.pk) == {
        "patient_id": desk.ana.pk,
        "name": "Ana Gomez",
        "born": "1987-05-14",
        "mobile": "07700 900123",
        "email": "4821077@example.com",
        "usual_provider": "Dr Anita Patel",
        "notes": "",
    }


def test_an_unknown_patient_is_an_error_that_names_the_tool_to_use(desk: Desk) -> None:
    error = desk.refuse("get_patient_info", patient_id=99_999)
    assert error.code == "unknown_patient"
    assert "search_patients" in error.suggestion


def test_a_look_up_among_ten_thousand_stays_quick(db: None, desk: Desk) -> None:
    desk.ana.delete()
    desk.priya.delete()
    generate_clinic(seed=3, patients=10_000, days=1, today=date(2026, 3, 10))
    begun = thread_time()
    desk.call("search_patients", name="Anna Gomes")
    assert thread_time() - begun < 1.5, "of work, however busy the machine is"
