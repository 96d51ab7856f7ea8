"""One switch for everything, a type of task, a tool, a run: what it holds, and what lifting it lets go on."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from agentops import after_commit
from agentops.audit import verify_chain
from agentops.control import (
    BadRequest,
    Settled,
    Stopped,
    Unsettled,
    cancel_run,
    lift_stop,
    start_run,
    stop_work,
)
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.ledger import overdue_runs, stop_in_force
from agentops.models import AgentRun, AuditEntry, StopSwitch, ToolCall
from agentops.runner.sweeper import sweep_once
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

RUTH = {"reason": "It books the wrong doctor", "by": "Ruth Kerr"}
OWN = "the run's own number"
SCOPES = [("all", ""), ("task_type", "toying"), ("tool", "act"), ("run", OWN)]
acted: list[str] = []


def stop_this_run(context: ToolContext, args: Note) -> Answer:
    stop_work(scope="run", name=str(AgentRun.objects.latest("pk").pk), **RUTH)
    return Answer(text="seen")


def look(context: ToolContext, args: Note) -> Answer:
    return Answer(text="seen")


def act(context: ToolContext, args: Note) -> Answer:
    acted.append(args.text)
    return Answer(text="acted")


def stop_while_it_looks(context: ToolContext, args: Note) -> Answer:
    stop_work(scope="all", name="", **RUTH)
    return Answer(text="seen")


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    acted.clear()
    make_task()
    make_task("other")
    for name in ("look", "look_and_stop", "look_and_stop_it"):
        set_tier(name, "read")
    for name, tier in (("act", "risky"), ("act_at_once", "safe")):
        set_tier(name, tier)
    effect = {"effect": Effect.NON_IDEMPOTENT, "floor": ActionTier.SAFE}
    tools = (toy("look", look), toy("look_and_stop", stop_while_it_looks), toy("act_at_once", act, **effect))
    tools += (toy("look_and_stop_it", stop_this_run),)
    with plugged_in(*tools, toy("act", act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)):
        yield


def stop(scope: str = "all", name: str = "") -> Stopped:
    return stop_work(scope=scope, name=name, **RUTH)


def lift(scope: str = "all", name: str = "") -> bool:
    return lift_stop(scope=scope, name=name, reason="It was the calendar", by="Leo Marsh")


def name_for(run_id: int, name: str) -> str:
    return str(run_id) if name == OWN else name


def asks_to_act() -> ScriptedModel:
    return ScriptedModel(call(("act", {"text": "b"})), say("Done."), say("Done."))


# --- the switch itself


def test_a_stop_says_what_is_stopped_since_when_by_whom_and_why() -> None:
    assert stop() == Stopped(created=True, invalidated=0, in_flight=0)
    clock = timezone.localtime(StopSwitch.objects.get().at).strftime("%-I:%M%p").lower()
    said = stop_in_force(task_type="toying")
    assert said == f"Everything is stopped since {clock} by Ruth Kerr: It books the wrong doctor."


def test_a_stop_of_another_day_says_which_day() -> None:
    stop()
    StopSwitch.objects.update(at=timezone.now() - timedelta(days=40))
    day = timezone.localtime(StopSwitch.objects.get().at).strftime("%-d %B, ")
    assert f"since {day}" in stop_in_force(task_type="toying")


def test_a_stop_holds_what_is_in_its_scope_and_nothing_else() -> None:
    stop("task_type", "toying")
    assert stop_in_force(task_type="toying") and not stop_in_force(task_type="other", tools=["act"])
    lift("task_type", "toying")
    stop("tool", "act")
    assert stop_in_force(task_type="other", tools=["look", "act"]).startswith("act is stopped")
    assert not stop_in_force(task_type="toying") and not stop_in_force(task_type="toying", tools=["look"])


def test_asking_whether_something_is_stopped_takes_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert stop_in_force(task_type="toying", tools=["look", "act"]) == ""
    assert len(queries) == 1


def test_who_stops_second_is_told_that_it_is_stopped_already() -> None:
    stop()
    again = stop_work(scope="all", name="", reason="Me too", by="Leo Marsh")
    assert not again.created and StopSwitch.objects.get().who == "Ruth Kerr"


def test_stopping_and_lifting_stand_in_the_audit_with_their_reasons() -> None:
    stop("tool", "act")
    assert lift("tool", "act") and not lift("tool", "act")
    rows = list(AuditEntry.objects.values_list("who", "what", "subject", "facts__reason"))
    assert rows == [
        ("Ruth Kerr", "work.stopped", "tool act", "It books the wrong doctor"),
        ("Leo Marsh", "work.resumed", "tool act", "It was the calendar"),
    ]
    assert verify_chain() is None


def test_a_stop_that_cannot_be_recorded_is_not_made() -> None:
    with (
        mock.patch("agentops.control.stops.append_entry", side_effect=IntegrityError),
        pytest.raises(IntegrityError),
    ):
        stop()
    assert not StopSwitch.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scope": "everything"}, "unknown_scope"),
        ({"scope": "all", "name": "act"}, "unknown_name"),
        ({"scope": "task_type"}, "unknown_name"),
        ({"scope": "tool", "name": "nothing_of_ours"}, "unknown_name"),
        ({"scope": "run"}, "run_over"),
        ({"scope": "run", "name": "999999"}, "run_over"),
        ({"scope": "run", "name": "everything"}, "run_over"),
        ({"reason": " \n"}, "reason_missing"),
        ({"reason": "a\x00b"}, "reason_missing"),
        ({"reason": "a" * 301}, "reason_too_long"),
    ],
)
def test_a_stop_that_names_nothing_or_gives_no_reason_is_refused(given: dict[str, str], code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        stop_work(**{"scope": "all", "name": "", **RUTH, **given})
    assert refused.value.code == code and not StopSwitch.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"scope": "all", "name": "act"},
        {"scope": "tool", "name": ""},
        {"scope": "run", "name": ""},
        {"scope": "house", "name": "act"},
        {"scope": "all", "reason": ""},
        {"scope": "all", "who": ""},
    ],
)
def test_the_database_keeps_no_stop_of_nothing(row: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StopSwitch.objects.create(**{"reason": "a", "who": "b", "at": timezone.now(), **row})


# --- what it does to answers and new requests


@pytest.mark.parametrize(("scope", "name"), SCOPES)
def test_a_request_that_waits_goes_on_waiting_and_a_yes_is_refused_in_words(scope: str, name: str) -> None:
    run = work(begin(), asks_to_act())
    waiting, name = waiting_calls(run.pk)[0], name_for(run.pk, name)
    stop(scope, name)
    refused = answer(waiting)
    assert isinstance(refused, Unsettled) and refused.code == "stopped"
    assert "is stopped since" in refused.message and "Nothing was changed" in refused.message
    assert waiting_calls(run.pk) == [waiting] and AgentRun.objects.get().version == run.version
    lift(scope, name)
    assert isinstance(answer(waiting), Settled)


def test_a_no_may_be_said_while_everything_is_stopped() -> None:
    run = work(begin(), asks_to_act())
    stop()
    assert isinstance(answer(waiting_calls(run.pk)[0], yes=False, reason="Wrong day"), Settled)


def test_whoever_says_yes_too_late_is_told_who_was_first_and_not_of_the_stop() -> None:
    run = work(begin(), asks_to_act())
    waiting = waiting_calls(run.pk)[0]
    answer(waiting, yes=False, by="Omar Haddad")
    stop()
    late = answer(waiting)
    assert isinstance(late, Unsettled) and late.code == "already_decided" and "Omar Haddad" in late.message


@pytest.mark.parametrize(("scope", "name"), SCOPES)
def test_what_was_approved_and_not_begun_is_withdrawn_and_the_model_is_told_why(scope: str, name: str) -> None:
    model = asks_to_act()
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    name = name_for(run.pk, name)
    assert stop(scope, name) == Stopped(created=True, invalidated=1, in_flight=0)
    assert ToolCall.objects.get(run=run).status == "invalidated"
    lift(scope, name)
    work(run.pk, model)
    told = model.requests[-1].messages[-1]["content"][0]["content"]
    assert "It books the wrong doctor" in told and "not done" in told and not acted


def test_a_stop_leaves_answers_outside_its_scope_alone() -> None:
    run = work(begin(task="other"), asks_to_act())
    answer(waiting_calls(run.pk)[0])
    assert stop("task_type", "toying").invalidated == 0
    assert stop("tool", "look").invalidated == 0
    assert ToolCall.objects.get(run=run).status == "approved"


def test_what_has_begun_is_counted_and_left_to_end() -> None:
    run = work(begin(), asks_to_act())
    answer(waiting_calls(run.pk)[0])
    ToolCall.objects.filter(run=run).update(status="started")
    assert stop() == Stopped(created=True, invalidated=0, in_flight=1)
    assert ToolCall.objects.get(run=run).status == "started"


def test_a_yes_that_slipped_in_while_the_stop_was_made_is_withdrawn_when_it_is_lifted() -> None:
    run = work(begin(), asks_to_act())
    stop()
    with mock.patch("agentops.control.answers.read_stops") as blind:
        blind.return_value.forbid.return_value = ""
        assert isinstance(answer(waiting_calls(run.pk)[0]), Settled)
    lift()
    assert ToolCall.objects.get(run=run).status == "invalidated"


@pytest.mark.parametrize(("scope", "name"), SCOPES[:2])
def test_no_run_is_started_while_it_is_stopped_and_the_reason_is_said(scope: str, name: str) -> None:
    stop(scope, name)
    with pytest.raises(BadRequest, match="It books the wrong doctor") as refused:
        start_run(request="Please.", task_type="toying")
    assert refused.value.code == "stopped" and not AgentRun.objects.exists()
    lift(scope, name)
    assert start_run(request="Please.", task_type="toying").created


def test_a_form_sent_again_during_a_stop_still_finds_the_run_it_had_made() -> None:
    first = start_run(request="Please.", task_type="toying", request_key="k1")
    stop()
    assert start_run(request="Please.", task_type="toying", request_key="k1").run_id == first.run_id


# --- what it does to runs, end to end


@pytest.mark.parametrize(("scope", "name"), [*SCOPES[:2], SCOPES[3]])
def test_a_queued_run_in_the_scope_is_not_taken_up_until_the_stop_is_lifted(scope: str, name: str) -> None:
    model = ScriptedModel(say("Done."))
    run_id = begin()
    name = name_for(run_id, name)
    stop(scope, name)
    run = work(run_id, model)
    assert (run.status, run.iterations, model.requests) == ("queued", 0, [])
    lift(scope, name)
    assert work(run_id, model).status == "completed"


def test_a_run_outside_the_scope_goes_on() -> None:
    run_id = begin(task="other")
    stop("task_type", "toying")
    assert work(run_id, ScriptedModel(say("Done."))).status == "completed"


def test_a_running_run_freezes_before_its_next_model_call_and_goes_on_when_the_stop_is_lifted() -> None:
    model = ScriptedModel(call(("look_and_stop", {"text": "a"})), say("Done."))
    run = work(begin(), model)
    assert len(model.requests) == 1, "no model call begins once it is stopped"
    assert (run.status, run.lease_owner) == ("queued", "")
    assert ToolCall.objects.get(run=run).status == "succeeded", "what was in flight ends and is recorded"
    lift()
    assert work(run.pk, model).status == "completed"


def test_a_running_run_freezes_before_its_next_tool_call_and_goes_on_when_the_stop_is_lifted() -> None:
    model = ScriptedModel(call(("look_and_stop", {"text": "a"}), ("act_at_once", {"text": "b"})), say("Done."))
    run = work(begin(), model)
    assert not acted and run.status == "queued"
    lift()
    assert work(run.pk, model).status == "completed" and acted == ["b"]


def test_a_stopped_tool_is_not_called_while_the_run_goes_on_without_it() -> None:
    model = ScriptedModel(call(("act_at_once", {"text": "b"})), say("I could not."))
    stop("tool", "act_at_once")
    run = work(begin(), model)
    told = model.requests[-1].messages[-1]["content"][0]["content"]
    assert not acted and "It books the wrong doctor" in told
    assert run.status == "completed"


def test_a_frozen_run_that_is_cancelled_ends_although_everything_is_stopped() -> None:
    run = work(begin(), asks_to_act())
    stop()
    assert cancel_run(run_id=run.pk, by="Priya Nair")
    assert work(run.pk, asks_to_act()).status == "cancelled"


def test_the_stop_works_while_the_broker_is_down() -> None:
    run = work(begin(), asks_to_act())
    answer(waiting_calls(run.pk)[0])
    with mock.patch.object(after_commit.app, "signature", side_effect=OperationalError):
        assert stop().invalidated == 1
        assert lift()


def test_frozen_runs_are_not_rung_for_and_do_not_keep_others_from_being_rung_for() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    frozen, free = [begin() for _ in range(3)], begin(task="other")
    AgentRun.objects.update(rung_at=long_ago)
    AgentRun.objects.filter(pk__in=frozen).update(queued_at=long_ago)
    stop("task_type", "toying")
    assert overdue_runs(limit=3) == [free]
    lift("task_type", "toying")
    assert set(overdue_runs()) == {*frozen, free}
    stop()
    assert overdue_runs() == []
    cancel_run(run_id=frozen[0], by="Priya Nair")
    AgentRun.objects.update(rung_at=long_ago)
    assert overdue_runs() == [frozen[0]], "one that is to end still ends"
    lift()
    with mock.patch.object(after_commit, "_ring") as bell:
        sweep_once()
    assert {ring.args[0] for ring in bell.call_args_list} == {*frozen, free}


# --- one run alone


def test_a_run_that_is_stopped_alone_stands_still_while_its_neighbour_goes_on() -> None:
    stopped, neighbour = begin(), begin()
    stop("run", str(stopped))
    assert work(stopped, ScriptedModel(say("Done."))).status == "queued"
    assert work(neighbour, ScriptedModel(say("Done."))).status == "completed"
    said = stop_in_force(task_type="toying", run=stopped)
    assert said.startswith(f"Run {stopped} is stopped since") and not stop_in_force(task_type="toying", run=neighbour)


@pytest.mark.parametrize("after", ["model", "tool"])
def test_a_run_that_is_stopped_alone_at_work_freezes_at_its_next_act_and_goes_on_where_it_was(after: str) -> None:
    calls = [("look_and_stop_it", {"text": "a"}), *([("act_at_once", {"text": "b"})] if after == "tool" else [])]
    model = ScriptedModel(call(*calls), say("Done."))
    run = work(begin(), model)
    assert (run.status, run.lease_owner, len(model.requests), acted) == ("queued", "", 1, [])
    assert work(run.pk, model).status == "queued", "another worker does not take it up either"
    assert lift("run", str(run.pk))
    assert work(run.pk, model).status == "completed" and len(model.requests) == 2
    assert acted == (["b"] if after == "tool" else []), "it went on where it was, and did nothing twice"


def test_a_run_that_is_stopped_alone_is_not_rung_for() -> None:
    stopped, free = begin(), begin()
    AgentRun.objects.update(rung_at=timezone.now() - timedelta(hours=1))
    stop("run", str(stopped))
    assert overdue_runs() == [free]
    lift("run", str(stopped))
    assert set(overdue_runs()) == {stopped, free}


def test_one_run_is_stopped_and_lifted_while_the_broker_is_down() -> None:
    run = work(begin(), asks_to_act())
    answer(waiting_calls(run.pk)[0])
    with mock.patch.object(after_commit.app, "signature", side_effect=OperationalError):
        assert stop("run", str(run.pk)).invalidated == 1
        assert lift("run", str(run.pk))


def test_ending_a_stopped_run_ends_it_for_good_and_its_stop_with_it() -> None:
    run = work(begin(), asks_to_act())
    stop("run", str(run.pk))
    assert cancel_run(run_id=run.pk, by="Priya Nair")
    assert work(run.pk, asks_to_act()).status == "cancelled"
    assert not StopSwitch.objects.exists(), "what is over is not shown as stopped on every page"
    with pytest.raises(BadRequest) as refused:
        stop("run", str(run.pk))
    assert refused.value.code == "run_over"


def test_a_stop_of_everything_outlives_a_run_that_ends_under_it() -> None:
    run = work(begin(), asks_to_act())
    stop()
    cancel_run(run_id=run.pk, by="Priya Nair")
    work(run.pk, asks_to_act())
    assert StopSwitch.objects.get().scope == "all"
