"""The emergency switch: everything, a type of task, a tool or one run stands still until somebody lifts the stop."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.audit import append_entry
from agentops.control.outcomes import BadRequest, Stopped
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.models import AgentRun, StopScope, StopSwitch, TaskType, ToolCall, ToolPolicy, move_call, requeue_run

MAX_REASON = 300
_OF_NO_RUN = Event(kind="desk.changed", run_id=0)


@transaction.atomic
def stop_work(*, scope: str, name: str = "", reason: str, by: str) -> Stopped:
    """Stop everything ("all"), a type of task by its slug ("task_type"), a tool by its name ("tool"), a run by its
    number ("run").

    From the commit on no run in the scope is taken up and none begins a further act; what has begun ends and is
    recorded. What was approved and had not begun is withdrawn; what waits for an answer goes on waiting.
    Raises BadRequest where there is no such thing, or no reason.
    """
    _check_scope(scope, name)
    stop, created = StopSwitch.objects.get_or_create(
        scope=scope, name=name, defaults={"reason": _check_reason(reason), "who": by, "at": timezone.now()}
    )
    begun = ToolCall.objects.filter(_calls_in(stop), status=CallStatus.STARTED)
    if not created:
        return Stopped(created=False, invalidated=0, in_flight=begun.count())
    stopped = Stopped(created=True, invalidated=_withdraw_approved(stop, wait=False), in_flight=begun.count())
    facts = {"reason": stop.reason, "withdrawn": stopped.invalidated, "in_flight": stopped.in_flight}
    append_entry(who=by, what="work.stopped", subject=_subject(stop), facts=facts)
    _tell_desks(stop)
    return stopped


@transaction.atomic
def lift_stop(*, scope: str, name: str = "", reason: str, by: str) -> bool:
    """End a stop; False where there was none. Runs it froze go on with the next sweep, and it releases no action:
    an answer that slipped in while the stop was being made is withdrawn too.
    """
    reason = _check_reason(reason)
    stop = StopSwitch.objects.select_for_update().filter(scope=scope, name=name).first()
    if stop is None:
        return False
    withdrawn = _withdraw_approved(stop, wait=True)
    stop.delete()
    append_entry(who=by, what="work.resumed", subject=_subject(stop), facts={"reason": reason, "withdrawn": withdrawn})
    _tell_desks(stop)
    return True


def _check_scope(scope: str, name: str) -> None:
    known = {
        StopScope.ALL: name == "",
        StopScope.TASK_TYPE: TaskType.objects.filter(slug=name).exists(),
        # A tool that nobody classified has no policy, and is the more reason to be able to stop it.
        StopScope.TOOL: ToolPolicy.objects.filter(tool=name).exists() or ToolCall.objects.filter(tool=name).exists(),
        StopScope.RUN: _is_open_run(name),
    }
    if scope not in known:
        raise BadRequest("unknown_scope", say("Choose what to stop: everything, a type of task, a tool or a run."))
    if scope == StopScope.RUN and not known[StopScope.RUN]:
        raise BadRequest("run_over", say("This run is over, so there is nothing to stop."))
    if not known[StopScope(scope)]:
        raise BadRequest("unknown_name", say("There is nothing named %(name)s to stop.", name=name))


def _is_open_run(name: str) -> bool:
    """Whether this is the number of a run that is not over, written as it is stored: the stop is found by it."""
    number = int(name[:18]) if name.isdecimal() else 0
    return str(number) == name and AgentRun.objects.filter(pk=number, finished_at=None).exists()


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or "\x00" in reason:
        raise BadRequest("reason_missing", say("Write why, so that everybody who runs into it knows."))
    if len(reason) > MAX_REASON:
        raise BadRequest(
            "reason_too_long",
            say(
                "That is %(length)s of %(max_reason)s characters. Shorten it.",
                length=f"{len(reason):,}",
                max_reason=MAX_REASON,
            ),
        )
    return reason


def _subject(stop: StopSwitch) -> str:
    return f"{stop.scope} {stop.name}".strip()[:80]


def _calls_in(stop: StopSwitch) -> Q:
    match stop.scope:
        case StopScope.ALL:
            return Q()
        case StopScope.TOOL:
            return Q(tool=stop.name)
        case StopScope.RUN:
            return Q(run=int(stop.name))
        case _:
            return Q(run__task_type__slug=stop.name)


def _tell_desks(stop: StopSwitch) -> None:
    """Every page shows what is stopped; the page of a run that is stopped alone shows it too."""
    announce(_OF_NO_RUN)
    if stop.scope == StopScope.RUN:
        announce(Event(kind="run.changed", run_id=int(stop.name)))


def _withdraw_approved(stop: StopSwitch, *, wait: bool) -> int:
    """Take back every yes in the scope that has not been acted on, run by run.

    Without `wait` a run whose row somebody holds is left out: an emergency switch waits for nobody. If the call
    begins at this very moment it was in flight; if not, the stop keeps it from beginning and lifting withdraws it.
    """
    approved = ToolCall.objects.filter(_calls_in(stop), status=CallStatus.APPROVED).order_by("run_id", "pk")
    count = 0
    for call_id, run_id in approved.values_list("pk", "run_id"):
        run = AgentRun.objects.select_for_update(skip_locked=not wait).filter(pk=run_id).first()
        count += bool(run and _withdraw(call_id, run, _withdrawal(stop)))
    return count


def _withdraw(call_id: int, run: AgentRun, result: ToolResult) -> bool:
    now = timezone.now()
    withdrawn = move_call(
        call_id=call_id,
        old=[CallStatus.APPROVED],
        new=CallStatus.INVALIDATED,
        result=result.stored,
        finished_at=now,
    )
    if withdrawn:
        if requeue_run(run, now=now):
            wake(run.pk)
        announce(Event(kind="call.settled", run_id=run.pk, call_id=call_id))
    return withdrawn


def _withdrawal(stop: StopSwitch) -> ToolResult:
    return failure(
        "stopped",
        say(
            "Staff stopped this while it waited to be done, so it was withdrawn and not done. %(sentence)s",
            sentence=stop.sentence,
        ),
        "Propose it once more if it is still needed.",
    )
