"""Reading what is booked and what is free."""

import pytest

from tests.agentops.toolsets.clinic.conftest import Desk


def test_a_patients_future_appointments_are_listed_soonest_first(desk: Desk) -> None:
    late, soon = desk.visit(desk.ana, desk.slot(20, "09:00")), desk.visit(desk.ana, desk.slot(11, "15:30"))
    desk.visit(desk.ana, desk.slot(10, "09:00"))  # began before now
    desk.visit(desk.priya, desk.slot(11, "16:00"))
    listed = desk.call("list_patient_appointments", patient_id=desk.ana.pk)["appointments"]
    assert [one["appointment_id"] for one in listed] == [soon.pk, late.pk]
    assert listed[0] == {
        "appointment_id": soon.pk,
        "starts_at": "2026-03-11T15:30:00+00:00",
        "minutes": 20,
        "provider_id": desk.patel.pk,
        "provider": "Dr Anita Patel",
        "kind": "follow-up",
        "version": 1,
    }


def test_a_cancelled_appointment_is_not_listed(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(11, "15:30"))
    desk.call("cancel_appointment", appointment_id=visit.pk)
    assert desk.call("list_patient_appointments", patient_id=desk.ana.pk)["appointments"] == []


def test_times_are_written_on_the_clinics_clock_in_summer_too(desk: Desk) -> None:
    slot = desk.slot(30, "09:00")
    found = desk.call(
        "search_appointments", date_from="2026-03-30", date_to="2026-03-30", earliest="09:00", latest="09:30"
    )
    assert [(one["slot_id"], one["starts_at"]) for one in found["slots"]] == [(slot.pk, "2026-03-30T09:00:00+01:00")]


def test_only_free_times_in_the_window_come_back_soonest_first(desk: Desk) -> None:
    wanted = [desk.slot(12, "15:00"), desk.slot(13, "16:00")]
    desk.slot(12, "14:30")  # too early in the day
    desk.slot(16, "15:00")  # too late a day
    desk.slot(12, "15:30", desk.chen)
    desk.visit(desk.priya, desk.slot(12, "16:00"))
    found = desk.call(
        "search_appointments", provider="Dr Patel", date_from="2026-03-12", date_to="2026-03-13", earliest="15:00"
    )
    assert [one["slot_id"] for one in found["slots"]] == [slot.pk for slot in wanted]
    assert found["closest"] == []


def test_a_start_lies_before_the_latest_time(desk: Desk) -> None:
    before = desk.slot(12, "11:30")
    desk.slot(12, "12:00")
    found = desk.call("search_appointments", latest="12:00", date_from="2026-03-12", date_to="2026-03-12")
    assert [one["slot_id"] for one in found["slots"]] == [before.pk]


def test_one_exact_time_is_asked_for_with_both_ends(desk: Desk) -> None:
    desk.slot(12, "14:30")
    exact = desk.slot(12, "14:00")
    found = desk.call("search_appointments", earliest="14:00", latest="14:00")
    assert [one["slot_id"] for one in found["slots"]] == [exact.pk]


def test_no_more_than_ten_come_back_and_the_note_says_so(desk: Desk) -> None:
    for hour in range(8, 18):
        desk.slot(12, f"{hour:02}:00")
        desk.slot(13, f"{hour:02}:00")
    found = desk.call("search_appointments")
    assert len(found["slots"]) == 10
    assert "more" in found["note"]


def test_where_nothing_fits_the_nearest_and_the_next_that_fits_are_named(desk: Desk) -> None:
    near, other, fits = desk.slot(12, "14:00"), desk.slot(12, "15:30", desk.chen), desk.slot(26, "15:00")
    found = desk.call(
        "search_appointments", provider="Patel", date_from="2026-03-12", date_to="2026-03-12", earliest="15:00"
    )
    assert found["slots"] == []
    assert [one["slot_id"] for one in found["closest"]] == [near.pk, other.pk, fits.pk]
    assert "Thursday 26 March, 3pm with Dr Patel" in found["note"]


def test_a_slot_that_has_begun_is_not_free(desk: Desk) -> None:
    desk.slot(10, "14:00")
    later = desk.slot(10, "15:00")
    assert [one["slot_id"] for one in desk.call("search_appointments")["slots"]] == [later.pk]


def test_a_kind_needs_slots_that_are_long_enough(desk: Desk) -> None:
    desk.slot(12, "09:00", minutes=10)
    long = desk.slot(12, "10:00", minutes=20)
    assert [one["slot_id"] for one in desk.call("search_appointments", kind="follow-up")["slots"]] == [long.pk]
    assert len(desk.call("search_appointments", kind="Vaccination")["slots"]) == 2


@pytest.mark.parametrize("asked", ["Dr Patel", "patel", "Anita Patel", "doctor patel", "Dr. Anita Patel", "Dr Pattel"])
def test_a_clinician_is_found_as_people_say_the_name(desk: Desk, asked: str) -> None:
    slot = desk.slot(12, "09:00")
    desk.slot(12, "09:00", desk.chen)
    assert [one["slot_id"] for one in desk.call("search_appointments", provider=asked)["slots"]] == [slot.pk]


def test_a_name_that_two_clinicians_share_asks_which(desk: Desk) -> None:
    type(desk.lowe).objects.create(title="Dr", name="Helen Lowe-Baker", role="GP")
    desk.slot(12, "09:00", desk.lowe)
    assert "Dr Helen Lowe-Baker" in desk.call("search_appointments", provider="Lowe")["note"]
    assert desk.call("search_appointments", provider="Nurse Lowe")["note"] == ""


def test_a_clinician_who_has_left_offers_no_times(desk: Desk) -> None:
    desk.slot(12, "09:00")
    type(desk.patel).objects.filter(pk=desk.patel.pk).update(active=False)
    assert desk.call("search_appointments")["slots"] == []
    assert desk.refuse("search_appointments", provider="Dr Patel").code == "unknown_provider"


def test_an_unknown_clinician_is_an_error_with_the_real_names(desk: Desk) -> None:
    error = desk.refuse("search_appointments", provider="Dr Zhivago")
    assert error.code == "unknown_provider"
    assert "Dr Anita Patel" in error.suggestion
    assert "Nurse Grace Lowe" in error.suggestion


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"date_from": "2026-03-01"}, "date_in_past"),
        ({"date_from": "2026-03-01", "date_to": "2026-03-09"}, "date_in_past"),
        ({"date_to": "2026-03-09"}, "date_in_past"),
        ({"date_from": "2026-03-13", "date_to": "2026-03-12"}, "empty_range"),
        ({"earliest": "15:00", "latest": "14:00"}, "empty_range"),
        ({"date_from": "9999-12-31"}, "date_too_far"),
        ({"kind": "exorcism"}, "unknown_kind"),
    ],
)
def test_a_search_that_cannot_be_meant_is_an_error(desk: Desk, arguments: dict[str, str], code: str) -> None:
    assert desk.refuse("search_appointments", **arguments).code == code


def test_a_range_that_began_in_the_past_starts_today(desk: Desk) -> None:
    slot = desk.slot(12, "09:00")
    found = desk.call("search_appointments", date_from="2026-03-01", date_to="2026-03-13")
    assert [one["slot_id"] for one in found["slots"]] == [slot.pk]


def test_reading_has_trace_lines_in_plain_words(desk: Desk) -> None:
    times = desk.card("search_appointments", provider="Dr Patel", date_from="2026-03-11", date_to="2026-03-20")
    assert times.doing == "Read Dr Patel’s free times, 11 to 20 March"
    assert desk.card("search_patients", name="Ana Gomez").done == "Looked up Ana Gomez"
    assert desk.card("list_patient_appointments", patient_id=desk.ana.pk).done == "Listed Ana Gomez’s appointments"
    assert desk.card("get_patient_info", patient_id=desk.ana.pk).done == "Read Ana Gomez’s record"
