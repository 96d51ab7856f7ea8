"""Where a value comes from: the caller's words, a look-up, or nowhere that shows; what is inferred stands first."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agentops.models import ToolCall
from supervision.inbox.detail import find_call, read_request
from supervision.inbox.sources import Source
from tests.supervision.rows import MOVE, add_call, add_run

SLOT = {"slot_id": 183, "starts_at": "2026-03-12T14:00:00+00:00", "provider": "Dr Anita Patel"}


def proposed(request: str, result: Any = None, **arguments: Any) -> ToolCall:
    run = add_run(request)
    if result is not None:
        add_call(MOVE, run=run, tier="read", status="succeeded", result={"status": "success", "data": result})
    return add_call(run=run, arguments=json.dumps(arguments))


def sources_of(call: ToolCall) -> list[Source]:
    """What the page of this call says."""
    found = find_call(call.pk)
    assert found
    return read_request(found, now=timezone.now()).sources


@pytest.mark.parametrize(
    ("arguments", "origin", "value", "detail"),
    [
        ({"slot_id": 183}, "Looked up", "Thursday 12 March, 2pm, Dr Anita Patel", "Moved Ana Gomez"),
        ({"kind": "vaccination"}, "Caller said", "vaccination", "“Vaccination”"),
        ({"reason": "knee pain"}, "Inferred", "knee pain", "Neither said"),
        ({"minutes": 3}, "Inferred", "3", "Neither said"),
        ({"urgent": True}, "Inferred", "Yes", "Neither said"),
        ({"day": "2026-03-12"}, "Inferred", "12 March 2026", "Neither said"),
        ({"earliest": "15:30:00"}, "Inferred", "3:30pm", "Neither said"),
    ],
)
def test_every_value_says_where_it_comes_from(
    db: None, arguments: dict[str, Any], origin: str, value: str, detail: str
) -> None:
    (source,) = sources_of(proposed("A Vaccination for Ana, room 31 please", {"slots": [SLOT]}, **arguments))
    assert (source.origin.value, source.value) == (origin, value)
    assert detail in source.detail


def test_a_value_of_another_record_of_the_same_number_is_not_taken_for_it(db: None) -> None:
    (source,) = sources_of(proposed("Thursday", {"patients": [{"patient_id": 183}]}, slot_id=183))
    assert source.inferred


def test_what_was_inferred_comes_first_and_what_is_empty_is_left_out(db: None) -> None:
    sources = sources_of(proposed("Thursday", {"slots": [SLOT]}, slot_id=183, reason="", version=None, note="x"))
    assert [(source.label, source.inferred) for source in sources] == [("Note", True), ("Slot", False)]


@pytest.mark.parametrize("bytes_sent", ["no json", "[1, 2]", "{}", '"text"'])
def test_arguments_that_are_not_names_and_values_have_no_sources(db: None, bytes_sent: str) -> None:
    assert sources_of(add_call(arguments=bytes_sent)) == []


def test_the_card_marks_what_was_inferred_and_shows_no_markup(desk: Client) -> None:
    call = proposed("Thursday", reason="<b>knee</b>")
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert '<li class="inferred">' in page
    assert "&lt;b&gt;knee&lt;/b&gt;" in page


def test_checks_that_are_old_say_so_on_the_open_card(desk: Client) -> None:
    old = MOVE.model_copy(update={"checked_at": timezone.now() - timedelta(minutes=6)})
    fresh = MOVE.model_copy(update={"checked_at": timezone.now()})
    for card, said in [(old, True), (fresh, False)]:
        page = desk.get(f"/requests/{add_call(card).pk}/").content.decode()
        assert ("Looked at a while ago." in page) is said
