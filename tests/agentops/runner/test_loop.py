"""The loop from start to end with a scripted model and toy tools."""

from collections.abc import Iterator

import pytest

from agentops.control import Settled, Unsettled
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import FailureKind, ModelFailure, StopReason
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, RunFact, ToolCall
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


class World:
    """Counts what the toy tools did."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.looks: list[str] = []

    def act(self, context: ToolContext, args: Note) -> Answer:
        self.acts.append(args.text)
        return Answer(text=f"acted with {args.text}")

    def look(self, context: ToolContext, args: Note) -> Answer:
        self.looks.append(args.text)
        return Answer(text=f"saw {args.text} {len(self.looks)}")


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    make_task()
    for name, tier in (("look", "read"), ("act", "risky"), ("book", "risky"), ("wipe", "destructive")):
        set_tier(name, tier)
    act = {"effect": Effect.NON_IDEMPOTENT, "floor": ActionTier.RISKY}
    with plugged_in(
        toy("look", world.look),
        toy("act", world.act, **act),
        toy("wipe", world.act, **act),
        toy("unsorted_tool", world.act, effect=Effect.NON_IDEMPOTENT, floor=None),
        toy("book", world.act, effect=Effect.TRANSACTIONAL, floor=ActionTier.RISKY, local=True),
    ):
        yield world


def test_a_run_looks_up_waits_for_a_yes_acts_once_and_answers(world: World) -> None:
    model = ScriptedModel(call(("look", {"text": "a"})), call(("act", {"text": "b"})), say("All is well."))
    run = work(begin(), model)
    assert (run.status, world.looks, world.acts) == ("suspended", ["a"], [])
    assert isinstance(answer(waiting_calls(run.pk)[0]), Settled)
    run = work(run.pk, model)
    assert (run.status, run.outcome, run.answer, world.acts) == ("completed", "answered", "All is well.", ["b"])
    assert run.lease_owner == "" and run.iterations == 3 and run.tool_calls == 2
    assert RunFact.objects.get(run=run).completed


def test_a_suspended_run_does_nothing_however_often_its_bell_rings(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Done."))
    run = work(begin(), model)
    for _ in range(3):
        work(run.pk, model)
    assert world.acts == [] and len(model.requests) == 1


def test_a_rejected_call_is_never_run_and_the_model_reads_the_reason(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("It was not done."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0], yes=False, reason="Wrong day or time", note="Offer Friday instead.")
    run = work(run.pk, model)
    result = model.requests[-1].messages[-1]["content"][0]
    assert world.acts == [] and run.status == "completed"
    assert "rejected_by_staff" in result["content"] and "Offer Friday instead." in result["content"]


def test_the_same_call_is_not_put_to_staff_again_after_a_no(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), call(("act", {"text": "b"})), say("It was not done."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0], yes=False)
    run = work(run.pk, model)
    assert run.status == "completed" and not waiting_calls(run.pk)
    assert ToolCall.objects.filter(run=run).last().result["code"] == "already_rejected"


def test_several_calls_in_one_reply_are_answered_in_one_turn_in_the_models_order(world: World) -> None:
    model = ScriptedModel(
        call(("act", {"text": "1"}), ("look", {"text": "2"}), ("act", {"text": "3"}), ("nothing", {})),
        say("Done."),
    )
    run = work(begin(), model)
    assert world.looks == ["2"] and len(waiting_calls(run.pk)) == 2
    first, third = waiting_calls(run.pk)
    answer(third)
    run = work(run.pk, model)
    assert run.status == "suspended" and world.acts == ["3"], "what was approved runs while its sibling still waits"
    answer(first, yes=False)
    run = work(run.pk, model)
    results = model.requests[-1].messages[-1]["content"]
    assert [block["tool_use_id"] for block in results] == [
        f"toolu_{n}_{i}" for i, n in enumerate(("act", "look", "act", "nothing"))
    ]
    assert [block.get("is_error", False) for block in results] == [True, False, False, True]
    assert run.status == "completed" and world.acts == ["3"]


def test_a_tool_that_nobody_classified_waits_as_destructive(world: World) -> None:
    run = work(begin(), ScriptedModel(call(("unsorted_tool", {"text": "x"})), say("Done.")))
    assert waiting_calls(run.pk)[0].tier == "destructive" and world.acts == []


def test_a_tier_outside_the_agents_permissions_is_refused_with_a_clear_result(world: World) -> None:
    make_task(permitted_tiers=["read"])
    model = ScriptedModel(call(("act", {"text": "x"})), say("I may not do that."))
    run = work(begin(), model)
    refused = ToolCall.objects.get(run=run)
    assert (run.status, refused.status, refused.result["code"]) == ("completed", "refused", "tier_not_permitted")
    assert refused.result["suggestion"] and world.acts == []


def test_only_the_first_of_two_answers_counts_and_the_second_is_told_who_was_first(world: World) -> None:
    run = work(begin(), ScriptedModel(call(("act", {"text": "b"})), say("Done.")))
    waiting = waiting_calls(run.pk)[0]
    assert isinstance(answer(waiting, by="Priya Nair"), Settled)
    late = answer(waiting, yes=False, by="Mo Adams")
    assert isinstance(late, Unsettled) and late.code == "already_decided" and "Priya Nair said yes" in late.message


def test_an_answer_to_another_version_or_other_bytes_does_not_count(world: World) -> None:
    from agentops.control import settle_call

    run = work(begin(), ScriptedModel(call(("act", {"text": "b"})), say("Done.")))
    waiting = waiting_calls(run.pk)[0]
    for version, digest in ((waiting.version + 1, waiting.digest), (waiting.version, "0" * 64)):
        late = settle_call(call_id=waiting.pk, approve=True, version=version, digest=digest, by="Priya Nair")
        assert isinstance(late, Unsettled) and late.code == "card_changed"
    assert waiting_calls(run.pk)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"max_iterations": 2}, "limit_iterations"),
        ({"max_tokens": 400}, "limit_tokens"),
        ({"max_tool_calls": 1}, "limit_tool_calls"),
    ],
)
def test_at_a_limit_the_run_ends_with_what_was_found_and_goes_to_a_person(
    world: World, changes: dict[str, int], outcome: str
) -> None:
    make_task(**changes)
    model = ScriptedModel(*[call(("look", {"text": str(n)})) for n in range(9)])
    run = work(begin(), model)
    assert (run.status, run.outcome) == ("limit_reached", outcome)
    assert "Nothing was changed" in run.answer and run.handoff_reason
    assert run.iterations <= run.max_iterations and run.tool_calls <= run.max_tool_calls


def test_an_identical_call_that_brings_nothing_new_is_stopped_the_third_time(world: World) -> None:
    make_task(toolset="more")
    same = toy("same", lambda context, args: Answer(text="as before"))
    set_tier("same", "read")
    with plugged_in(same, name="more"):
        run = work(begin(), ScriptedModel(*[call(("same", {})) for _ in range(5)]))
    assert (run.status, run.outcome) == ("limit_reached", "limit_repeated_call")
    assert ToolCall.objects.filter(run=run, status="succeeded").count() == 2


def test_a_failing_tool_answers_with_a_suggestion_and_the_run_goes_on(world: World) -> None:
    def fail(context: ToolContext, args: Note) -> Answer:
        raise ToolError("slot_taken", "That slot has gone.", suggestion="Search again.")

    make_task(toolset="more")
    set_tier("broken", "read")
    model = ScriptedModel(call(("broken", {})), say("Let me look again."))
    with plugged_in(toy("broken", fail), name="more"):
        run = work(begin(), model)
    assert run.status == "completed" and '"suggestion": "Search again."' in str(model.requests[-1].messages[-1])
    assert RunFact.objects.get(run=run).tool_errors == 1


def test_a_transactional_tool_that_fails_leaves_nothing_behind(world: World) -> None:
    def half(context: ToolContext, args: Note) -> Answer:
        AgentRun.objects.filter(pk=context.run_id).update(handoff_summary="half done")
        raise ToolError("no", "Not possible.", suggestion="Stop.")

    make_task(toolset="more")
    set_tier("half", "risky")
    model = ScriptedModel(call(("half", {})), say("It was not possible."))
    with plugged_in(toy("half", half, effect=Effect.TRANSACTIONAL, floor=ActionTier.RISKY, local=True), name="more"):
        run = work(begin(), model)
        answer(waiting_calls(run.pk)[0])
        run = work(run.pk, model)
    assert (run.status, run.handoff_summary) == ("completed", "")


def test_a_model_that_is_overloaded_is_asked_again_and_then_the_run_is_handed_over(world: World) -> None:
    down = ModelFailure(FailureKind.OVERLOADED, "529", retry_after=0.0)
    run = work(begin(), ScriptedModel(down, say("Here again."), by_turn=False))
    assert (run.status, run.iterations) == ("completed", 2)
    run = work(begin(), ScriptedModel(down, down, down, by_turn=False))
    assert (run.status, run.outcome, run.iterations) == ("failed", "model_unavailable", 3)
    assert run.handoff_reason and "colleague" in run.answer


def test_a_server_that_asks_for_an_hours_patience_does_not_hold_a_worker(world: World) -> None:
    run = work(begin(), ScriptedModel(ModelFailure(FailureKind.RATE_LIMITED, "429", retry_after=3600.0), by_turn=False))
    assert (run.status, run.outcome) == ("failed", "model_unavailable")


@pytest.mark.parametrize(
    ("stop", "status", "outcome"),
    [
        (StopReason.REFUSAL, "handed_off", "model_refused"),
        (StopReason.CONTEXT_EXCEEDED, "handed_off", "context_full"),
        (StopReason.UNKNOWN, "handed_off", "unknown_stop_reason"),
        (StopReason.MAX_TOKENS, "limit_reached", "limit_tokens"),
    ],
)
def test_every_stop_reason_has_its_own_outcome(world: World, stop: StopReason, status: str, outcome: str) -> None:
    run = work(begin(), ScriptedModel(say("Half a sen", stop=stop)))
    assert (run.status, run.outcome) == (status, outcome) and run.handoff_reason


def test_a_paused_turn_goes_on_and_half_a_call_is_asked_for_again(world: World) -> None:
    half = call(("act", {"te": ""}))
    cut = type(half)(
        **{**{f: getattr(half, f) for f in half.__dataclass_fields__}, "stop_reason": StopReason.MAX_TOKENS}
    )
    run = work(begin(), ScriptedModel(say("One moment.", stop=StopReason.PAUSE_TURN), cut, say("Done."), by_turn=False))
    assert run.status == "completed" and not ToolCall.objects.filter(run=run).exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": 5}, "bad_arguments"),
        ({"other": "x"}, "bad_arguments"),
        ('{"text": "a", "text": "b"}', "bad_arguments"),
        ('{"text": "half', "bad_arguments"),
        ([], "bad_arguments"),
        ({"text": "a\x00b"}, "bad_arguments"),
    ],
)
def test_bad_arguments_never_reach_a_person_and_come_back_with_a_suggestion(
    world: World, given: object, code: str
) -> None:
    run = work(begin(), ScriptedModel(call(("act", given)), say("Sorry.")))
    refused = ToolCall.objects.get(run=run)
    assert (refused.status, refused.result["code"]) == ("refused", code) and refused.result["suggestion"]
    assert run.status == "completed"


def test_a_model_that_cannot_use_its_tools_at_all_gives_the_run_to_a_person(world: World) -> None:
    run = work(begin(), ScriptedModel(*[call(("nothing", {})) for _ in range(5)]))
    assert (run.status, run.outcome, run.iterations) == ("handed_off", "unusable_calls", 3)


def test_a_tool_switched_off_while_its_call_waited_is_not_run(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("It was not done."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    set_tier("act", "risky", enabled=False)
    run = work(run.pk, model)
    assert world.acts == [] and run.status == "completed"
    assert ToolCall.objects.get(run=run).status == "invalidated"


def test_bytes_that_changed_after_the_yes_are_not_run(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("It was not done."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    ToolCall.objects.filter(run=run).update(arguments='{"text":"everything"}')
    work(run.pk, model)
    assert world.acts == [] and ToolCall.objects.get(run=run).result["code"] == "content_changed"


def test_waiting_for_a_person_is_not_charged_as_working_time(world: World) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Done."))
    run = work(begin(), model)
    AgentRun.objects.filter(pk=run.pk).update(suspended_at="2026-11-20T08:00:00Z")
    answer(waiting_calls(run.pk)[0])
    run = work(run.pk, model)
    assert run.active_ms < 5_000 and run.waited_ms > 3_600_000
