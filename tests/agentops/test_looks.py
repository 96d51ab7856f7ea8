"""A fresh look at a waiting call: asked through a row, answered by a worker, and told to whoever has it open."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from agentops import after_commit
from agentops.control import Asked, Settled, Unsettled, look_again, settle_call
from agentops.domain.cards import Change
from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.models import CallEdit, Confirmation, ToolCall, ToolPolicy
from agentops.runner.edits import answer_wish
from agentops.runner.sweeper import sweep_once
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, describe, plugged_in, say, toy
from tests.toys import begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

world: dict[str, Any] = {}


def describe_act(context: ToolContext, args: Note) -> Any:
    world["seen"] = context
    if error := world.get("error"):
        raise error
    card = describe(context, args).model_copy(update={"checked_at": context.now})
    return card.model_copy(update={"changes": [Change(label="Room", now="None", then=world["room"])]})


@pytest.fixture(autouse=True)
def bells() -> Iterator[list[int]]:
    """A tool whose card tells the room; the bells for looks are kept instead of rung."""
    world.clear()
    world["room"] = "4"
    make_task()
    set_tier("act", "risky")
    act = toy("act", lambda _, args: Answer(text=args.text), effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)
    rung: list[int] = []
    ringing = mock.patch.object(after_commit, "_ring_for_edit", rung.append)
    with plugged_in(replace(act, describe=describe_act)), ringing:
        yield rung


def suspended() -> tuple[ToolCall, ScriptedModel]:
    model = ScriptedModel(call(("act", {"text": "a"})), say("Fine."))
    return waiting_calls(work(begin(), model).pk)[-1], model


def grow_old(waiting: ToolCall) -> None:
    """Twenty seconds go by for the call's card and for the look that was asked for last."""
    waiting.refresh_from_db()
    then = timezone.now() - timedelta(seconds=20)
    ToolCall.objects.filter(pk=waiting.pk).update(card={**waiting.card, "checked_at": then.isoformat()})
    CallEdit.objects.filter(call=waiting).update(asked_at=then)


def look(waiting: ToolCall) -> ToolCall:
    grow_old(waiting)
    asked = look_again(call_id=waiting.pk, by="Priya Nair")
    assert isinstance(asked, Asked), asked
    answer_wish(asked.edit_id)
    waiting.refresh_from_db()
    return waiting


def say_yes(waiting: ToolCall, *, by: str = "Priya Nair", version: int) -> Settled | Unsettled:
    return settle_call(call_id=waiting.pk, approve=True, version=version, digest=waiting.digest, by=by)


def test_a_look_that_finds_everything_as_it_was_renews_only_the_time_of_the_checks() -> None:
    waiting, _ = suspended()
    grow_old(waiting)
    old = waiting.card["checked_at"]
    look(waiting)
    assert waiting.card["checked_at"] > old and waiting.version == 1 and waiting.card["renewal"] is None
    assert isinstance(say_yes(waiting, version=1), Settled), "nobody's open page became stale"


def test_what_changed_makes_a_new_version_that_says_what_it_was() -> None:
    waiting, _ = suspended()
    world["room"] = "7"
    look(waiting)
    shown = waiting.card["renewal"]["shown"]
    assert waiting.version == 2
    assert [(line["label"], line["now"], line["then"]) for line in shown] == [("Room", "4", "7")]
    refused = say_yes(waiting, version=1)
    assert isinstance(refused, Unsettled) and refused.code == "card_changed"
    assert isinstance(say_yes(waiting, version=2), Settled)


def test_a_first_yes_of_two_does_not_count_for_what_changed_after_it() -> None:
    ToolPolicy.objects.filter(tool="act").update(confirmation="two")
    waiting, _ = suspended()
    say_yes(waiting, by="Priya Nair", version=1)
    world["room"] = "7"
    look(waiting)
    assert waiting.card["two_people"], "the reason for two people is never lost"
    say_yes(waiting, by="Mo Adeyemi", version=2)
    waiting.refresh_from_db()
    assert waiting.status == "awaiting" and Confirmation.objects.count() == 2


def test_what_cannot_be_done_any_more_is_withdrawn_and_told_to_the_model() -> None:
    waiting, model = suspended()
    world["error"] = ToolError("slot_taken", "It has gone.", suggestion="Look again.", told="The slot has gone.")
    look(waiting)
    assert waiting.status == "invalidated" and waiting.card["renewal"]["gone"] == "The slot has gone."
    run = work(waiting.run_id, model)
    assert run.status == "completed" and "It has gone." in str(model.requests[-1].messages)


def test_a_look_that_only_failed_changes_nothing() -> None:
    waiting, _ = suspended()
    world["error"] = ToolError("calendar_away", "Busy.", suggestion="", retryable=True)
    assert look(waiting).status == "awaiting" and waiting.version == 1
    world["error"] = RuntimeError("broken")
    assert look(waiting).status == "awaiting" and waiting.version == 1


def test_a_call_is_looked_at_at_most_every_ten_seconds_and_once_for_everybody(bells: list[int]) -> None:
    waiting, _ = suspended()
    assert look_again(call_id=waiting.pk, by="Priya Nair") is None, "its card was made a moment ago"
    grow_old(waiting)
    asked = look_again(call_id=waiting.pk, by="Priya Nair")
    assert isinstance(asked, Asked) and bells == [asked.edit_id]
    assert look_again(call_id=waiting.pk, by="Mo Adeyemi") is None
    answer_wish(asked.edit_id)
    assert look_again(call_id=waiting.pk, by="Mo Adeyemi") is None
    look(waiting)
    assert CallEdit.objects.count() == 1 and len(bells) == 2


def test_a_lost_bell_is_found_by_the_sweeper_and_an_answer_that_came_first_stands() -> None:
    waiting, _ = suspended()
    grow_old(waiting)
    look_again(call_id=waiting.pk, by="Priya Nair")
    say_yes(waiting, version=1)
    world["error"] = ToolError("slot_taken", "It has gone.", suggestion="")
    CallEdit.objects.update(asked_at=timezone.now() - timedelta(seconds=5))
    sweep_once()
    waiting.refresh_from_db()
    assert waiting.status in {"approved", "started"} and CallEdit.objects.get().answered_at


def test_an_answered_call_is_not_looked_at(bells: list[int]) -> None:
    waiting, _ = suspended()
    grow_old(waiting)
    settle_call(call_id=waiting.pk, approve=False, version=1, digest=waiting.digest, by="Priya Nair")
    assert look_again(call_id=waiting.pk, by="Priya Nair") is None and bells == []
