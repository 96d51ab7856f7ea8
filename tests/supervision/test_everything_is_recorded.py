"""Every verb of people that changes something adds an entry to the record, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from agentops.audit import verify_chain
from agentops.models import AuditEntry, ToolCall, ToolPolicy
from supervision import actions
from supervision.actions import Work
from tests.supervision.rows import MOVE, add_call, add_run, task_type

UNRECORDED = {
    "ask_for_choices": "a question to the tool; nothing is changed by it",
    "choose_language": "how one person reads the desk",
    "hand_over_work": "leaves each piece of work, and each of those is recorded",
    "look_at_work": "a page that is open; it is gone when the page is",
    "record_viewing": "has a log of its own, who saw whom",
    "save_preferences": "how the desk behaves for one person",
    "sign_showing": "makes a token, no row",
}
"""Verbs that add no entry of their own, and why."""


def seen(call: ToolCall) -> dict[str, object]:
    call.refresh_from_db()
    return {"call_id": call.pk, "version": call.version, "digest": call.digest}


def approve(user: User) -> ToolCall:
    call = add_call(run=add_run(on_the_line=True))
    actions.approve_call(user=user, **seen(call), shown="", ticked=set(), typed="")  # type: ignore[arg-type]
    return call


def reject(user: User) -> None:
    actions.reject_call(user=user, **seen(add_call()), reason="other", note="")  # type: ignore[arg-type]


def resolve(user: User) -> None:
    call = add_call(status="in_doubt", decided_by="Mo Ali", started_at=timezone.now())
    actions.resolve_call(user=user, call_id=call.pk, version=call.version, happened=True, note="I rang them")


def undo(user: User) -> None:
    actions.undo_approval(user=user, **seen(approve(user)))  # type: ignore[arg-type]


def end_hold(user: User) -> None:
    actions.end_hold(user=user, **seen(approve(user)))  # type: ignore[arg-type]


def extend(user: User) -> None:
    call = add_call()
    until = call.expires_at.isoformat() if call.expires_at else ""
    actions.extend_call(user=user, **seen(call), seen_until=until)  # type: ignore[arg-type]


def change(user: User) -> None:
    call = add_call(MOVE.model_copy(update={"changeable": True}))
    actions.change_call(user=user, **seen(call), values={"day": "2026-03-12"}, note="")  # type: ignore[arg-type]


def take(user: User) -> Work:
    work = Work("call", add_call().pk)
    actions.take_work(user=user, work=work, due_in=timedelta(minutes=5))
    return work


def leave(user: User) -> None:
    actions.leave_work(user=user, work=take(user), note="She rings back")


def close(user: User) -> None:
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=timezone.now())
    actions.close_handoff(user=user, run_id=run.pk, note="I rang her")


def start(user: User) -> int:
    return actions.start_run(user=user, request="Book me in", channel="phone", on_the_line=False)


def cancel(user: User) -> None:
    actions.cancel_run(user=user, run_id=add_run().pk)


def set_tier(user: User) -> None:
    ToolPolicy.objects.create(tool="book", label="Book", tier="risky", floor="risky", described=True)
    actions.set_tool_tier(user=user, tool="book", tier="destructive", enabled=True, version=1)


def stop(user: User) -> None:
    actions.stop_work(user=user, scope="all", name="", reason="Wrong texts")


def lift(user: User) -> None:
    stop(user)
    actions.lift_stop(user=user, scope="all", name="", reason="Mended")


RECORDED: dict[str, tuple[str, Callable[[User], object]]] = {
    "approve_call": ("call.approved", approve),
    "reject_call": ("call.rejected", reject),
    "resolve_call": ("call.happened", resolve),
    "undo_approval": ("call.undone", undo),
    "end_hold": ("call.hold_ended", end_hold),
    "extend_call": ("call.extended", extend),
    "change_call": ("call.change_sent", change),
    "take_work": ("work.taken", take),
    "leave_work": ("work.left", leave),
    "close_handoff": ("handoff.closed", close),
    "start_run": ("run.started", start),
    "cancel_run": ("run.stopped", cancel),
    "set_tool_tier": ("tool.changed", set_tier),
    "stop_work": ("work.stopped", stop),
    "lift_stop": ("work.resumed", lift),
}
"""Every verb that changes something, the entry it makes, and how it is brought about."""


def test_every_verb_is_seen_to_be_recorded_or_says_why_it_is_not() -> None:
    verbs = {name for name in actions.__all__ if name[0].islower()}
    assert verbs == set(RECORDED) | set(UNRECORDED)
    assert not set(RECORDED) & set(UNRECORDED)


@pytest.mark.parametrize("verb", RECORDED)
def test_a_verb_that_changes_something_is_recorded(leo: User, task_types: None, verb: str) -> None:
    what, bring_about = RECORDED[verb]
    bring_about(leo)
    entry = AuditEntry.objects.latest("seq")
    assert (entry.what, entry.who) == (what, "Leo Marsh")
    assert verify_chain() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", RECORDED)
def test_what_cannot_be_recorded_is_not_done(leo: User, task_types: None, verb: str) -> None:
    """The last entry that the verb would add fails; whatever went before it in the same verb is undone with it."""
    what, bring_about = RECORDED[verb]
    real = AuditEntry.save

    def refuse(entry: AuditEntry, **options: bool) -> None:
        if entry.what == what:
            raise OSError("no room for the record")
        real(entry, **options)

    with mock.patch.object(AuditEntry, "save", refuse), pytest.raises(OSError, match="no room"):
        bring_about(leo)
    assert not AuditEntry.objects.filter(what=what).exists()


@pytest.fixture
def task_types(db: None) -> None:
    """The kind of task that a new request begins as."""
    task_type("unsorted", "Not sorted yet")
