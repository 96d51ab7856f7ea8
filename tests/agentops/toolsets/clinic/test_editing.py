"""Changing a clinic call first: real free times, real kinds, a patient's own appointments, the exact words."""

from datetime import timedelta

import pytest

from agentops.domain.edits import Control, EditForm
from agentops.domain.outcomes import ToolError
from agentops.tools.registry import get_toolset
from tests.agentops.toolsets.clinic.conftest import NOW, Desk


def offer(desk: Desk, tool_name: str, given: dict[str, str] | None = None, **arguments: object) -> dict[str, Control]:
    tool = get_toolset("clinic").find(tool_name)
    assert tool and tool.editing
    form = tool.editing.offer(desk.context(), tool.input.model_validate(arguments), given or {})
    assert EditForm.model_validate(form.model_dump(mode="json")) == form, "it is stored as JSON"
    return {control.name: control for control in form.controls}


def labels(control: Control) -> list[str]:
    return [choice.label for choice in control.choices]


def test_the_times_offered_are_the_free_ones_of_the_proposed_day_by_clinician(desk: Desk) -> None:
    proposed, later = desk.slot(12, "14:00"), desk.slot(12, "15:30")
    taken, chen, friday = desk.slot(12, "16:00"), desk.slot(12, "09:00", desk.chen), desk.slot(13, "10:00")
    desk.visit(desk.priya, taken)
    form = offer(desk, "book_appointment", patient_id=desk.ana.pk, slot_id=proposed.pk)
    assert form["slot_id"].value == str(proposed.pk)
    assert labels(form["slot_id"]) == ["Thursday 12 March, 2pm, Dr Patel", "9am, Dr Chen", "3:30pm, Dr Patel"]
    assert [one.group for one in form["slot_id"].choices] == ["As proposed", "Dr Chen", "Dr Patel"]
    assert [one.value for one in form["slot_id"].choices] == [str(one.pk) for one in (proposed, chen, later)]
    assert labels(form["day"]) == ["Thursday 12 March, 3 free", "Friday 13 March, 1 free"]
    assert labels(form["clinician"]) == ["Anyone", "Dr Anita Patel", "Dr Wei Chen", "Nurse Grace Lowe"]
    other = offer(desk, "book_appointment", {"day": "2026-03-13"}, patient_id=desk.ana.pk, slot_id=proposed.pk)
    assert labels(other["slot_id"])[1:] == ["10am, Dr Patel"] and other["slot_id"].choices[1].value == str(friday.pk)
    none = {"day": "2026-03-13", "clinician": str(desk.chen.pk)}
    narrow = offer(desk, "book_appointment", none, patient_id=desk.ana.pk, slot_id=proposed.pk)
    assert labels(narrow["slot_id"]) == ["Thursday 12 March, 2pm, Dr Patel"]
    assert narrow["slot_id"].hint == "Nothing is free then. Look under another day or clinician."


def test_a_proposed_time_that_has_gone_is_said_and_not_offered(desk: Desk) -> None:
    proposed = desk.slot(12, "14:00")
    desk.slot(12, "15:30")
    desk.visit(desk.priya, proposed)
    form = offer(desk, "book_appointment", patient_id=desk.ana.pk, slot_id=proposed.pk)
    assert labels(form["slot_id"]) == ["3:30pm, Dr Patel"] and not form["slot_id"].offered
    assert form["slot_id"].hint == "The time that was proposed is not free any more."


def test_a_longer_kind_of_visit_is_offered_only_times_that_are_long_enough(desk: Desk) -> None:
    proposed = desk.slot(12, "14:00", minutes=10)
    desk.slot(12, "15:00", minutes=10)
    desk.slot(12, "16:00", minutes=20)
    arguments = {"patient_id": desk.ana.pk, "slot_id": proposed.pk, "kind": "vaccination"}
    assert len(offer(desk, "book_appointment", **arguments)["slot_id"].choices) == 3
    longer = offer(desk, "book_appointment", {"kind": "consultation"}, **arguments)
    assert labels(longer["slot_id"]) == ["4pm, Dr Patel"]
    assert "Vaccination, 10 minutes" in labels(longer["kind"])


def test_a_move_offers_times_for_the_length_of_the_visit(desk: Desk) -> None:
    visit, proposed = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    desk.slot(12, "17:00", minutes=10)
    desk.slot(12, "16:00")
    form = offer(desk, "reschedule_appointment", appointment_id=visit.pk, slot_id=proposed.pk)
    assert list(form) == ["day", "clinician", "slot_id"]
    assert labels(form["slot_id"])[1:] == ["4pm, Dr Patel"]


def test_a_cancellation_offers_the_same_patients_other_appointments(desk: Desk) -> None:
    visit, other = desk.visit(desk.ana, desk.slot(12, "14:00")), desk.visit(desk.ana, desk.slot(19, "09:00"))
    desk.visit(desk.priya, desk.slot(13, "10:00"))
    form = offer(desk, "cancel_appointment", appointment_id=visit.pk)
    assert [one.value for one in form["appointment_id"].choices] == [str(visit.pk), str(other.pk)]
    assert labels(form["appointment_id"])[1] == "Thursday 19 March, 9am, Dr Patel, follow-up"


def test_a_cancellation_of_what_is_cancelled_already_offers_nothing(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(12, "14:00"))
    type(visit).objects.update(status="cancelled")
    with pytest.raises(ToolError, match="already cancelled"):
        offer(desk, "cancel_appointment", appointment_id=visit.pk)


def test_a_text_is_changed_word_for_word_with_its_length(desk: Desk) -> None:
    form = offer(desk, "send_message", patient_id=desk.ana.pk, body="See you on Thursday.")
    assert list(form) == ["body"] and form["body"].value == "See you on Thursday."
    assert (form["body"].max_chars, form["body"].lines) == (640, 6)


def test_every_tool_that_asks_a_person_says_what_can_be_changed_of_it() -> None:
    asking = [tool for tool in get_toolset("clinic").tools if tool.floor and tool.floor.needs_person]
    assert len(asking) == 4 and all(tool.editing for tool in asking)
    for tool in asking:
        assert tool.editing and set(tool.editing.fields) <= set(tool.input.model_fields)
        assert set(tool.editing.blame.values()) <= set(tool.editing.fields)
        assert {name for names in tool.editing.resets.values() for name in names} <= set(tool.input.model_fields)


def test_times_that_have_begun_are_not_offered(desk: Desk) -> None:
    early, late = desk.slot(10, "14:00"), desk.slot(10, "15:00")
    assert early.starts_at < NOW < late.starts_at - timedelta(minutes=1)
    form = offer(desk, "book_appointment", patient_id=desk.ana.pk, slot_id=late.pk)
    assert [one.value for one in form["slot_id"].choices] == [str(late.pk)]
