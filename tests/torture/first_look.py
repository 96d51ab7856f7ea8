"""What must be true right after a fault, before anybody repairs anything."""

from collections.abc import Callable, Iterator

from agentops.models import AgentRun, AuditEntry, Conversation, ToolCall
from supervision.actions import Refused
from supervision.models import Decision
from tests.torture.cast import acting_tool
from tests.torture.invariants import is_on_the_desk
from tests.torture.life import say_yes
from tests.torture.points import Subject


def leaves_nothing(subject: Subject) -> Iterator[str]:
    if subject.run() or Conversation.objects.filter(runs=None, channel="desk").exists():
        yield "something of the run exists"
    if AuditEntry.objects.filter(what="run.started").count() != AgentRun.objects.count():
        yield "a run is sealed that does not exist"


def shows_it(subject: Subject) -> Iterator[str]:
    if not is_on_the_desk(_act(subject)):
        yield "the desk does not show what waits"


def decides_nothing(subject: Subject) -> Iterator[str]:
    act = _act(subject)
    if act.status != "awaiting" or act.decisions.exists():
        yield f"the call is {act.status} although nobody was told that it was decided"
    yield from shows_it(subject)


def decision_stands(subject: Subject) -> Iterator[str]:
    act = _act(subject)
    if act.status != "approved" or Decision.objects.filter(call=act, verdict="approved").count() != 1:
        yield f"the call is {act.status} after a yes"
    again = say_yes(act)
    if not isinstance(again, Refused) or again.code != "already_decided":
        yield f"a second yes was answered with {again}"


def is_still_approved(subject: Subject) -> Iterator[str]:
    if not subject.acting("approved"):
        yield f"the call is {_act(subject).status} although nobody had begun it"


FIRST_LOOKS: dict[str, Callable[[Subject], Iterator[str]]] = {
    "K1": leaves_nothing,
    "K11": shows_it,
    "K12": shows_it,
    "K13": decides_nothing,
    "K14": decision_stands,
    "K15": is_still_approved,
    "K16": is_still_approved,
    "K17": is_still_approved,
}


def _act(subject: Subject) -> ToolCall:
    return ToolCall.objects.get(run__request_key=subject.key, tool=acting_tool(subject.effect))
