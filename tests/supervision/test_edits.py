"""Change it first: a form with real choices, a changed request to read once more, and nothing lost on the way."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import CallEdit, ToolCall, ToolPolicy
from agentops.runner.edits import answer_wish
from agentops.toolsets.clinic.models import Slot
from supervision.models import Decision
from tests.supervision.clinic import Clinic, open_clinic
from tests.supervision.rows import add_call, answer


@pytest.fixture
def clinic(db: None) -> Clinic:
    return open_clinic()


@pytest.fixture
def booking(clinic: Clinic) -> ToolCall:
    return clinic.ask("book_appointment", patient_id=clinic.ana.pk, slot_id=clinic.slots[0].pk)


def post(client: Client, call: ToolCall, act: str = "change", *, form: CallEdit | None = None, **values: Any) -> Any:
    """Send the form as the page would; `note`, `version` and `digest` are its own, everything else a control."""
    own = {name: values.pop(name) for name in ("note", "version", "digest") if name in values}
    data = {"act": act, "version": call.version, "digest": call.digest, **({"edit": form.pk} if form else {}), **own}
    return client.post(f"/requests/{call.pk}/edit/", data | {f"value-{name}": str(v) for name, v in values.items()})


def let_work(sent: Any) -> CallEdit:
    """A worker hears the bell of the edit that this answer leads to."""
    edit = CallEdit.objects.get(pk=int(sent["Location"].rstrip("/").split("/")[-1]))
    answer_wish(edit.pk)
    edit.refresh_from_db()
    return edit


def open_form(client: Client, call: ToolCall, **values: Any) -> CallEdit:
    return let_work(post(client, call, "choices", **values))


def read(client: Client, edit: CallEdit) -> str:
    page = client.get(f"/requests/{edit.call_id}/edit/{edit.pk}/")
    assert page.status_code == 200
    return page.content.decode()


def test_the_request_offers_to_change_it_where_its_tool_does(desk: Client, booking: ToolCall) -> None:
    assert "Change it first" in desk.get(f"/requests/{booking.pk}/").content.decode()
    assert "data-change" not in desk.get(f"/requests/{add_call().pk}/").content.decode()


def test_the_form_waits_for_a_worker_and_then_shows_real_free_times(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    sent = post(desk, booking, "choices")
    page = desk.get(sent["Location"]).content.decode()
    assert "Looking up what can be chosen" in page and "data-pending" in page
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in page
    edit = let_work(sent)
    page = read(desk, edit)
    assert "data-pending" not in page and "http-equiv" not in page
    slots = {int(value) for value in re.findall(r'<option value="(\d+)"[^>]*>\d+am, Dr', page)}
    assert slots == {slot.pk for slot in clinic.slots[1:3]}
    assert '<optgroup label="Dr Chen">' in page and "{" not in re.sub(r"<[^>]+>", "", page.split('id="edit-form"')[1])
    assert "It is Ana Gomez" in re.sub("</?mark>", "", page), "the caller's words stand beside the form"


def test_another_day_is_looked_under_without_losing_anything(desk: Client, clinic: Clinic, booking: ToolCall) -> None:
    day = timezone.localtime(clinic.slots[3].starts_at).date().isoformat()
    first = open_form(desk, booking)
    edit = let_work(post(desk, booking, "choices", form=first, day=day, kind="vaccination", reason="Sore arm"))
    page = read(desk, edit)
    assert f'<option value="{clinic.slots[3].pk}"' in page
    assert f'<option value="{day}" selected>' in page and '<option value="vaccination" selected>' in page
    assert 'value="Sore arm"' in page


def test_a_change_becomes_a_new_request_that_is_read_and_answered_for_itself(
    desk: Client, priya: User, clinic: Clinic, booking: ToolCall
) -> None:
    form = open_form(desk, booking)
    edit = let_work(post(desk, booking, form=form, slot_id=clinic.slots[2].pk, kind="consultation", note="She agreed"))
    assert edit.successor
    moved = desk.get(f"/requests/{booking.pk}/edit/{edit.pk}/")
    assert moved["Location"] == f"/requests/{edit.successor.pk}/"
    page = desk.get(moved["Location"]).content.decode()
    assert "Changed by <bdi>you</bdi>" in page and "with Dr Chen for Ana Gomez?" in page
    assert "Dr Patel, room 4" in page and "Dr Chen, room 2" in page and "She agreed" in page
    assert "Changed by staff" in page, "the value's origin"
    old = desk.get(f"/requests/{booking.pk}/").content.decode()
    assert "Priya Nair changed this before it was decided, at" in old and "Open the changed request" in old
    assert not Decision.objects.exists()
    assert answer(desk, edit.successor).status_code == 302
    decision = Decision.objects.get()
    assert (decision.call_id, decision.digest_seen) == (edit.successor.pk, edit.successor.digest)
    assert ToolCall.objects.get(pk=edit.successor.pk).status == "approved"
    trace = desk.get(f"/runs/{booking.run_id}/").content.decode()
    assert "Changed before it was decided: " in trace and "changed by Priya Nair: " in trace
    assert "Dr Chen, room 2 instead of Dr Patel, room 4" in trace


def test_the_script_gets_the_changed_request_as_a_part_and_never_a_redirect(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    edit = let_work(post(desk, booking, form=open_form(desk, booking), slot_id=clinic.slots[1].pk))
    assert edit.successor
    part = desk.get(f"/requests/{booking.pk}/edit/{edit.pk}/", headers={"X-Desk-Part": "request"})
    assert part.status_code == 200 and f'data-call="{edit.successor.pk}"' in part.content.decode()


def test_a_time_that_was_taken_meanwhile_is_said_at_its_field_and_the_rest_is_kept(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    form = open_form(desk, booking)
    clinic.visit(clinic.slots[2])
    edit = let_work(post(desk, booking, form=form, slot_id=clinic.slots[2].pk, reason="Sore arm", note="Ring her"))
    page = read(desk, edit)
    assert "with Dr Chen has just been taken." in page and "Your change was not made" in page
    assert 'href="#edit-slot_id"' in page and 'aria-invalid="true"' in page
    assert 'value="Sore arm"' in page and 'value="Ring her"' in page
    assert ToolCall.objects.get(pk=booking.pk).status == "awaiting"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"slot_id": "", "kind": "consultation"}, "Choose one of the list."),
        ({"slot_id": "soon"}, "Choose one of the list."),
        ({"slot_id": "999999"}, "This is not on the list any more. Choose again."),
        ({"kind": "surgery"}, "This is not on the list any more. Choose again."),
        ({"reason": "x" * 501}, "This is too long: at most 500 characters."),
        ({"reason": "a\x07b"}, "This cannot be used: leave out control characters."),
        ({}, "These are the values it has already."),
    ],
)
def test_a_value_that_cannot_be_is_answered_in_plain_words(
    desk: Client, booking: ToolCall, values: dict[str, str], words: str
) -> None:
    edit = let_work(post(desk, booking, form=open_form(desk, booking), **values))
    assert words in read(desk, edit) and edit.successor is None
    assert answer(desk, booking).status_code == 302, "yes still works"


def test_the_exact_words_of_a_text_are_changed_and_foreign_contacts_are_not_let_through(
    desk: Client, clinic: Clinic
) -> None:
    call = clinic.ask("send_message", said="Tell Ana Gomez we moved.", patient_id=clinic.ana.pk, body="We moved.")
    form = open_form(desk, call)
    refused = let_work(post(desk, call, form=form, body="Ring 020 7946 0999 now."))
    page = read(desk, refused)
    assert "Take it out." in page and "Ring 020 7946 0999 now." in page and refused.successor is None
    edit = let_work(post(desk, call, form=form, body="We moved to Mill Road.\nSee you there."))
    assert edit.successor and '"body":"We moved to Mill Road.\\nSee you there."' in edit.successor.arguments
    page = desk.get(f"/requests/{edit.successor.pk}/").content.decode()
    assert "We moved to Mill Road.\nSee you there." in page and "We moved." in page


def test_another_appointment_of_the_patient_can_be_meant(desk: Client, clinic: Clinic) -> None:
    visit, other = clinic.visit(clinic.slots[0]), clinic.visit(clinic.slots[3])
    said = "Ana Gomez. Cancel it."
    call = clinic.ask("cancel_appointment", said=said, appointment_id=visit.pk, version=visit.version)
    edit = let_work(post(desk, call, form=open_form(desk, call), appointment_id=other.pk))
    assert edit.successor and edit.successor.tier == "destructive"
    assert f'"appointment_id":{other.pk}' in edit.successor.arguments and '"version":null' in edit.successor.arguments
    assert "Type the year of birth" in desk.get(f"/requests/{edit.successor.pk}/").content.decode()


@pytest.mark.parametrize("how", ["answered", "expired", "changed", "stale"])
def test_whoever_sends_a_change_too_late_is_told_why_and_keeps_what_was_filled_in(
    desk: Client, mo: User, sign_in: Callable[[User], Client], clinic: Clinic, booking: ToolCall, how: str
) -> None:
    form, mos_desk = open_form(desk, booking), sign_in(mo)
    words = {
        "answered": "Mo Ali said no at",
        "expired": "Time ran out",
        "changed": "Mo Ali changed this before it was decided, at",
        "stale": "What you saw is no longer what would run",
    }[how]
    if how == "answered":
        answer(mos_desk, booking, "no", reason="other")
    elif how == "expired":
        ToolCall.objects.filter(pk=booking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "changed":
        let_work(post(mos_desk, booking, slot_id=clinic.slots[1].pk))
    stale = {"version": 9} if how == "stale" else {}
    late = post(desk, booking, form=form, slot_id=clinic.slots[2].pk, reason="Sore arm", note="Ring her", **stale)
    page = late.content.decode()
    assert late.status_code == 409 and words in page
    assert 'value="Sore arm"' in page and 'value="Ring her"' in page
    assert f'<option value="{clinic.slots[2].pk}" selected>' in page
    assert CallEdit.objects.filter(sends=True, who="Priya Nair").count() == 0


def test_while_the_form_is_open_the_page_says_that_somebody_was_faster(
    desk: Client, mo: User, sign_in: Callable[[User], Client], booking: ToolCall
) -> None:
    form = open_form(desk, booking)
    assert "Nothing is changed yet." in read(desk, form)
    answer(sign_in(mo), booking)
    page = read(desk, form)
    assert "Mo Ali said yes at" in page and "A change would not be used any more." in page


def test_with_no_worker_alive_the_page_says_so_and_yes_still_works(desk: Client, booking: ToolCall) -> None:
    sent = post(desk, booking, "choices")
    CallEdit.objects.update(asked_at=timezone.now() - timedelta(seconds=30))
    page = desk.get(sent["Location"]).content.decode()
    assert "No worker answers at the moment." in page and "Yes and No still work" in page
    assert "data-pending" in page, "it goes on asking"
    assert answer(desk, booking).status_code == 302
    assert ToolCall.objects.get(pk=booking.pk).status == "approved"


def test_what_cannot_be_changed_and_what_is_not_there_is_said(desk: Client, booking: ToolCall) -> None:
    plain = add_call()
    refused = post(desk, plain, "choices")
    assert refused.status_code == 409 and "Nothing of this can be changed." in refused.content.decode()
    assert desk.get(f"/requests/{booking.pk}/edit/999/").status_code == 404
    assert post(desk, booking, "nonsense").status_code == 400
    edit = open_form(desk, booking)
    assert desk.get(f"/requests/{plain.pk}/edit/{edit.pk}/").status_code == 404, "of another request"


def test_what_hides_in_a_changed_text_is_written_out_on_the_card(desk: Client, clinic: Clinic) -> None:
    call = clinic.ask("send_message", said="Tell Ana Gomez we moved.", patient_id=clinic.ana.pk, body="We moved.")
    edit = let_work(post(desk, call, form=open_form(desk, call), body="See you on \u202eyadnoM"))
    assert edit.successor and "\u202e" in edit.successor.arguments, "what is stored is what was typed"
    page = desk.get(f"/requests/{edit.successor.pk}/").content.decode()
    assert "\u202e" not in page and "⟨" in page


def test_what_was_typed_is_shown_as_text_whatever_it_is(desk: Client, booking: ToolCall) -> None:
    nasty = "<script>alert(1)</script>\"'"
    edit = let_work(post(desk, booking, form=open_form(desk, booking), reason=nasty, note=nasty))
    assert edit.successor
    page = desk.get(f"/requests/{edit.successor.pk}/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert Slot.objects.count() == 4


def test_colleagues_can_be_told_of_it_while_the_form_waits(desk: Client, booking: ToolCall) -> None:
    sent = post(desk, booking, "choices")
    waiting = desk.get(sent["Location"], headers={"X-Desk-Part": "request"}).content.decode()
    assert "data-pending" in waiting and 'name="csrfmiddlewaretoken"' in waiting


def test_a_yes_taken_back_does_not_overtake_the_form(desk: Client, booking: ToolCall) -> None:
    ToolPolicy.objects.update(hold_seconds=30)
    answer(desk, booking)
    booking.refresh_from_db()
    undone = desk.post(f"/requests/{booking.pk}/undo/", {"version": booking.version, "digest": booking.digest})
    assert undone.status_code == 302
    booking.refresh_from_db()
    page = read(desk, open_form(desk, booking))
    assert "A change would not be used any more." not in page and "Nothing is changed yet." in page
