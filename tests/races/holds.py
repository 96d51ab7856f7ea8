"""Races for a held yes: taking it back against its end, against letting it go at once, and against more time."""

import random
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from agentops.ledger import release_holds
from agentops.models import AgentRun, AuditEntry, Conversation, ToolCall
from agentops.runner.loop import advance
from supervision import actions
from supervision.models import Decision
from tests.races.people import JITTER_SECONDS, SOON, just_then
from tests.races.rounds import Round, Verdict, unexpected, unless
from tests.races.scene import Scene
from tests.toys import set_tier


def held_call(scene: Scene) -> ToolCall:
    """A call whose yes is held, given by the first of the deciders."""
    set_tier("act", "risky", hold=30)
    call = scene.waiting_call()
    seen: dict[str, Any] = {"call_id": call.pk, "version": call.version, "digest": call.digest}
    actions.approve_call(user=scene.deciders[0], **seen, shown="", ticked=set(), typed="")
    set_tier("act", "risky")
    return ToolCall.objects.get(pk=call.pk)


def undo_end(scene: Scene, number: int) -> Round:
    """Somebody takes a yes back while its hold ends and a worker waits for it, within a millisecond."""
    call = held_call(scene)
    at = timezone.now() + SOON
    ToolCall.objects.filter(pk=call.pk).update(held_until=at)
    chance = random.Random(number)
    undo, end = (chance.uniform(-JITTER_SECONDS, JITTER_SECONDS) for _ in range(2))
    runners = [just_then(at, undoing(scene, call, 1), undo), just_then(at, lambda: _end(call), end)]
    return Round(runners, lambda got: _judge_end(scene, call, got))


def undoing(scene: Scene, call: ToolCall, index: int) -> Any:
    """One person's undo of what the page shows."""
    seen: dict[str, Any] = {"call_id": call.pk, "version": call.version, "digest": call.digest}
    return lambda: actions.undo_approval(user=scene.deciders[index], **seen)


def _end(call: ToolCall) -> int:
    released = release_holds()
    advance(call.run_id)
    return released


def _judge_end(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    said, _ = got
    undone = isinstance(said, actions.Answered)
    told = isinstance(said, actions.Refused) and said.code == "too_late"
    if not undone:
        # Both came a moment too early or too late: whoever looks a second later ends it.
        ToolCall.objects.filter(pk=call.pk, status="approved").update(held_until=Now())
        _end(call)
    after = ToolCall.objects.get(pk=call.pk)
    effects, decisions = scene.effects[call.run_id], Decision.objects.filter(call=call, verdict="undone").count()
    begun_early = not undone and not (after.started_at and after.held_until and after.held_until <= after.started_at)
    wrong = [
        *unexpected(got),
        *unless(undone != told, f"{said}"),
        *unless(after.status == ("awaiting" if undone else "succeeded"), f"undone: {undone}, it is {after.status}"),
        *unless(effects == (not undone), f"{effects} effects, undone: {undone}"),
        *unless(decisions == undone, f"{decisions} undone on record"),
        *unless(not begun_early, f"held until {after.held_until}, begun at {after.started_at}"),
    ]
    return Verdict(1, int(told), tuple(wrong))


def undo_now(scene: Scene, number: int) -> Round:
    """Four take a yes back while four let it go at once for a caller on the line."""
    call = held_call(scene)
    Conversation.objects.filter(runs=call.run_id).update(on_the_line=True)
    seen: dict[str, Any] = {"call_id": call.pk, "version": call.version, "digest": call.digest}

    def hurry(index: int) -> Any:
        return lambda: actions.end_hold(user=scene.deciders[index], **seen)

    runners = [(hurry if index % 2 else (lambda i: undoing(scene, call, i)))(index) for index in range(8)]
    return Round(runners, lambda got: _judge_now(scene, call, got))


def _judge_now(scene: Scene, call: ToolCall, got: list[Any]) -> Verdict:
    won = [index for index, one in enumerate(got) if isinstance(one, actions.Answered)]
    told = [one for one in got if isinstance(one, actions.Refused)]
    hurried = bool(won) and won[0] % 2 == 1
    advance(call.run_id)
    after, run = ToolCall.objects.get(pk=call.pk), AgentRun.objects.get(pk=call.run_id)
    entries = AuditEntry.objects.filter(subject=f"call {call.pk}", what__in=["call.undone", "call.hold_ended"]).count()
    codes = {"too_late"} if hurried else {"taken_back"}
    wrong = [
        *unexpected(got),
        *unless(len(won) == 1 and len(told) == 7, f"{got}"),
        *(f"told nonsense: {one}" for one in told if one.code not in codes),
        *unless(entries == 1, f"{entries} entries"),
        *unless(after.status == ("succeeded" if hurried else "awaiting"), f"it is {after.status}"),
        *unless(scene.effects[call.run_id] == hurried, f"{scene.effects[call.run_id]} effects"),
        *unless(run.status == ("completed" if hurried else "suspended"), f"the run is {run.status}"),
    ]
    return Verdict(len(won), len(told), tuple(wrong))


def more_time(scene: Scene, number: int) -> Round:
    """Eight give one request more time at once: ten minutes more, not eighty."""
    call = scene.waiting_call()
    assert call.expires_at
    until = call.expires_at
    seen: dict[str, Any] = {"call_id": call.pk, "version": call.version, "digest": call.digest}

    def extending(index: int) -> Any:
        return lambda: actions.extend_call(user=scene.deciders[index], **seen, seen_until=until.isoformat())

    def judge(got: list[Any]) -> Verdict:
        won = [one for one in got if isinstance(one, actions.Answered)]
        told = [one for one in got if isinstance(one, actions.Refused) and one.code == "already_extended"]
        after = ToolCall.objects.get(pk=call.pk).expires_at
        wrong = [
            *unexpected(got),
            *unless(len(won) + len(told) == len(got), f"{got}"),
            *unless(after and after - until == timedelta(minutes=10), f"{until} became {after}"),
        ]
        return Verdict(len(won), len(told), tuple(wrong))

    return Round([extending(index) for index in range(8)], judge)
