"""Races about a call that is changed or confirmed by two: one answer or one change, and never half of either."""

from typing import Any

from agentops.models import CallEdit, Confirmation, ToolCall
from agentops.runner.edits import answer_wish
from agentops.runner.loop import advance
from supervision import actions
from supervision.models import Decision
from tests.races.people import approve
from tests.races.rounds import Round, Verdict, unexpected, unless
from tests.races.scene import Scene
from tests.races.starting import Runner

TOLD = {"already_decided", "superseded"}


def change(scene: Scene, call: ToolCall, index: int) -> Runner:
    """One person's change, and the worker that hears of it: the edit as it was answered, or why it was not taken."""

    def run() -> Any:
        sent = actions.change_call(
            user=scene.deciders[index],
            call_id=call.pk,
            version=call.version,
            digest=call.digest,
            values={"text": f"y{index}"},
            note="",
        )
        if isinstance(sent, actions.Refused):
            return sent
        answer_wish(sent)
        return CallEdit.objects.get(pk=sent)

    return run


def approve_change(scene: Scene, number: int) -> Round:
    """Four say yes while four send a change that a worker makes at once."""
    call = scene.waiting_call()
    runners = [(change if index % 2 else approve)(scene, call, index) for index in range(8)]
    return Round(runners, lambda got: _judge_change(scene, call, got))


def _judge_change(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    """Either one yes or one change; what was changed acts only after a yes of its own."""
    said = [one for one in got if isinstance(one, actions.Answered)]
    edits = [one for one in got if isinstance(one, CallEdit)]
    made = [one for one in edits if one.successor_id]
    told = [one for one in got if isinstance(one, actions.Refused)]
    late = [one for one in edits if one.code == "overtaken"]
    advance(call.run_id)
    after = ToolCall.objects.get(pk=call.pk)
    wrong = [
        *unexpected(got),
        *(f"told nonsense: {one}" for one in told if one.code not in TOLD),
        *unless(len(said) + len(made) == 1, f"{len(said)} answers, {len(made)} changes"),
        *unless(len(said) + len(made) + len(told) + len(late) == len(got), f"{got}"),
        *unless(after.status == ("superseded" if made else "succeeded"), f"the call is {after.status}"),
        *unless(after.successors.count() == len(made), "not one call in its place"),
        *unless(scene.effects[call.run_id] == len(said), f"{scene.effects[call.run_id]} effects"),
    ]
    return Verdict(len(said) + len(made), len(told) + len(late), tuple(wrong))


def confirm_by_two(scene: Scene, number: int) -> Round:
    """Six people say yes to what needs two, two of them twice."""
    call = scene.waiting_call()
    ToolCall.objects.filter(pk=call.pk).update(confirmers=2)
    runners = [approve(scene, call, index % 6) for index in range(8)]
    return Round(runners, lambda got: _judge_two(scene, call, got))


def _judge_two(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    """Two yeses of two people count, and one of them decides."""
    won = [one for one in got if isinstance(one, actions.Answered)]
    told = [one for one in got if isinstance(one, actions.Refused)]
    verdicts = dict(Decision.objects.filter(call=call).values_list("verdict", "who"))
    advance(call.run_id)
    after = ToolCall.objects.get(pk=call.pk)
    wrong = [
        *unexpected(got),
        *(f"told nonsense: {one}" for one in told if one.code not in {"already_decided", "said_already"}),
        *unless(len(won) == 2 and len(told) == 6, f"{got}"),
        *unless(set(verdicts) == {"confirmed", "approved"}, f"{verdicts}"),
        *unless(len(set(verdicts.values())) == 2, "one person was both"),
        *unless(Confirmation.objects.filter(call=call).count() == 1, "not one first yes"),
        *unless(after.seconded_by == verdicts.get("confirmed"), "the first is not on the call"),
        *unless(scene.effects[call.run_id] == 1, f"{scene.effects[call.run_id]} effects"),
    ]
    return Verdict(1 if after.decided_by else 0, len(told), tuple(wrong))
