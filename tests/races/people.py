"""Races for one decision: people against each other, against the clock, against a stop and against a stricter rule."""

import random
import re
import time
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agentops.ledger import expire_calls
from agentops.models import AgentRun, AuditEntry, ToolCall, ToolPolicy
from agentops.runner.loop import advance
from supervision import actions
from supervision.models import Decision
from tests.races.rounds import Round, Verdict, unexpected, unless
from tests.races.scene import Scene
from tests.races.starting import Runner

WHEN = re.compile(r"\bat \d{1,2}:\d\d[ap]m\b")
SOON = timedelta(milliseconds=40)
JITTER_SECONDS = 0.001


def approve(scene: Scene, call: ToolCall, index: int) -> Runner:
    """One person's yes to what the card shows now."""
    return lambda: actions.approve_call(
        user=scene.deciders[index],
        call_id=call.pk,
        version=call.version,
        digest=call.digest,
        shown="",
        ticked=set(),
        typed="",
    )


def reject(scene: Scene, call: ToolCall, index: int) -> Runner:
    """One person's no."""
    return lambda: actions.reject_call(
        user=scene.deciders[index],
        call_id=call.pk,
        version=call.version,
        digest=call.digest,
        reason="other",
        note="",
    )


def approve_approve(scene: Scene, number: int) -> Round:
    """Eight people say yes at once."""
    call = scene.waiting_call()
    return Round([approve(scene, call, index) for index in range(8)], lambda got: judge_answers(scene, call, got))


def approve_reject(scene: Scene, number: int) -> Round:
    """Four say yes while four say no."""
    call = scene.waiting_call()
    runners = [(reject if index % 2 else approve)(scene, call, index) for index in range(8)]
    return Round(runners, lambda got: judge_answers(scene, call, got))


def judge_answers(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    """One answer counts; everybody else is told whose it was and when; the rows and the record say the same."""
    won = [index for index, one in enumerate(got) if isinstance(one, actions.Answered)]
    told = [one for one in got if isinstance(one, actions.Refused) and one.code == "already_decided"]
    after = ToolCall.objects.get(pk=call.pk)
    decisions = list(Decision.objects.filter(call=call))
    entries = AuditEntry.objects.filter(subject=f"call {call.pk}").count()
    advance(call.run_id)
    effects = scene.effects[call.run_id]
    wrong = [
        *unexpected(got),
        *(f"not told by whom: {one.message}" for one in told if not one.message.startswith(after.decided_by)),
        *(f"not told when: {one.message}" for one in told if not WHEN.search(one.message)),
        *unless(len(won) + len(told) == len(got), f"{got}"),
        *unless(len(decisions) == entries == 1, f"{len(decisions)} decisions, {entries} audit rows"),
        *unless(after.version == call.version + 1, f"moved {after.version - call.version} times"),
        *unless(effects == (after.status == "approved"), f"{effects} effects of a call that was {after.status}"),
    ]
    if won and decisions:
        winner = scene.deciders[won[0]].get_full_name()
        wrong += unless(after.decided_by == decisions[0].who == winner, "the winner is not on record")
    return Verdict(len(won), len(told), tuple(wrong))


def approve_expire(scene: Scene, number: int) -> Round:
    """A yes and the sweeper, within a millisecond of the moment at which the call's time is up."""
    call = scene.waiting_call()
    at = timezone.now() + SOON
    ToolCall.objects.filter(pk=call.pk).update(expires_at=at)
    chance = random.Random(number)
    offsets = [chance.uniform(-JITTER_SECONDS, JITTER_SECONDS) for _ in range(2)]
    runners = [just_then(at, approve(scene, call, 0), offsets[0]), just_then(at, expire_calls, offsets[1])]
    return Round(runners, lambda got: _judge_expiry(scene, call, got))


def just_then(at: datetime, runner: Runner, offset: float) -> Runner:
    """Start this runner at that moment, give or take the offset in seconds."""
    end = time.monotonic() + (at - timezone.now()).total_seconds()

    def run() -> Any:
        time.sleep(max(end + offset - time.monotonic(), 0))
        return runner()

    return run


def _judge_expiry(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    said, expired = got
    if ToolCall.objects.get(pk=call.pk).status == "awaiting":
        # Both came a moment too soon or too late: the sweep that comes seconds later ends it.
        time.sleep(0.002)
        expired = expire_calls()
    after = ToolCall.objects.get(pk=call.pk)
    approved = isinstance(said, actions.Answered)
    told = isinstance(said, actions.Refused) and said.code == "expired"
    advance(call.run_id)
    wrong = [
        *unexpected(got),
        *unless(approved != told, f"{said}"),
        *unless(approved != (expired == 1), f"yes: {said}, expired: {expired}"),
        *unless(after.status == ("approved" if approved else "expired"), f"it is {after.status}"),
        *unless(not approved or _in_time(after), "a yes counted after the time was up"),
        *unless(Decision.objects.filter(call=call).count() == approved, "the decisions say otherwise"),
        *unless(scene.effects[call.run_id] == approved, f"{scene.effects[call.run_id]} effects"),
    ]
    return Verdict(1 if approved or expired else 0, 1, tuple(wrong))


def _in_time(call: ToolCall) -> bool:
    return bool(call.decided_at and call.expires_at and call.decided_at <= call.expires_at)


def approve_cancel(scene: Scene, number: int) -> Round:
    """Six say yes while a seventh stops the run and a worker waits to act on it."""
    call = scene.waiting_call()
    runners = [approve(scene, call, index) for index in range(6)]
    runners += [lambda: actions.cancel_run(user=scene.deciders[6], run_id=call.run_id), lambda: advance(call.run_id)]
    return Round(runners, lambda got: _judge_cancel(scene, call, got))


def _judge_cancel(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    *answers, stopped, worked = got
    advance(call.run_id)
    run, after = AgentRun.objects.get(pk=call.run_id), ToolCall.objects.get(pk=call.pk)
    wrong = [
        *_judge_withdrawal(scene, call, answers),
        *unexpected([stopped, worked]),
        *unless(after.status in {"cancelled", "succeeded"}, f"the call is {after.status}"),
        *unless(not stopped or run.status == "cancelled" or after.status == "succeeded", f"it is {run.status}"),
    ]
    return Verdict(1, sum(isinstance(one, actions.Refused) for one in answers), tuple(wrong))


def approve_tier_change(scene: Scene, number: int) -> Round:
    """Six say yes while the admin makes the rule stricter and a worker waits to act."""
    version = scene.settle_policy()
    call = scene.waiting_call()
    stricter = {"tier": "destructive"} if number % 2 else {"enabled": False}
    after = ToolPolicy.objects.get(tool="act").setting.model_copy(update=stricter)
    runners = [approve(scene, call, index) for index in range(6)]
    runners += [
        lambda: actions.change_policy(
            user=scene.admin, kind="tool", subject="act", after=after, version=version, reason="It is safer."
        ),
        lambda: advance(call.run_id),
    ]
    return Round(runners, lambda got: _judge_tier_change(scene, call, got))


def _judge_tier_change(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    *answers, changed, worked = got
    withdrawn = changed.invalidated if isinstance(changed, actions.Changed) else changed
    after = ToolCall.objects.get(pk=call.pk)
    advance(call.run_id)
    scene.settle_policy()
    wrong = [
        *_judge_withdrawal(scene, call, answers),
        *unexpected([withdrawn, worked]),
        *unless(after.status in {"invalidated", "succeeded"}, f"the call is {after.status}"),
        *unless(withdrawn == (after.status == "invalidated"), f"{withdrawn} withdrawn, the call is {after.status}"),
    ]
    return Verdict(1, sum(isinstance(one, actions.Refused) for one in answers), tuple(wrong))


def _judge_withdrawal(scene: Scene, call: ToolCall, answers: list[Any]) -> list[str]:
    """At most one yes counted, everybody else was told, and the tool acted only where the call says so."""
    won = [one for one in answers if isinstance(one, actions.Answered)]
    told = [one for one in answers if isinstance(one, actions.Refused)]
    effects, after = scene.effects[call.run_id], ToolCall.objects.get(pk=call.pk)
    return [
        *unexpected(answers),
        *unless(len(won) <= 1 and len(won) + len(told) == len(answers), f"{answers}"),
        *(f"told nonsense: {one}" for one in told if one.code not in {"already_decided", "withdrawn"}),
        *unless(Decision.objects.filter(call=call).count() == len(won), "the decisions say otherwise"),
        *unless(effects == (after.status == "succeeded"), f"{effects} effects of a call that is {after.status}"),
        *unless(effects <= len(won), "it acted without a yes"),
    ]
