"""Every verb of people that changes something adds an entry to the record, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_otp.plugins.otp_totp.models import default_key

from agentops.audit import verify_chain
from agentops.models import AuditEntry, PolicyChange, ToolCall, ToolPolicy
from supervision import actions
from supervision.actions import Work
from supervision.actions.logins import NOBODY
from supervision.models import Alert, AlertChannel, AlertRule
from supervision.roles import Role
from tests.supervision.rows import MOVE, add_call, add_run, code_of, person, task_type

UNRECORDED = {
    "approve_together": "says yes to each by approve_call, and each of those is recorded (test_together)",
    "check_code": "a right code ends in a log-in, which is recorded; a wrong one is recorded too (test_second_factor)",
    "ask_for_choices": "a question to the tool; nothing is changed by it",
    "choose_language": "how one person reads the desk",
    "draft_golden": "shows what would be kept; nothing is kept",
    "hand_over_work": "leaves each piece of work, and each of those is recorded",
    "look_at_work": "a page that is open; it is gone when the page is",
    "look_again": "asks a worker for a fresh look; nobody decides anything by it",
    "record_list": "has a log of its own, who saw whom",
    "record_viewing": "has a log of its own, who saw whom",
    "save_preferences": "how the desk behaves for one person",
    "sign_draft": "makes a token, no row",
    "sign_showing": "makes a token, no row",
}
"""Verbs that add no entry of their own, and why."""

SEEN_ELSEWHERE = {
    "save_golden": "tests/supervision/test_golden.py needs a whole clinic to bring it about",
    "save_rule": "tests/supervision/alerts/test_alert_pages.py sends the whole form",
}


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


def hear(user: User) -> None:
    call = add_call(MOVE.model_copy(update={"spoken": "Shall I move it?"}), status="asking")
    actions.hear_caller(user=user, **seen(call), words="Yes please")  # type: ignore[arg-type]


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
    change_tool(user, enabled=False)


def change_tool(user: User, **changes: object) -> None:
    policy, _ = ToolPolicy.objects.get_or_create(
        tool="book", defaults={"label": "Book", "tier": "risky", "floor": "risky", "described": True}
    )
    actions.change_policy(
        user=user,
        kind="tool",
        subject="book",
        after=policy.setting.model_copy(update=changes),
        version=policy.version,
        reason="It is safer.",
    )


def return_tool(user: User) -> None:
    set_tier(user)
    actions.return_policy(user=user, kind="tool", subject="book", to_version=1, version=2, reason="As before.")


def confirm(user: User) -> None:
    return_tool(person("nora", "Nora", "Lind", "admin"))
    actions.confirm_change(user=user, change_id=PolicyChange.objects.get(state="waiting").pk)


def decline(user: User) -> None:
    return_tool(user)
    actions.decline_change(user=user, change_id=PolicyChange.objects.get(state="waiting").pk)


def stop(user: User) -> None:
    actions.stop_work(user=user, scope="all", name="", reason="Wrong texts")


def lift(user: User) -> None:
    stop(user)
    actions.lift_stop(user=user, scope="all", name="", reason="Mended")


def shut_out(user: User) -> User:
    someone = colleague()
    actions.deactivate_person(user=user, person_id=someone.pk)
    return someone


def colleague() -> User:
    return person("zoe", "Zoe", "Hart", "front desk")


PLACE = {"first": "Zoe", "last": "Hart", "role": Role.MANAGER, "team": "North"}


def set_up(user: User) -> None:
    key = default_key()
    actions.add_second_factor(user=user, key=key, code=code_of(key))


def renew(user: User) -> None:
    set_up(user)
    actions.renew_recovery_codes(user=user)


def remove(user: User) -> None:
    key = default_key()
    (code, *_others) = actions.add_second_factor(user=user, key=key, code=code_of(key))  # type: ignore[misc]
    actions.remove_second_factor(user=user, code=code)


def reset(user: User) -> None:
    someone = colleague()
    set_up(someone)
    actions.reset_second_factor(user=user, person_id=someone.pk)


def raised() -> Alert:
    rule = AlertRule.objects.create(kind="run_cost", alert_at=3.5)
    now = timezone.now()
    return Alert.objects.create(rule=rule, state="alert", since=now, looked_at=now)


def channel() -> AlertChannel:
    return AlertChannel.objects.create(kind="email", name="Ruth", address="ruth@clinic.example")


RECORDED: dict[str, tuple[str, Callable[[User], object]]] = {
    "approve_call": ("call.approved", approve),
    "reject_call": ("call.rejected", reject),
    "resolve_call": ("call.happened", resolve),
    "undo_approval": ("call.undone", undo),
    "end_hold": ("call.hold_ended", end_hold),
    "extend_call": ("call.extended", extend),
    "change_call": ("call.change_sent", change),
    "hear_caller": ("call.caller_answered", hear),
    "take_work": ("work.taken", take),
    "leave_work": ("work.left", leave),
    "close_handoff": ("handoff.closed", close),
    "start_run": ("run.started", start),
    "cancel_run": ("run.stopped", cancel),
    "set_targets": (
        "targets.changed",
        lambda user: actions.set_targets(user=user, task_type="", targets={"limits": "3"}, most={}),
    ),
    "change_policy": ("tool.changed", set_tier),
    "return_policy": ("tool.change_proposed", return_tool),
    "confirm_change": ("tool.changed", confirm),
    "decline_change": ("tool.change_declined", decline),
    "stop_work": ("work.stopped", stop),
    "lift_stop": ("work.resumed", lift),
    "ask_for_round": ("golden.asked", lambda user: actions.ask_for_round(user=user)),
    "set_budget": (
        "budget.set",
        lambda user: actions.set_budget(user=user, scope="", period="day", limit_nano=10**9),
    ),
    "silence_alert": (
        "alert.silenced",
        lambda user: actions.silence_alert(user=user, alert_id=raised().pk, hours=1),
    ),
    "acknowledge_alert": (
        "alert.acknowledged",
        lambda user: actions.acknowledge_alert(user=user, alert_id=raised().pk, note="I am on it."),
    ),
    "add_channel": (
        "alert_channel.added",
        lambda user: actions.add_channel(user=user, kind="email", name="Ruth", address="ruth@clinic.example"),
    ),
    "switch_channel": (
        "alert_channel.off",
        lambda user: actions.switch_channel(user=user, channel_id=channel().pk, enabled=False),
    ),
    "add_person": ("person.added", lambda user: actions.add_person(user=user, username="zoe", **PLACE)),  # type: ignore[arg-type]
    "change_person": (
        "person.changed",
        lambda user: actions.change_person(user=user, person_id=colleague().pk, **PLACE),  # type: ignore[arg-type]
    ),
    "deactivate_person": ("person.deactivated", shut_out),
    "activate_person": (
        "person.activated",
        lambda user: actions.activate_person(user=user, person_id=shut_out(user).pk),
    ),
    "make_password_link": (
        "person.link_made",
        lambda user: actions.make_password_link(user=user, person_id=colleague().pk),
    ),
    "require_second_factor": (
        "people.second_factor",
        lambda user: actions.require_second_factor(user=user, roles=[Role.ADMIN]),
    ),
    "add_second_factor": ("second_factor.added", set_up),
    "renew_recovery_codes": ("second_factor.codes_renewed", renew),
    "remove_second_factor": ("second_factor.removed", remove),
    "reset_second_factor": ("second_factor.reset", reset),
    "choose_password": ("password.chosen", lambda user: actions.choose_password(user=user, password="a long one 12")),
    "record_login": ("login.done", lambda user: actions.record_login(user=user, second=False)),
    "record_pause": (
        "login.paused",
        lambda user: actions.record_pause(account="leo", address="192.0.2.1", lasts=timedelta(minutes=15)),
    ),
}
"""Every verb that changes something, the entry it makes, and how it is brought about."""


def test_every_verb_is_seen_to_be_recorded_or_says_why_it_is_not() -> None:
    verbs = {name for name in actions.__all__ if name[0].islower()}
    assert verbs == set(RECORDED) | set(UNRECORDED) | set(SEEN_ELSEWHERE)
    assert not set(RECORDED) & set(UNRECORDED)


@pytest.mark.parametrize("verb", RECORDED)
def test_a_verb_that_changes_something_is_recorded(leo: User, task_types: None, verb: str) -> None:
    what, bring_about = RECORDED[verb]
    bring_about(leo)
    entry = AuditEntry.objects.latest("seq")
    assert (entry.what, entry.who) == (what, NOBODY if what == "login.paused" else "Leo Marsh")
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
