"""Put a patient into a slot; when that fails, try once more where the reason says how."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from agentops.llm.offline.desk import Desk, Failed, Say
from agentops.llm.offline.rejections import read_note
from agentops.llm.offline.slots import Slot, Wish, choose_slot, look_for_slots, nearest_first, offer
from agentops.llm.offline.wording import read_moment, say_slots

_GONE = frozenset({"slot_taken", "slot_in_past", "slot_too_short", "unknown_slot"})


def place(desk: Desk, wish: Wish, act: Callable[[Slot], dict[str, Any]]) -> tuple[Slot, dict[str, Any]]:
    """Choose a slot and act on it. A taken slot or a concrete note of the staff leads to one other try, no more."""
    slot = choose_slot(desk, wish)
    try:
        return slot, act(slot)
    except Failed as failed:
        other = _choose_other(desk, wish, slot, failed)
        return other, act(other)


def _choose_other(desk: Desk, wish: Wish, slot: Slot, failed: Failed) -> Slot:
    tried = wish.without | {int(slot["slot_id"])}
    if failed.call.code in _GONE:
        return _nearest(desk, replace(wish, without=tried), slot, failed)
    if failed.call.code not in {"rejected_by_staff", "caller_said_other"}:
        raise failed
    instead = read_note(desk, failed.call, replace(wish, without=tried), slot)
    if instead is None:
        raise failed
    fitting, others = look_for_slots(desk, instead)
    if fitting:
        return fitting[0]
    instead_of = f" The nearest free times are {say_slots(others)}. {offer(others)}" if others else ""
    raise Say(f"I am sorry, the clinic turned that time down, and nothing has been changed.{instead_of}")


def _nearest(desk: Desk, wish: Wish, slot: Slot, failed: Failed) -> Slot:
    """The free slot nearest to one that has gone, found by a wider search."""
    wanted = read_moment(slot["starts_at"])
    if wanted is None:
        raise failed
    wide = replace(
        wish,
        provider=wish.provider or str(slot.get("provider") or "") or None,
        date_from=wanted.date(),
        date_to=wanted.date() + timedelta(days=2),
        days=(),
        exact=None,
        earliest=None,
        latest=None,
    )
    fitting, others = look_for_slots(desk, wide)
    near = nearest_first(fitting or others, wanted)
    if not near:
        raise failed
    return near[0]
