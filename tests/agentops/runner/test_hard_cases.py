"""What happens between the cases: withdrawn siblings, stops, broken slices, tools of others, late changes."""

from collections.abc import Iterator
from datetime import date
from unittest import mock

import pytest

from agentops.control import Unsettled, cancel_run
from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import run_messages
from agentops.ledger.reading import find_run, read_transcript
from agentops.models import AgentRun, ModelRoute, ToolCall, ToolPolicy, move_call
from agentops.runner import loop
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

ACT = {"effect": Effect.NON_IDEMPOTENT, "floor": ActionTier.RISKY}


class Acts:
    """Counts what was done, and does something else in the middle of the first act."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.meanwhile = lambda: None

    def act(self, context: ToolContext, args: Note) -> Answer:
        self.done.append(args.text)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return Answer(text="acted")

    def break_off(self, context: ToolContext, args: Note) -> Answer:
        self.done.append(args.text)
        raise ConnectionError("the line broke after the request was sent")


@pytest.fixture
def acts() -> Iterator[Acts]:
    make_task()
    acts = Acts()
    for name in ("act", "remote", "outside"):
        set_tier(name, "risky")
    set_tier("payroll", "read")
    remote = toy("remote", acts.break_off, effect=Effect.IDEMPOTENT, floor=ActionTier.RISKY)
    with plugged_in(toy("act", acts.act, **ACT), remote), plugged_in(toy("payroll", acts.act), name="hr"):
        yield acts


def two_approved(acts: Acts) -> tuple[AgentRun, ScriptedModel]:
    model = ScriptedModel(call(("act", {"text": "1"}), ("act", {"text": "2"})), say("Fine."))
    run = work(begin(), model)
    for waiting in waiting_calls(run.pk):
        answer(waiting)
    return run, model


def test_a_call_that_was_withdrawn_while_its_sibling_ran_does_not_run(acts: Acts) -> None:
    run, model = two_approved(acts)

    def withdraw() -> None:
        second = ToolCall.objects.get(run=run, position=1)
        result = {"status": "permanent_error", "code": "policy_changed"}
        assert move_call(call_id=second.pk, old=[CallStatus.APPROVED], new=CallStatus.INVALIDATED, result=result)

    acts.meanwhile = withdraw
    run = work(run.pk, model)
    assert acts.done == ["1"] and run.status == "completed"


def test_after_a_stop_nothing_new_is_begun(acts: Acts) -> None:
    run, model = two_approved(acts)
    acts.meanwhile = lambda: cancel_run(run_id=run.pk, by="Priya Nair") and None
    run = work(run.pk, model)
    assert acts.done == ["1"] and run.status == "cancelled"


def test_a_yes_after_a_stop_is_told_that_it_does_not_count(acts: Acts) -> None:
    run = work(begin(), ScriptedModel(call(("act", {"text": "1"})), say("Fine.")))
    waiting = waiting_calls(run.pk)[0]
    cancel_run(run_id=run.pk, by="Priya Nair")
    late = answer(waiting)
    assert isinstance(late, Unsettled) and late.code == "withdrawn"


def test_an_idempotent_tool_that_breaks_off_is_tried_again_and_then_in_doubt(acts: Acts) -> None:
    run = work(begin(), model := ScriptedModel(call(("remote", {"text": "x"})), say("Fine.")))
    answer(waiting_calls(run.pk)[0])
    run = work(run.pk, model)
    assert acts.done == ["x", "x", "x"]
    assert ToolCall.objects.get(run=run).status == "in_doubt" and run.status == "suspended"


def test_a_rule_that_became_stricter_does_not_turn_a_begun_call_into_a_failed_one(acts: Acts) -> None:
    run = work(begin(), model := ScriptedModel(call(("remote", {"text": "x"})), say("Fine.")))
    answer(waiting_calls(run.pk)[0])
    ToolCall.objects.filter(run=run).update(status="started")
    ToolPolicy.objects.filter(tool="remote").update(tier="destructive")
    run = work(run.pk, model)
    assert ToolCall.objects.get(run=run).status == "in_doubt" and acts.done == []


def test_a_run_that_breaks_every_slice_goes_to_a_person_after_three(acts: Acts) -> None:
    run_id = begin()
    for _ in range(3):
        with mock.patch.object(loop, "open_desk", side_effect=KeyError("no such toolset")):
            run = work(run_id, ScriptedModel())
        assert run.status == "queued"
    run = work(run_id, ScriptedModel())
    assert (run.status, run.outcome) == ("handed_off", "workers_lost") and run.handoff_reason


def test_calls_in_a_turn_that_only_sorts_are_not_calls(acts: Acts) -> None:
    make_task("unsorted", sorts=True)
    make_task("other")
    run = work(begin(task="unsorted"), ScriptedModel(call(("act", {"text": "x"})), say("Hello."), by_turn=False))
    assert run.task_type.slug == "other" and run.status == "completed"
    assert not ToolCall.objects.filter(run=run).exists()


def test_a_sorted_run_goes_on_with_its_own_types_prompt_limits_and_routes(acts: Acts) -> None:
    make_task("unsorted", sorts=True)
    make_task("short", max_iterations=1)
    wide = make_task("wide", prompt="Be wide.")
    ModelRoute.objects.create(
        task_type=wide,
        decision="select_tool",
        provider="offline",
        model="wide-1",
        max_tokens=300,
        valid_from=date(2026, 1, 1),
    )
    run = work(begin(task="unsorted"), ScriptedModel(say("short"), by_turn=False))
    assert (run.outcome, run.max_iterations) == ("limit_iterations", 1), "what sorting took is not taken away again"
    model = ScriptedModel(say("wide"), say("Hello."), by_turn=False)
    work(begin(task="unsorted"), model)
    assert (model.requests[-1].system, model.requests[-1].model) == ("Be wide.", "wide-1")
    assert model.requests[-1].max_tokens == 300


def test_an_answer_to_a_question_goes_on_with_the_type_it_was_asked_in(acts: Acts) -> None:
    for slug in ("other", "booking"):
        make_task(slug)
    make_task("unsorted", sorts=True)
    asked = work(begin("Book me in.", task="unsorted"), ScriptedModel(say("booking"), say("Your name?"), by_turn=False))
    assert (asked.outcome, asked.task_type.slug) == ("asked_back", "booking")
    told = ScriptedModel(say("other"), say("It is done."), by_turn=False)
    more = work(begin("Ana, 14 May 1987", task="unsorted", conversation_id=asked.conversation_id), told)
    assert more.task_type.slug == "booking"
    new = ScriptedModel(say("other"), say("Goodbye."), by_turn=False)
    after = work(begin("Who won?", task="unsorted", conversation_id=asked.conversation_id), new)
    assert after.task_type.slug == "other", "nothing was asked last"


def test_a_name_that_no_task_type_has_leaves_a_foreign_toolset_workable(acts: Acts) -> None:
    make_task("unsorted", sorts=True)
    run = work(begin(task="unsorted"), ScriptedModel(say("nonsense"), say("Hello."), by_turn=False))
    assert run.status == "completed"


def test_a_later_message_is_sorted_by_words_alone(acts: Acts) -> None:
    make_task("unsorted", sorts=True)
    make_task("other")
    first = work(begin(), ScriptedModel(call(("act", {"text": "x"}), text="Let me see."), say("Which one?")))
    answer(waiting_calls(first.pk)[0])
    first = work(first.pk, ScriptedModel(say("-"), say("Which one?")))
    model = ScriptedModel(say("other"), say("Fine."), by_turn=False)
    work(begin("The second.", task="unsorted", conversation_id=first.conversation_id), model)
    sorting = model.requests[0]
    assert sorting.tools == [] and {b["type"] for m in sorting.messages for b in m["content"]} == {"text"}
    assert [m["role"] for m in sorting.messages] == ["user", "assistant", "user"]
    assert {b["type"] for m in model.requests[1].messages for b in m["content"]} == {"text", "tool_use", "tool_result"}


def test_a_call_that_never_got_a_result_is_answered_in_the_history(acts: Acts) -> None:
    run = work(begin(), ScriptedModel(call(("act", {"text": "x"})), say("Fine.")))
    ToolCall.objects.filter(run=run).update(status="started", decided_by="Priya Nair")
    messages = run_messages(read_transcript(find_run(run.pk)), over=True)
    assert (
        messages[-1]["content"][0]["type"] == "tool_result" and "Nobody knows" in messages[-1]["content"][0]["content"]
    )


def test_a_tool_of_another_toolset_does_not_exist_for_this_run(acts: Acts) -> None:
    run = work(begin(), model := ScriptedModel(call(("payroll", {})), say("Sorry.")))
    refused = ToolCall.objects.get(run=run)
    assert refused.result["code"] == "unknown_tool" and acts.done == []
    assert "payroll" not in refused.result["suggestion"] and len(model.requests) == 2


def test_the_same_risky_call_twice_in_one_reply_is_two_questions_and_the_second_says_so(acts: Acts) -> None:
    run = work(begin(), ScriptedModel(call(("act", {"text": "x"}), ("act", {"text": "x"})), say("Fine.")))
    first, second = waiting_calls(run.pk)
    assert "twice at once" not in first.rule and "twice at once" in second.rule


def test_arguments_that_a_newer_version_of_the_tool_cannot_read_are_not_run_and_not_in_doubt(acts: Acts) -> None:
    run = work(begin(), model := ScriptedModel(call(("act", {"text": "x"})), say("Fine.")))
    answer(waiting_calls(run.pk)[0])
    with mock.patch.object(Note, "model_validate_json", side_effect=_no_longer_valid):
        run = work(run.pk, model)
    done = ToolCall.objects.get(run=run)
    assert (done.status, done.result["code"], acts.done) == ("failed", "arguments_outdated", [])


def _no_longer_valid(*_: object, **__: object) -> Note:
    return Note.model_validate({"text": 5, "more": 1})


def test_a_busy_database_does_not_cost_a_second_yes(acts: Acts) -> None:
    from django.db import OperationalError

    tries: list[int] = []

    def busy_twice(context: ToolContext, args: Note) -> Answer:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("deadlock detected")
        return Answer(text="booked")

    make_task(toolset="more")
    set_tier("book", "risky")
    book = toy("book", busy_twice, effect=Effect.TRANSACTIONAL, floor=ActionTier.RISKY, local=True)
    with plugged_in(book, name="more"), mock.patch.object(loop, "BACKOFF_SECONDS", 0.001):
        run = work(begin(), model := ScriptedModel(call(("book", {})), say("Done.")))
        answer(waiting_calls(run.pk)[0])
        run = work(run.pk, model)
    assert len(tries) == 3 and run.status == "completed"


def test_a_tool_that_says_no_is_a_no_and_costs_one_attempt(acts: Acts) -> None:
    def refuse(context: ToolContext, args: Note) -> Answer:
        acts.done.append("asked")
        raise ToolError("closed", "Closed today.", suggestion="Try tomorrow.", retryable=True)

    make_task(toolset="more")
    with plugged_in(toy("outside", refuse, **ACT), name="more"):
        run = work(begin(), model := ScriptedModel(call(("outside", {})), say("Closed.")))
        answer(waiting_calls(run.pk)[0])
        run = work(run.pk, model)
    assert acts.done == ["asked"] and ToolCall.objects.get(run=run).result["status"] == "retryable_error"
