"""A race for several requests at once: eight people say yes to the same three."""

from typing import Any

from agentops.models import ToolCall
from supervision import actions
from tests.races.people import judge_answers
from tests.races.rounds import Round, Verdict, unexpected
from tests.races.scene import Scene
from tests.races.starting import Runner
from tests.supervision.rows import ANA
from tests.toys import set_tier

CALLS = 3


def together_together(scene: Scene, number: int) -> Round:
    """Half of them read the list from its other end, so that nobody is first everywhere."""
    calls = [_easy(scene.waiting_call()) for _ in range(CALLS)]
    set_tier("act", "safe")
    runners = [_press(scene, calls[:: -1 if index % 2 else 1], index) for index in range(8)]
    return Round(runners, lambda got: _judge(scene, calls, got))


def _easy(call: ToolCall) -> ToolCall:
    card = {**(call.card or {}), "subject": ANA.model_dump(mode="json")}
    ToolCall.objects.filter(pk=call.pk).update(tier="safe", card=card)
    return ToolCall.objects.get(pk=call.pk)


def _press(scene: Scene, calls: list[ToolCall], index: int) -> Runner:
    seen = [actions.Seen(call.pk, call.version, call.digest) for call in calls]
    return lambda: actions.approve_together(user=scene.deciders[index], seen=seen)


def _judge(scene: Scene, calls: list[ToolCall], got: list[Any]) -> Verdict:
    """Each of the three was decided once, by one of the eight, whatever became of the two others."""
    if wrong := unexpected(got):
        return Verdict(0, 0, tuple(wrong))
    told = [{one.call_id: one.outcome for one in press} for press in got]
    each = [judge_answers(scene, call, [press[call.pk] for press in told]) for call in calls]
    set_tier("act", "risky")
    winners, losers = sum(one.winners for one in each), sum(one.told for one in each)
    return Verdict(winners, losers, tuple(words for one in each for words in one.wrong))
