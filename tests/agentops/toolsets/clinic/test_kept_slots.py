"""A slot is kept for the request that asked for it first: others are told so, and nobody is kept from deciding."""

from typing import Any

import pytest

from agentops.domain.cards import Card
from agentops.models import AgentRun, Step, ToolCall
from agentops.toolsets.clinic.models import Appointment, Slot
from tests.agentops.toolsets.clinic.conftest import NOW, Desk, have_said

OPEN = ["awaiting", "approved", "started", "in_doubt"]
OVER = ["rejected", "expired", "cancelled", "invalidated", "failed", "succeeded", "not_happened"]
AROUND = {"date_from": "2026-03-12", "date_to": "2026-03-12"}


def wait_for(card: Card, *, status: str = "awaiting") -> ToolCall:
    """Another run's call with this card, as the ledger writes it."""
    run = AgentRun.objects.get(pk=have_said("Somebody else asks."))
    step = Step.objects.create(run=run, seq=1, kind="model", started_at=NOW)
    yes = {"decided_by": "Priya Nair"} if status not in {"awaiting", "expired", "cancelled"} else {}
    values: dict[str, Any] = {"tier": "risky", "effect": "transactional", "card": card.model_dump(mode="json")}
    return ToolCall.objects.create(
        run=run, step=step, position=0, tool="book_appointment", status=status, keeps=card.keeps, proposed_at=NOW,
        **values, **yes,
    )  # fmt: skip


@pytest.fixture
def slots(desk: Desk) -> tuple[Slot, Slot]:
    desk.run_id = have_said(*desk.said)
    return desk.slot(12, "14:00"), desk.slot(12, "15:00")


def card_of(desk: Desk, slot: Slot, patient_id: int) -> Card:
    return desk.card("book_appointment", patient_id=patient_id, slot_id=slot.pk, reason="Knee", kind="consultation")


def found(desk: Desk) -> tuple[list[int], str]:
    result = desk.call("search_appointments", **AROUND)
    return [one["slot_id"] for one in result["slots"]], result["note"]


@pytest.mark.parametrize("status", OPEN)
def test_while_a_request_is_open_its_slot_is_not_offered_to_others_who_are_told_why(
    desk: Desk, slots: tuple[Slot, Slot], status: str
) -> None:
    wait_for(card_of(desk, slots[0], desk.priya.pk), status=status)
    offered, note = found(desk)
    assert offered == [slots[1].pk]
    assert "Thursday 12 March, 2pm with Dr Patel" in note
    assert "is being held for another request: do not offer it." in note


@pytest.mark.parametrize("status", OVER)
def test_it_ends_with_the_request(desk: Desk, slots: tuple[Slot, Slot], status: str) -> None:
    wait_for(card_of(desk, slots[0], desk.priya.pk), status=status)
    assert found(desk) == ([slots[0].pk, slots[1].pk], "")
    assert all(check.ok for check in card_of(desk, slots[0], desk.ana.pk).checks if "still free" in check.label)


def test_ones_own_request_does_not_stand_in_its_way(desk: Desk, slots: tuple[Slot, Slot]) -> None:
    mine = wait_for(card_of(desk, slots[0], desk.ana.pk))
    desk.run_id = mine.run_id
    assert found(desk)[0] == [slots[0].pk, slots[1].pk]
    assert any(check.ok and check.label == "2pm is still free" for check in card_of(desk, slots[0], desk.ana.pk).checks)


def test_whoever_asks_for_it_second_is_told_on_the_card_and_can_be_given_it_all_the_same(
    desk: Desk, slots: tuple[Slot, Slot]
) -> None:
    first = card_of(desk, slots[0], desk.priya.pk)
    assert first.kept == "Thursday 12 March, 2pm, with Dr Patel, is being kept for Priya"
    wait_for(first)
    second = card_of(desk, slots[0], desk.ana.pk)
    assert second.approvable and second.keeps == first.keeps
    told = [check for check in second.checks if not check.ok]
    assert "2pm is being held for another request" in [check.label for check in told]
    assert any("asked for Thursday 12 March, 2pm first" in one.text for one in second.mismatches)
    desk.call("book_appointment", patient_id=desk.ana.pk, slot_id=slots[0].pk, reason="Knee", kind="consultation")
    assert Appointment.objects.get(slot=slots[0], status="booked").patient == desk.ana


def test_where_only_kept_times_fit_none_is_offered_and_the_note_names_them(
    desk: Desk, slots: tuple[Slot, Slot]
) -> None:
    for slot in slots:
        wait_for(card_of(desk, slot, desk.priya.pk))
    offered, note = found(desk)
    assert offered == [] and "Nothing free fits." in note
    assert "2pm with Dr Patel" in note and "3pm with Dr Patel" in note


def test_a_move_keeps_the_slot_it_would_take_and_a_cancellation_none(desk: Desk, slots: tuple[Slot, Slot]) -> None:
    visit = desk.visit(desk.ana, desk.slot(11, "15:30"))
    moved = desk.card("reschedule_appointment", appointment_id=visit.pk, slot_id=slots[0].pk, version=1)
    assert moved.keeps == f"slot {slots[0].pk}"
    assert desk.card("cancel_appointment", appointment_id=visit.pk, version=1).keeps == ""
