"""A yes that is held: nothing begins before its time, it can be taken back until then, and its end rings the worker."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from agentops import control
from agentops.control import Extended, Settled, Unsettled
from agentops.domain.holds import MORE_TIME, hold_time
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.ledger import release_holds, tend_holds
from agentops.models import AgentRun, Conversation, ToolCall, ToolPolicy
from agentops.runner import sweeper
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, change_tool, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

acted: Counter[int] = Counter()


def act(context: ToolContext, args: Note) -> Answer:
    acted[context.run_id] += 1
    return Answer(text="acted")


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    acted.clear()
    make_task()
    set_tier("act", "risky", hold=None)
    set_tier("book", "risky", hold=None)
    with plugged_in(
        toy("act", act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY),
        toy("book", act, effect=Effect.TRANSACTIONAL, floor=ActionTier.RISKY, local=True),
    ):
        yield


def model(*tools: str) -> ScriptedModel:
    return ScriptedModel(call(*[(tool, {"text": "x"}) for tool in tools or ("act",)]), say("Done."))


def held_call(script: ScriptedModel, *, on_the_line: bool = False, approver: int | None = None) -> ToolCall:
    """A run that is parked with a yes that is held."""
    run = work(begin(on_the_line=on_the_line), script)
    settled = answer(waiting_calls(run.pk)[0], approver=approver)
    assert isinstance(settled, Settled) and settled.held_until
    return ToolCall.objects.get(run=run, status="approved")


def seen(held: ToolCall) -> dict[str, Any]:
    return {"call_id": held.pk, "version": held.version, "digest": held.digest}


def let_hold_pass(held: ToolCall) -> None:
    ToolCall.objects.filter(pk=held.pk).update(held_until=Now())


def run_of(held: ToolCall) -> AgentRun:
    return AgentRun.objects.get(pk=held.run_id)


@pytest.mark.parametrize(
    ("tier", "configured", "on_the_line", "seconds"),
    [
        ("safe", None, False, 30),
        ("risky", None, False, 30),
        ("destructive", None, False, 60),
        ("risky", None, True, 10),
        ("destructive", 90, True, 10),
        ("risky", 5, True, 5),
        ("risky", 90, False, 90),
        ("destructive", 0, False, 0),
    ],
)
def test_a_yes_is_held_as_the_policy_says_or_the_tier_and_shortly_for_a_caller_on_the_line(
    tier: str, configured: int | None, on_the_line: bool, seconds: int
) -> None:
    held = hold_time(tier=ActionTier(tier), configured=configured, on_the_line=on_the_line)
    assert held == timedelta(seconds=seconds)


def test_a_policy_cannot_hold_longer_than_two_minutes() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ToolPolicy.objects.filter(tool="act").update(hold_seconds=121)


@pytest.mark.parametrize("tool", ["act", "book"])
def test_nothing_begins_before_the_hold_is_over_however_often_the_bell_rings(tool: str) -> None:
    script = model(tool)
    held = held_call(script)
    assert run_of(held).status == "suspended", "a held yes costs a row, and no worker"
    AgentRun.objects.filter(pk=held.run_id).update(status="queued")
    assert work(held.run_id, script).status == "suspended"
    assert not acted and release_holds() == 0
    let_hold_pass(held)
    assert release_holds() == 1
    assert run_of(held).status == "queued"
    assert work(held.run_id, script).status == "completed"
    assert acted[held.run_id] == 1
    done = ToolCall.objects.get(pk=held.pk)
    assert done.started_at and done.held_until and done.held_until <= done.started_at


def test_a_yes_without_a_hold_goes_to_work_at_once() -> None:
    set_tier("act", "risky", hold=0)
    script = model()
    run = work(begin(), script)
    settled = answer(waiting_calls(run.pk)[0])
    assert isinstance(settled, Settled) and settled.held_until is None
    assert AgentRun.objects.get(pk=run.pk).status == "queued"


def test_a_yes_taken_back_waits_again_with_the_time_it_had_left_and_nothing_was_done() -> None:
    script = model()
    held = held_call(script)
    ToolCall.objects.filter(pk=held.pk).update(decided_at=F("decided_at") - timedelta(seconds=20))
    assert isinstance(control.undo_approval(**seen(held)), Settled)
    waits = ToolCall.objects.get(pk=held.pk)
    assert (waits.status, waits.version, waits.decided_by, waits.approver) == ("awaiting", held.version + 1, "", None)
    assert waits.decided_at is None and waits.held_until is None
    assert waits.expires_at and held.expires_at
    assert waits.expires_at - held.expires_at >= timedelta(seconds=20)
    assert release_holds() == 0 and not acted
    answer(waits)
    let_hold_pass(waits)
    release_holds()
    assert work(held.run_id, script).status == "completed" and acted[held.run_id] == 1


def test_too_late_a_second_time_or_with_another_version_nothing_is_taken_back() -> None:
    script = model()
    held = held_call(script)
    other = control.undo_approval(call_id=held.pk, version=held.version - 1, digest=held.digest)
    assert isinstance(other, Unsettled) and other.code == "card_changed"
    let_hold_pass(held)
    late = control.undo_approval(**seen(held))
    assert isinstance(late, Unsettled) and (late.code, late.message) == (
        "too_late",
        "It is too late: it is being done now.",
    )
    release_holds()
    work(held.run_id, script)
    done = control.undo_approval(**seen(held))
    assert isinstance(done, Unsettled) and done.message.startswith("It is too late: it was done at ")
    missing = control.undo_approval(call_id=0, version=1, digest="")
    assert isinstance(missing, Unsettled) and missing.code == "not_found"


def test_do_it_now_ends_the_hold_for_a_caller_on_the_line_and_for_nobody_else() -> None:
    script = model()
    held = held_call(script)
    refused = control.end_hold(**seen(held))
    assert isinstance(refused, Unsettled) and refused.code == "hold_stands"
    Conversation.objects.update(on_the_line=True)
    assert isinstance(control.end_hold(**seen(held)), Settled)
    assert run_of(held).status == "queued"
    again = control.end_hold(**seen(held))
    assert isinstance(again, Unsettled) and again.code == "too_late"
    assert isinstance(control.undo_approval(**seen(held)), Unsettled)
    assert work(held.run_id, script).status == "completed" and acted[held.run_id] == 1


def test_a_sibling_that_is_turned_down_does_not_end_the_hold_of_another() -> None:
    script = model("act", "book")
    run = work(begin(), script)
    first, second = waiting_calls(run.pk)
    answer(first)
    answer(second, yes=False)
    assert work(run.pk, script).status == "suspended" and not acted
    let_hold_pass(first)
    release_holds()
    assert work(run.pk, script).status == "completed" and acted[run.pk] == 1


def test_a_stop_a_stricter_rule_a_cancelled_run_withdraw_a_held_yes() -> None:
    script = model()
    by_stop, by_rule, by_cancel = held_call(script), held_call(script), held_call(script)
    control.cancel_run(run_id=by_cancel.run_id, by="Ruth Kerr")
    assert work(by_cancel.run_id, script).status == "cancelled"
    change_tool("act", tier="destructive")
    assert {ToolCall.objects.get(pk=one.pk).status for one in (by_stop, by_rule)} == {"invalidated"}
    set_tier("act", "risky", hold=None)
    stopped = held_call(script)
    control.stop_work(scope="all", reason="Look first.", by="Ruth Kerr")
    assert ToolCall.objects.get(pk=stopped.pk).status == "invalidated"
    for one in (by_stop, by_rule, by_cancel, stopped):
        told = control.undo_approval(**seen(one))
        assert isinstance(told, Unsettled) and told.code == "withdrawn", told
    assert not acted


@pytest.mark.parametrize("how", ["locked", "without a role", "deleted"])
@pytest.mark.parametrize("tool", ["act", "book"])
def test_a_yes_of_somebody_who_may_no_longer_say_it_is_withdrawn_when_its_hold_ends(how: str, tool: str) -> None:
    user = User.objects.create_user("mo")
    user.groups.add(Group.objects.get_or_create(name="front desk")[0])
    script = model(tool)
    held = held_call(script, approver=user.pk)
    if how == "locked":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif how == "without a role":
        user.groups.clear()
    else:
        user.delete()
    let_hold_pass(held)
    release_holds()
    work(held.run_id, script)
    after = ToolCall.objects.get(pk=held.pk)
    assert after.status == "invalidated" and after.result["code"] == "approver_gone" and not acted


def test_more_time_moves_the_end_ten_minutes_at_a_time_and_not_for_ever() -> None:
    run = work(begin(), model())
    waits = waiting_calls(run.pk)[0]
    first = waits.expires_at
    assert first
    for number in range(1, 11):
        now = ToolCall.objects.get(pk=waits.pk)
        assert now.expires_at
        given = control.extend_call(**seen(now), seen_until=now.expires_at.isoformat())
        assert isinstance(given, Extended) and given.expires_at == first + number * MORE_TIME
    last = ToolCall.objects.get(pk=waits.pk)
    assert last.version == waits.version, "a colleague's open page can still be answered"
    assert last.expires_at
    refused = control.extend_call(**seen(last), seen_until=last.expires_at.isoformat())
    assert isinstance(refused, Unsettled) and refused.code == "no_more_time"


def test_more_time_ends_where_what_it_is_about_begins() -> None:
    waits = waiting_calls(work(begin(), model()).pk)[0]
    assert waits.expires_at and isinstance(waits.card, dict)
    begins = waits.expires_at + timedelta(minutes=4)
    ToolCall.objects.filter(pk=waits.pk).update(card={**waits.card, "useful_until": begins.isoformat()})
    given = control.extend_call(**seen(waits), seen_until=waits.expires_at.isoformat())
    assert isinstance(given, Extended) and given.expires_at == begins
    refused = control.extend_call(**seen(waits), seen_until=begins.isoformat())
    assert isinstance(refused, Unsettled) and refused.code == "no_more_time"


def test_two_who_press_more_time_at_once_add_it_once_and_nobody_adds_to_what_is_over() -> None:
    run = work(begin(), model())
    waits = waiting_calls(run.pk)[0]
    assert waits.expires_at
    until = waits.expires_at.isoformat()
    assert isinstance(control.extend_call(**seen(waits), seen_until=until), Extended)
    second = control.extend_call(**seen(waits), seen_until=until)
    assert isinstance(second, Unsettled) and second.message.startswith("It already has more time, until ")
    changed = control.extend_call(call_id=waits.pk, version=9, digest=waits.digest, seen_until=until)
    assert isinstance(changed, Unsettled) and changed.code == "card_changed"
    ToolCall.objects.filter(pk=waits.pk).update(expires_at=Now())
    over = control.extend_call(**seen(waits), seen_until=until)
    assert isinstance(over, Unsettled) and over.code == "no_longer_waits"


def test_the_clock_of_holds_rings_at_the_end_and_outlives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, waits = iter([0.4, OSError("away"), None]), list[float]()

    class Stopping(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return len(waits) > 3

    def look() -> float | None:
        found = next(looks)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(sweeper, "tend_holds", look)
    sweeper.end_holds(Stopping())
    assert waits == [0.0, 0.4, 1.0, 1.0]


def test_the_clock_knows_the_next_end_rings_for_what_is_over_and_is_idle_where_nothing_is_held() -> None:
    assert tend_holds() is None
    first, second = held_call(model()), held_call(model(), on_the_line=True)
    left = tend_holds()
    assert left and 5 < left <= 10
    let_hold_pass(second)
    left = tend_holds()
    assert left and 20 < left <= 30
    assert (run_of(first).status, run_of(second).status) == ("suspended", "queued")


def test_the_sweep_ends_holds_that_no_clock_ended() -> None:
    held = held_call(model())
    let_hold_pass(held)
    sweeper.sweep_once()
    assert run_of(held).status == "queued"


def test_whoever_looks_for_holds_that_are_over_reads_only_what_is_held() -> None:
    held_call(model())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        release_holds()
    looked = queries.captured_queries[0]["sql"]
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"{explain} {looked}")
        plan = " ".join(str(row) for row in cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
    assert "call_on_hold" in plan, plan
