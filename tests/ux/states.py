"""Every state that staff can meet: who sees it, at which address, and what is pressed to bring it about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page

from agentops.domain.cards import Change, Renewal
from agentops.management.demo_requests import STAFF
from agentops.models import AgentRun, CallEdit, TaskType, ToolCall, ToolPolicy
from supervision.models import Claim, Decision
from tests.supervision.alerts.rows import raise_alerts
from tests.supervision.metrics.facts import add_weeks
from tests.supervision.rows import MOVE, TWO_PM, add_call, add_policy, add_run, add_step
from tests.ux.stage import arrive

LONG_RUN = 240


@dataclass(frozen=True)
class State:
    """One state. `act` is done on the open page; `stranger` is somebody without a session.

    A `path` that is a function makes what it leads to: the state can be brought about only once with it.
    """

    name: str
    path: str | Callable[[], str]
    who: str = "priya"
    act: Callable[[Page], object] | None = None
    stranger: bool = False


def read_empty_states() -> list[State]:
    """What is seen before anybody asked for anything."""
    return [State("empty", "/"), State("empty-runs", "/runs/"), State("empty-metrics", "/metrics/", who="ruth")]


def read_states() -> list[State]:
    """Everything else, on a morning's requests that are there already."""
    return [*_queue(), *_request(), *_held(), *_looked_at(), *_answered(), *_runs(), *_pages()]


def _queue() -> list[State]:
    return [
        State("queue", "/"),
        State("queue-decided", "/?view=decided"),
        State("queue-found", "/?q=gomez"),
        State("queue-spanish", _request_of("Gomez"), act=_speak_spanish),
        State("queue-keys", _request_of("Gomez"), act=lambda page: _press(page, "?")),
        State("queue-not-live", _request_of("Gomez"), act=_lose_the_line),
        State("queue-new", "/", act=_let_two_arrive),
    ]


def _request() -> list[State]:
    conflict = add_call(
        MOVE.model_copy(update={"mismatches": [TWO_PM], "said_spans": [(21, 41)]}),
        run=add_run("Could I do Thursday, any time after three?", on_the_line=True),
        step=None,
    )
    held = add_call(run=add_run(channel="text"))
    Claim.objects.create(
        call=held, user=_user("mo"), who="Mo Ali", taken_at=timezone.now(), seen_at=timezone.now(), kept=True
    )
    doubt = add_call(status="in_doubt", decided_by="Mo Ali", started_at=timezone.now())
    unknown = add_call(None, tool="sync_ledger", tier="destructive")
    return [
        State("request", _request_of("Brandt")),
        State("request-conflict", _at(conflict)),
        State("request-conflict-unticked", _at(conflict), act=_say_yes),
        State("request-no", _request_of("Gomez"), act=lambda page: page.locator("[data-no] summary").first.click()),
        State("request-final", _request_of("Cancel")),
        State("request-final-untyped", _request_of("Cancel"), act=_say_yes),
        State("request-taken", _at(held)),
        State("request-doubt", _at(doubt)),
        State("request-undescribed", _at(unknown)),
        State("request-logged-out", _request_of("Gomez"), act=_end_session),
    ]


def _held() -> list[State]:
    undone = add_call(version=3)
    who = {"user": _user("mo"), "who": "Mo Ali", "role": "front desk"}
    seen = {"version_seen": 2, "digest_seen": undone.digest, "decided_at": timezone.now()}
    Decision.objects.create(call=undone, verdict="undone", **who, **seen)
    two = MOVE.model_copy(update={"two_people": ["It is less than 24 hours away."]})
    return [
        State("held", _hold),
        State("undone", _at(undone)),
        State("second-person", _at(add_call(two, confirmers=2, tier="destructive"))),
        State("second-person-own", _at(add_call(two, confirmers=2, run=add_run(asked_by="Priya Nair")))),
        State("change-first", _request_of("Brandt"), act=_change_first),
    ]


def _hold() -> str:
    """A yes of a moment ago."""
    now = timezone.now()
    held = {"decided_at": now, "held_until": now + timedelta(seconds=30)}
    return _at(add_call(status="approved", decided_by="Priya Nair", approver=_user("priya").pk, **held))


def _looked_at() -> list[State]:
    now = timezone.now()
    gone = Renewal(at=now, gone="The 2pm slot has gone. It was booked at the desk at 2:35pm.")
    lines = [
        Change(label="When", now="Thursday 12 March, 2pm", then="Thursday 12 March, 2:40pm"),
        Change(label="Checked", now="2pm is still free", then="2:40pm is still free"),
    ]
    changed = MOVE.model_copy(update={"renewal": Renewal(at=now, shown=lines)})
    nobody = add_call(MOVE.model_copy(update={"checked_at": now - timedelta(minutes=3)}))
    CallEdit.objects.create(
        call=nobody, looks=True, who="Mo Ali", version=1, digest=nobody.digest, asked_at=now - timedelta(seconds=30)
    )
    ask = MOVE.model_copy(update={"ask": "Shall I move Ana’s appointment to Thursday 12 March, 2pm, with Dr Patel?"})
    asking = add_call(ask, status="asking", ask_requester=True)
    heard = {"question": ask.spoken, "words": "Yes please", "answer": "yes", "at": now.isoformat(), "by": "Mo Ali"}
    return [
        State("request-stale", _at(add_call(MOVE.model_copy(update={"renewal": gone}), status="invalidated"))),
        State("request-changed", _at(add_call(changed, version=2))),
        State("request-no-worker", _at(nobody)),
        State("request-asking", _at(asking)),
        State("run-asking", f"/runs/{asking.run_id}/"),
        State("request-caller-said-yes", _at(add_call(ask, ask_requester=True, heard=heard, version=2))),
    ]


def _answered() -> list[State]:
    now = timezone.now()
    done = {"decided_by": "Mo Ali", "decided_at": now, "finished_at": now, "started_at": now}
    failed = add_call(status="failed", result={"status": "timeout", "message": "The calendar did not answer."}, **done)
    gone = add_call(
        status="invalidated", result={"status": "permanent_error", "message": "The 2pm slot has gone."}, **done
    )
    expired = ToolCall.objects.filter(status="expired").first() or failed
    return [
        State("answered-yes", _at(_call(status="succeeded", tier="risky"))),
        State("answered-no", _at(_call(status="rejected"))),
        State("answered-failed", _at(failed)),
        State("answered-withdrawn", _at(gone)),
        State("answered-expired", _at(expired)),
        State("answered-by-another", lambda: _at(add_call()), act=_lose_the_race),
        State("call-back", f"/handoffs/{expired.run_id}/"),
        State("handoff", f"/handoffs/{_handoff().pk}/"),
        State("handoff-urgent", f"/handoffs/{_handoff(outcome='urgent_help').pk}/"),
    ]


def _runs() -> list[State]:
    waiting = _call(title="Gomez").run_id
    done = _call(status="succeeded", tier="risky").run_id
    failed = ToolCall.objects.filter(status="failed").latest("pk")
    long = add_long_run()
    return [
        State("runs", "/runs/"),
        State("runs-search", "/runs/?q=appointment&task=booking&outcome=answered", who="ruth"),
        State("runs-search-bad", "/runs/?since=2026-03-02&until=2026-03-01"),
        State("run-raw", f"/runs/{done}/?at=s1&raw=full", who="leo"),
        State("run-waiting", f"/runs/{waiting}/"),
        State("run-waiting-admin", f"/runs/{waiting}/?at=s1", who="leo"),
        State("run-finished", f"/runs/{done}/", who="ruth"),
        State("run-limit", f"/runs/{AgentRun.objects.filter(status='limit_reached').latest('pk').pk}/"),
        State("run-step-failed", f"/runs/{failed.run_id}/?at=c{failed.pk}", who="ruth"),
        State("run-long", f"/runs/{long.pk}/", who="ruth"),
        State("run-kept", f"/runs/{done}/golden/", who="leo"),
        State("run-none-yet", f"/runs/{add_run(status='queued', started_at=None).pk}/"),
    ]


def _pages() -> list[State]:
    add_weeks(now=timezone.now(), weeks=10, share=0.5)
    policy = ToolPolicy.objects.filter(tool="policed").first() or add_policy("policed")
    rule = raise_alerts()
    booking = TaskType.objects.get(slug="booking")
    return [
        State("new-request", "/runs/new/"),
        State("settings", "/me/"),
        State("metrics", "/metrics/", who="ruth"),
        State("golden", "/golden/", who="ruth"),
        State("metrics-by-tool", "/metrics/?period=28&by=tool", who="ruth"),
        State("behind", "/metrics/behind/?by=task_type&value=cancelling&metric=tool_errors", who="ruth"),
        State("costs", "/metrics/costs/", who="ruth"),
        State("targets", "/metrics/targets/", who="ruth"),
        State("metrics-not-readable", "/metrics/?by=moon", who="ruth"),
        State("alerts", "/alerts/", who="ruth"),
        State("alert-rules", "/alerts/rules/", who="ruth"),
        State("alert-rule", f"/alerts/rules/{rule.pk}/", who="ruth"),
        State("alert-rule-preview", f"/alerts/rules/{rule.pk}/", who="ruth", act=_preview),
        State("alert-rule-refused", f"/alerts/rules/{rule.pk}/", who="ruth", act=_miswrite),
        State("alerts-elsewhere", "/", who="ruth"),
        State("budgets", "/budgets/", who="ruth"),
        State("tools", "/tools/", who="leo"),
        State("tool", f"/tools/{policy.pk}/", who="leo"),
        State("tool-wrong", f"/tools/{policy.pk}/", who="leo", act=_type_a_wrong_hold),
        State("tool-check", f"/tools/{policy.pk}/", who="leo", act=_check_a_stricter_tier),
        State("changes", "/changes/", who="leo"),
        State("task-types", "/task-types/", who="leo"),
        State("task-type", f"/task-types/{TaskType.objects.get(slug='letters').pk}/", who="leo"),
        State("task-type-check", f"/task-types/{booking.pk}/", who="leo", act=_permit_less),
        State("what-if", f"/what-if/?tool={policy.tool}&filled={policy.tool}", who="leo"),
        State("access", "/access/", who="ruth"),
        State("record", "/record/", who="ruth"),
        State("people", "/people/", who="leo"),
        State("person", "/people/1/", who="leo"),
        State("second-factor", "/me/second-factor/"),
        State("stop", "/stop/", who="ruth"),
        State("not-allowed", "/tools/"),
        State("not-found", "/no/such/page/"),
        State("log-in", "/login/", stranger=True),
    ]


def _preview(page: Page) -> None:
    page.get_by_role("button", name="What would it have told?").click()
    page.locator("#preview").wait_for()


def _miswrite(page: Page) -> None:
    page.locator("#warn_at").fill("five")
    page.get_by_role("button", name="Save").click()
    page.locator("[role=alert]").wait_for()


def add_long_run() -> AgentRun:
    """A run of more steps than a page shows at once, with two failures far apart."""
    run, now = add_run("Call everyone on the list", max_iterations=300, max_tool_calls=300), timezone.now()
    for number in range(LONG_RUN // 2):
        at = now + timedelta(milliseconds=400 * number)
        step = add_step(run, started_at=at, duration_ms=120)
        bad = number in {70, 110}
        card = MOVE.model_copy(update={"doing": f"Read day {number}", "done": f"Read day {number}"})
        add_call(
            card, run=run, step=step, tier="read", status="failed" if bad else "succeeded", tool="search_appointments",
            started_at=at + timedelta(milliseconds=130), finished_at=at + timedelta(milliseconds=330),
            result={"status": "timeout", "message": "The calendar did not answer."} if bad else {"status": "success"},
        )  # fmt: skip
    AgentRun.objects.filter(pk=run.pk).update(iterations=LONG_RUN // 2, tool_calls=LONG_RUN // 2, active_ms=42_000)
    return run


def _user(name: str) -> User:
    return User.objects.get(username=name)


def _call(*, title: str = "", **fields: str) -> ToolCall:
    fields = fields or {"status": "awaiting"}
    asked = ToolCall.objects.filter(run__asked_by=STAFF, card__title__icontains=title)
    return asked.filter(**fields).latest("pk")


def _handoff(**fields: str) -> AgentRun:
    waiting = AgentRun.objects.exclude(handoff_reason="").filter(handoff_closing=None)
    return waiting.filter(**(fields or {"status": "handed_off"})).latest("-pk")


def _at(call: ToolCall) -> str:
    return f"/requests/{call.pk}/"


def _request_of(title: str) -> str:
    return _at(_call(title=title))


def _press(page: Page, key: str) -> None:
    page.locator("#rh").focus()
    page.keyboard.press(key)


def _change_first(page: Page) -> None:
    page.locator("[data-change] button").first.click()
    page.locator("#edit-form").wait_for()


def _say_yes(page: Page) -> None:
    page.wait_for_timeout(700)
    page.locator("form[data-yes] button").click()
    page.locator("[data-problem]").wait_for()


def _speak_spanish(page: Page) -> None:
    name = settings.LANGUAGE_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": "es", "url": page.url}])
    page.reload()
    page.get_by_text("Lo que cambiará").wait_for()


def _lose_the_line(page: Page) -> None:
    page.locator("[data-live][data-state=live]").wait_for()
    page.context.set_offline(True)
    page.locator("[data-offair]:not([hidden])").wait_for(timeout=30_000)


def _let_two_arrive(page: Page) -> None:
    page.wait_for_timeout(500)
    arrive()
    arrive(on_the_line=True)
    page.get_by_text("2 new requests").wait_for()


def _end_session(page: Page) -> None:
    page.context.clear_cookies()
    page.context.set_offline(True)
    page.context.set_offline(False)
    page.get_by_text("You are logged out").wait_for(timeout=40_000)


def _lose_the_race(page: Page) -> None:
    call = ToolCall.objects.get(pk=int(page.locator("[data-request]").get_attribute("data-call") or 0))
    now = timezone.now()
    page.wait_for_timeout(700)
    ToolCall.objects.filter(pk=call.pk).update(status="approved", decided_by="Mo Ali", decided_at=now, version=2)
    page.locator("form[data-yes] button").click()
    page.locator("[data-problem]").wait_for()


def _type_a_wrong_hold(page: Page) -> None:
    page.fill("#hold_seconds", "long")
    page.click("text=Check the change")
    page.wait_for_selector("#main .err-sum")


def _permit_less(page: Page) -> None:
    page.check("input[name=upto][value=safe]")
    page.fill("#max_iterations", "3")
    page.click("text=Check the change")
    page.wait_for_selector("#reason")


def _check_a_stricter_tier(page: Page) -> None:
    page.check("input[name=tier][value=destructive]")
    page.click("text=Check the change")
    page.wait_for_selector("#reason")
