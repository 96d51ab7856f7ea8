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


def asks_nothing(subject: Subject) -> Iterator[str]:
    if subject.edits().exists():
        yield "a change is asked for although nobody was told that it was sent"
    yield from waits_unchanged(subject)


def waits_unchanged(subject: Subject) -> Iterator[str]:
    act = _act(subject)
    if (act.status, act.version) != ("awaiting", 1) or subject.acting("superseded"):
        yield f"the call is {act.status} in version {act.version}"
    yield from shows_it(subject)


def is_changed(subject: Subject) -> Iterator[str]:
    old = ToolCall.objects.get(run__request_key=subject.key, status="superseded")
    new, edit = _act(subject), subject.edits().get()
    if (new.supersedes, new.status, new.tool_use_id) != (old, "awaiting", old.tool_use_id) or old.decided_by:
        yield f"{new} is {new.status} in the place of {new.supersedes}"
    if edit.successor != new or not AuditEntry.objects.filter(what="call.changed", subject=f"call {old.pk}").exists():
        yield "the change is not told or not sealed"
    again = say_yes(old)
    if not isinstance(again, Refused) or again.code != "superseded":
        yield f"a yes to the old call was answered with {again}"
    yield from shows_it(subject)


def is_held(subject: Subject) -> Iterator[str]:
    if subject.took_back() or not subject.acting("approved"):
        yield f"the call is {_act(subject).status} although nobody was told that it was taken back"


def waits_again(subject: Subject) -> Iterator[str]:
    act = _act(subject)
    if act.status != "awaiting" or act.held_until or act.decided_by:
        yield f"the call is {act.status} after its yes was taken back"
    verdicts = list(Decision.objects.filter(call=act).order_by("pk").values_list("verdict", flat=True))
    if verdicts != ["approved", "undone"]:
        yield f"decisions {verdicts}"
    yield from shows_it(subject)


FIRST_LOOKS: dict[str, Callable[[Subject], Iterator[str]]] = {
    "K1": leaves_nothing,
    "K11": shows_it,
    "K12": shows_it,
    "K13": decides_nothing,
    "K14": decision_stands,
    "K15": is_still_approved,
    "K16": is_still_approved,
    "K17": is_still_approved,
    "K25": asks_nothing,
    "K26": waits_unchanged,
    "K27": waits_unchanged,
    "K28": is_changed,
    "K29": is_held,
    "K30": waits_again,
}


def _act(subject: Subject) -> ToolCall:
    calls = ToolCall.objects.filter(run__request_key=subject.key, tool=acting_tool(subject.effect))
    return calls.exclude(status="superseded").get()
