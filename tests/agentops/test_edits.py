"""Changing a call first: asked through rows, answered by a worker, gated anew, told to the model, never run twice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now
from django.utils import timezone

from agentops import after_commit
from agentops.audit import verify_chain
from agentops.control import Asked, Settled, Unsettled, ask_for_choices, cancel_run, change_call, stop_work
from agentops.domain.edits import Choice, Control, ControlKind, EditForm
from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, AuditEntry, CallEdit, RunFact, ToolCall, ToolPolicy
from agentops.runner.edits import MEND, SAME, answer_wish
from agentops.runner.sweeper import sweep_once
from agentops.tools.registry import Editing, ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, describe, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LETTERS = ["a", "b", "c", "taken"]
acted: list[tuple[str, str]] = []
meanwhile: list[Callable[[ToolContext], Any]] = []
"""What happens while a worker is inside the look-up."""


def look(context: ToolContext, args: Note) -> Answer:
    for happen in meanwhile:
        happen(context)
    return Answer(text="seen")


def act(context: ToolContext, args: Note) -> Answer:
    acted.append((context.key, args.text))
    return Answer(text=f"acted with {args.text}")


def offer(_: ToolContext, args: Note, given: Mapping[str, str]) -> EditForm:
    if args.text == "gone":
        raise ToolError("gone", "It is no longer there.", suggestion="")
    choices = [Choice(value=letter, label=letter.upper()) for letter in LETTERS if letter >= given.get("after", "")]
    return EditForm(
        controls=[
            Control(name="after", label="After", kind=ControlKind.NARROW),
            Control(name="text", label="Letter", kind=ControlKind.CHOICE, value=args.text, choices=choices),
        ]
    )


def describe_act(context: ToolContext, args: Note) -> Any:
    if args.text == "taken":
        raise ToolError("taken", "That one has just been taken.", suggestion="")
    return describe(context, args)


@pytest.fixture(autouse=True)
def toys() -> Iterator[list[int]]:
    """A tool that may be changed first; the bells for its edits are kept instead of rung."""
    acted.clear()
    meanwhile.clear()
    make_task()
    set_tier("act", "risky")
    set_tier("look", "read")
    editing = Editing(fields=("text",), offer=offer, blame={"taken": "text"})
    changeable = toy("act", act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY, editing=editing)
    changeable = replace(changeable, describe=describe_act)
    bells: list[int] = []
    with plugged_in(changeable, toy("look", look)), mock.patch.object(after_commit, "_ring_for_edit", bells.append):
        yield bells


def suspended(*lines: Any) -> tuple[ToolCall, ScriptedModel]:
    model = ScriptedModel(*(lines or (call(("act", {"text": "a"})), say("Fine."))))
    run = work(begin(), model)
    return waiting_calls(run.pk)[-1], model


def send(waiting: ToolCall, *, by: str = "Priya Nair", note: str = "", **changes: str) -> CallEdit:
    """Send a change, and let a worker hear the bell."""
    asked = change_call(
        call_id=waiting.pk, version=waiting.version, digest=waiting.digest, changes=changes, by=by, note=note
    )
    assert isinstance(asked, Asked), asked
    answer_wish(asked.edit_id)
    return CallEdit.objects.get(pk=asked.edit_id)


def test_choices_are_asked_for_with_a_row_and_a_bell_and_answered_with_a_form(toys: list[int]) -> None:
    waiting, _ = suspended()
    seen = {"call_id": waiting.pk, "version": waiting.version, "digest": waiting.digest}
    asked = ask_for_choices(**seen, values={"after": "b"}, by="Priya Nair")
    assert isinstance(asked, Asked) and toys == [asked.edit_id]
    answer_wish(asked.edit_id)
    edit = CallEdit.objects.get()
    form = EditForm.model_validate(edit.form)
    assert [choice.value for choice in form.controls[1].choices] == ["b", "c", "taken"]
    assert (form.controls[0].value, form.controls[1].value) == ("b", "a")
    assert edit.problem == "" and waiting_calls(waiting.run_id) == [waiting]


def test_a_changed_call_takes_the_place_of_the_first_and_waits_for_its_own_answer() -> None:
    waiting, _ = suspended()
    edit = send(waiting, text="b", note="She rang again")
    waiting.refresh_from_db()
    new = waiting_calls(waiting.run_id)[0]
    assert edit.successor == new and new.supersedes == waiting
    assert (waiting.status, new.status, new.version) == ("superseded", "awaiting", 1)
    assert new.digest != waiting.digest and new.arguments == '{"text":"b"}' and waiting.arguments == '{"text":"a"}'
    assert (new.tool_use_id, new.step_id, new.position) == (waiting.tool_use_id, waiting.step_id, waiting.position)
    assert new.expires_at == waiting.expires_at, "the caller waits no longer for it"
    assert new.card["edit"]["by"] == "Priya Nair" and new.card["edit"]["shown"][0]["now"] == "a"
    assert acted == []
    entry = AuditEntry.objects.get(what="call.changed")
    assert (entry.who, entry.subject, entry.facts["successor"]) == ("Priya Nair", f"call {waiting.pk}", new.pk)
    assert verify_chain() is None


def test_the_model_is_told_what_was_changed_and_by_whom_in_the_one_result_of_its_call() -> None:
    waiting, model = suspended()
    send(waiting, text="b", note="She rang again")
    new = waiting_calls(waiting.run_id)[0]
    assert isinstance(answer(new), Settled)
    run = work(waiting.run_id, model)
    assert run.status == "completed" and [text for _, text in acted] == ["b"]
    results = [b for m in model.requests[-1].messages for b in m["content"] if b["type"] == "tool_result"]
    assert [block["tool_use_id"] for block in results] == ["toolu_act_0"]
    told = results[0]["content"]
    assert 'Priya Nair (staff) changed this call before it was decided: text was "a", is now "b".' in told
    assert "They wrote: She rang again" in told and "acted with b" in told


def test_a_no_to_the_changed_call_tells_the_model_of_the_change_as_well() -> None:
    waiting, model = suspended()
    send(waiting, text="b")
    answer(waiting_calls(waiting.run_id)[0], yes=False, reason="Against our rules")
    work(waiting.run_id, model)
    told = model.requests[-1].messages[-1]["content"][0]
    assert told["is_error"] and "changed_by_staff" in told["content"] and "Against our rules" in told["content"]
    assert acted == []


def test_a_superseded_call_can_never_be_approved_and_who_tries_is_told() -> None:
    waiting, _ = suspended()
    send(waiting, text="b")
    late = answer(waiting, by="Mo Ali")
    assert isinstance(late, Unsettled) and late.code == "superseded"
    assert late.message.startswith("Priya Nair changed this before it was decided. That was at ")
    assert isinstance(answer(waiting, yes=False, by="Mo Ali"), Unsettled)


def test_a_change_counts_as_no_further_tool_call_and_as_one_question() -> None:
    make_task(max_tool_calls=1)
    waiting, model = suspended()
    send(waiting, text="b")
    answer(waiting_calls(waiting.run_id)[0])
    run = work(waiting.run_id, model)
    fact = RunFact.objects.get(run=run)
    assert (run.tool_calls, fact.tool_calls, fact.tools_executed, fact.asked_people) == (1, 1, 1, 1)


def test_a_change_can_be_changed_again_and_is_told_against_what_was_proposed_first() -> None:
    waiting, _ = suspended()
    send(waiting, text="b")
    second = send(waiting_calls(waiting.run_id)[0], text="c", by="Mo Ali")
    new = second.successor
    assert new and new.card["edit"]["by"] == "Mo Ali"
    assert new.card["edit"]["values"] == [{"name": "text", "was": "a", "now": "c"}]
    assert new.card["edit"]["shown"][0] == {"label": "Text", "now": "a", "then": "c", "is_message": False}
    third = send(new, text="a")
    assert third.successor and third.successor.card["edit"] is None, "changed back is as it was proposed"


@pytest.mark.parametrize(
    ("changes", "code", "problem", "errors"),
    [
        ({"text": "a"}, "unchanged", SAME, {}),
        ({}, "unchanged", SAME, {}),
        ({"text": "taken"}, "invalid", MEND, {"text": "That one has just been taken."}),
        ({"text": "z"}, "invalid", MEND, {"text": "This is not on the list any more. Choose again."}),
        ({"text": "b", "after": "c"}, "invalid", MEND, {"text": "This is not on the list any more. Choose again."}),
    ],
)
def test_a_change_that_cannot_be_made_says_so_at_its_field_and_keeps_what_was_filled_in(
    changes: dict[str, str], code: str, problem: str, errors: dict[str, str]
) -> None:
    waiting, _ = suspended()
    edit = send(waiting, **changes)
    form = EditForm.model_validate(edit.form)
    assert (edit.code, edit.problem, edit.successor) == (code, problem, None)
    assert {c.name: c.error for c in form.controls if c.error} == errors
    assert {c.name: c.value for c in form.controls} == {"after": "", "text": "a", **changes}
    assert waiting_calls(waiting.run_id) == [waiting]


def test_nothing_but_the_declared_fields_can_be_changed() -> None:
    waiting, _ = suspended()
    edit = send(waiting, text="b", tool="look", digest="x", run_id="7")
    assert edit.successor and edit.successor.arguments == '{"text":"b"}' and edit.successor.tool == "act"
    plain = ToolCall.objects.filter(pk=edit.successor.pk)
    plain.update(card={**edit.successor.card, "changeable": False})
    refused = ask_for_choices(
        call_id=edit.successor.pk, version=1, digest=edit.successor.digest, values={}, by="Priya Nair"
    )
    assert isinstance(refused, Unsettled) and refused.code == "not_changeable"


@pytest.mark.parametrize("stale", ["version", "digest", "expired", "approved", "missing"])
def test_a_change_of_something_that_is_no_longer_so_is_refused_at_once(stale: str, toys: list[int]) -> None:
    waiting, _ = suspended()
    seen = {"call_id": waiting.pk, "version": waiting.version, "digest": waiting.digest}
    codes = {"version": "card_changed", "digest": "card_changed", "expired": "expired", "approved": "already_decided"}
    if stale == "approved":
        answer(waiting, by="Mo Ali")
    elif stale == "expired":
        ToolCall.objects.filter(pk=waiting.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        seen |= {"version": {"version": 9}, "digest": {"digest": "0" * 64}, "missing": {"call_id": 0}}[stale]
    refused = change_call(**seen, changes={"text": "b"}, by="Priya Nair")
    assert isinstance(refused, Unsettled) and refused.code == codes.get(stale, "not_found")
    assert stale != "approved" or refused.message.startswith("Mo Ali said yes at")
    assert toys == [] and not CallEdit.objects.exists()


@pytest.mark.parametrize("first", ["yes", "no", "expiry", "cancel", "another change", "stop"])
def test_whoever_is_faster_than_the_worker_wins_and_the_change_says_that_it_was_not_used(first: str) -> None:
    waiting, model = suspended()
    asked = change_call(call_id=waiting.pk, version=1, digest=waiting.digest, changes={"text": "b"}, by="Priya Nair")
    assert isinstance(asked, Asked)
    if first in {"yes", "no"}:
        answer(waiting, yes=first == "yes", by="Mo Ali")
    elif first == "expiry":
        ToolCall.objects.filter(pk=waiting.pk).update(expires_at=Now() - timedelta(seconds=1))
    elif first == "cancel":
        cancel_run(run_id=waiting.run_id, by="Mo Ali")
    elif first == "stop":
        stop_work(scope="tool", name="act", reason="It books twice.", by="Ruth Kerr")
    else:
        assert send(waiting, text="c", by="Mo Ali").successor
    answer_wish(asked.edit_id)
    edit = CallEdit.objects.get(pk=asked.edit_id)
    assert edit.answered_at and edit.successor is None
    assert (edit.code, edit.problem) == (
        ("stopped", mock.ANY) if first == "stop" else ("overtaken", "Somebody was faster. Your change was not used.")
    )
    if first == "yes":
        assert work(waiting.run_id, model).status == "completed" and [text for _, text in acted] == ["a"]


def test_two_workers_that_hear_one_bell_make_one_call() -> None:
    waiting, _ = suspended()
    edit = send(waiting, text="b")
    answer_wish(edit.pk)
    with mock.patch("agentops.runner.edits.read_wish") as seen_before:
        seen_before.return_value = None
        answer_wish(edit.pk)
    assert ToolCall.objects.filter(run_id=waiting.run_id).count() == 2


def test_a_lost_bell_is_found_by_the_sweeper_and_one_that_is_too_old_changes_nothing() -> None:
    waiting, _ = suspended()
    seen = {"call_id": waiting.pk, "version": 1, "digest": waiting.digest, "by": "Priya Nair"}
    change_call(**seen, changes={"text": "b"})
    sweep_once()
    assert not ToolCall.objects.filter(status="superseded").exists(), "a bell that may still be heard is waited for"
    CallEdit.objects.update(asked_at=Now() - timedelta(seconds=5))
    sweep_once()
    new = waiting_calls(waiting.run_id)[0]
    assert new.supersedes == waiting
    late = change_call(call_id=new.pk, version=1, digest=new.digest, changes={"text": "c"}, by="Priya Nair")
    assert isinstance(late, Asked)
    CallEdit.objects.filter(pk=late.edit_id).update(asked_at=Now() - timedelta(minutes=5))
    sweep_once()
    assert waiting_calls(waiting.run_id) == [new]
    answer_wish(late.edit_id)
    assert CallEdit.objects.get(pk=late.edit_id).code == "too_late" and waiting_calls(waiting.run_id) == [new]


def test_a_worker_at_work_on_a_sibling_takes_up_the_changed_call() -> None:
    """The change lands while the run's worker is inside another call of the same turn."""
    model = ScriptedModel(call(("act", {"text": "a"}), ("look", {"text": "x"})), say("Fine."))
    meanwhile.append(lambda context: send(waiting_calls(context.run_id)[0], text="b"))
    run = work(begin(), model)
    new = waiting_calls(run.pk)[0]
    assert new.supersedes and run.status == "suspended"
    answer(new)
    assert work(run.pk, model).status == "completed" and [text for _, text in acted] == ["b"]
    asked = model.requests[-1].messages
    results = [b["tool_use_id"] for m in asked for b in m["content"] if b["type"] == "tool_result"]
    assert results == ["toolu_act_0", "toolu_look_1"]


def test_a_tool_that_breaks_while_it_is_asked_leaves_the_call_as_it_was() -> None:
    waiting, _ = suspended(call(("act", {"text": "gone"})), say("Fine."))
    edit = send(waiting, text="b")
    assert edit.problem == "It is no longer there."
    with mock.patch("agentops.runner.edits._answer", side_effect=RuntimeError("broke")):
        edit = send(waiting, text="b")
    assert edit.code == "broke" and waiting_calls(waiting.run_id) == [waiting]
    assert isinstance(answer(waiting), Settled), "yes and no still work"


def test_a_tool_that_became_stricter_meanwhile_refuses_the_change() -> None:
    waiting, _ = suspended()
    asked = change_call(call_id=waiting.pk, version=1, digest=waiting.digest, changes={"text": "b"}, by="Priya Nair")
    assert isinstance(asked, Asked)
    ToolPolicy.objects.filter(tool="act").update(enabled=False)
    answer_wish(asked.edit_id)
    edit = CallEdit.objects.get()
    assert edit.code == "tool_disabled" and edit.successor is None


def test_a_changed_call_runs_under_a_key_of_its_own_and_once() -> None:
    waiting, model = suspended()
    send(waiting, text="b")
    new = waiting_calls(waiting.run_id)[0]
    answer(new)
    for _ in range(3):
        work(waiting.run_id, model)
    assert len(acted) == 1 and acted[0][0].startswith(f"handrail-call-{new.pk}-")
    assert AgentRun.objects.get(pk=waiting.run_id).status == "completed"


def test_the_database_keeps_one_call_in_each_place_and_one_successor() -> None:
    waiting, _ = suspended()
    new = send(waiting, text="b").successor
    assert new
    copy = {f.attname: getattr(new, f.attname) for f in ToolCall._meta.concrete_fields if f.attname != "id"}
    with pytest.raises(IntegrityError):
        ToolCall.objects.create(**copy)
    with pytest.raises(IntegrityError):
        ToolCall.objects.create(**{**copy, "position": 7})
