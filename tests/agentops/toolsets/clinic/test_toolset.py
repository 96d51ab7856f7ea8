"""The toolset as the machine sees it."""

import json

import pytest
from pydantic import ValidationError

from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, get_toolset
from tests.agentops.toolsets.clinic.conftest import Desk

EXPECTED = {
    "search_patients": (ActionTier.READ, Effect.READ),
    "get_patient_info": (ActionTier.READ, Effect.READ),
    "list_patient_appointments": (ActionTier.READ, Effect.READ),
    "search_appointments": (ActionTier.READ, Effect.READ),
    "book_appointment": (ActionTier.RISKY, Effect.TRANSACTIONAL),
    "reschedule_appointment": (ActionTier.RISKY, Effect.TRANSACTIONAL),
    "cancel_appointment": (ActionTier.DESTRUCTIVE, Effect.TRANSACTIONAL),
    "draft_message": (ActionTier.SAFE, Effect.TRANSACTIONAL),
    "send_message": (ActionTier.RISKY, Effect.TRANSACTIONAL),
    "escalate_to_human": (ActionTier.SAFE, Effect.READ),
}


def test_the_clinic_is_plugged_in_with_its_tiers_and_effects() -> None:
    tools = get_toolset("clinic").tools
    assert {tool.name: (tool.floor, tool.effect) for tool in tools} == EXPECTED
    assert all(tool.local and tool.describe and tool.description for tool in tools)
    assert [tool.name for tool in tools if tool.hands_off] == ["escalate_to_human"]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_argument_is_described_to_the_model_and_nothing_else_is_taken(name: str) -> None:
    tool = get_toolset("clinic").find(name)
    assert tool is not None
    schema = tool.offer().input_schema
    assert schema["additionalProperties"] is False
    assert all(field.get("description") for field in schema["properties"].values())
    with pytest.raises(ValidationError):
        tool.input.model_validate({"surprise": 1})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_patient_info", {"patient_id": True}),
        ("get_patient_info", {"patient_id": "1"}),
        ("get_patient_info", {"patient_id": 0}),
        ("get_patient_info", {"patient_id": 2**70}),
        ("search_patients", {"name": "A"}),
        ("search_patients", {"name": "Ana Gomez", "born": 0}),
        ("search_patients", {"name": "Ana Gomez", "born": "14/05/1987"}),
        ("search_appointments", {"earliest": 54_000}),
        ("search_appointments", {"earliest": "3pm"}),
        ("search_appointments", {"date_from": "2026-03-12T00:00:00"}),
        ("escalate_to_human", {"reason": "", "summary": "x"}),
        ("escalate_to_human", {"reason": "x", "summary": "y", "urgent": "yes"}),
    ],
)
def test_nothing_is_guessed_from_a_value_of_the_wrong_kind(name: str, arguments: dict[str, object]) -> None:
    tool = get_toolset("clinic").find(name)
    assert tool is not None
    with pytest.raises(ValidationError):
        tool.input.model_validate_json(json.dumps(arguments))


def test_a_wrong_value_is_answered_with_the_form_to_use() -> None:
    tool = get_toolset("clinic").find("search_appointments")
    assert tool is not None
    with pytest.raises(ValidationError, match="HH:MM on the 24-hour clock"):
        tool.input.model_validate({"earliest": "3pm"})
    with pytest.raises(ValidationError, match="YYYY-MM-DD"):
        tool.input.model_validate({"date_from": "tomorrow"})


def test_arguments_survive_being_stored_and_read_again(desk: Desk) -> None:
    tool = get_toolset("clinic").find("search_appointments")
    assert tool is not None
    given = {"provider": "Dr Patel", "date_from": "2026-03-12", "earliest": "15:00", "latest": "17:30"}
    parsed = tool.input.model_validate_json(json.dumps(given), strict=True)
    stored = json.dumps(parsed.model_dump(mode="json"))
    assert tool.input.model_validate_json(stored, strict=True) == parsed
