"""Every page in a real browser: no violation that axe can find, nothing sideways, no complaint on the console."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from agentops.domain.cards import Change, EditNote, Renewal
from agentops.domain.edits import Choice, Control, ControlKind
from agentops.models import GoldenResult, GoldenRun, StopSwitch, ToolCall, ToolPolicy
from supervision.models import Claim, Viewing
from supervision.policy.would_have import Question
from tests.supervision.alerts.rows import raise_alerts
from tests.supervision.metrics.facts import add_weeks
from tests.supervision.rows import MOVE, TWO_PM, add_call, add_edit, add_policy, add_run, add_step, person

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

SIZES = {"desk": {"width": 1440, "height": 900}, "telephone": {"width": 390, "height": 844}}


@pytest.fixture
def pages() -> list[str]:
    """One page of every kind, with something on it."""
    now = timezone.now()
    call = add_call(MOVE.model_copy(update={"mismatches": [TWO_PM]}), step=add_step(add_run(), words="Words."))
    final = add_call(tier="destructive")
    doubt = add_call(status="in_doubt", decided_by="Mo Ali", started_at=now)
    person_needed = add_run(
        status="handed_off", handoff_reason="Asked for a person", finished_at=now, answer="Passed on."
    )
    failed = add_call(status="failed", decided_by="Mo Ali", decided_at=now, started_at=now, finished_at=now)
    said_yes = {"decided_by": "Mo Ali", "decided_at": now, "held_until": now + timedelta(hours=1)}
    held = add_call(status="approved", run=add_run(on_the_line=True), keeps="slot 7", **said_yes)
    over = add_run(status="completed", finished_at=now, handoff_reason="Nobody answered: call back")
    expired = add_call(run=over, status="expired", finished_at=now)
    kinds = [Choice(value="a", label="Follow-up"), Choice(value="b", label="Vaccination", group="Short")]
    controls = [
        Control(name="day", label="Day", kind=ControlKind.NARROW, value="a", choices=kinds),
        Control(name="kind", label="Kind", kind=ControlKind.CHOICE, choices=kinds, error="Choose one.", hint="Any."),
        Control(name="body", label="Text", kind=ControlKind.TEXT, value="Hi", max_chars=640, lines=6),
    ]
    form, asked = add_edit(call, *controls, problem="Mend it.", sends=True), add_edit(call, answered_at=None)
    edit = EditNote(by="Mo Ali", at=now, note="She agreed", shown=[Change(label="When", now="2pm", then="3pm")])
    changed = add_call(MOVE.model_copy(update={"changeable": True, "edit": edit}))
    two = add_call(MOVE.model_copy(update={"two_people": ["It is near."]}), tier="destructive", confirmers=2)
    renewal = Renewal(at=now, shown=[Change(label="When", now="2pm", then="2:40pm")])
    differs = add_call(MOVE.model_copy(update={"renewal": renewal}), version=2)
    gone = add_call(MOVE.model_copy(update={"renewal": Renewal(at=now, gone="It has gone.")}), status="invalidated")
    asking = add_call(status="asking", ask_requester=True)
    heard = {"question": "Shall I?", "words": "Yes", "answer": "yes", "at": now.isoformat(), "by": "Mo Ali"}
    agreed = add_call(ask_requester=True, heard=heard)
    easy, _ = (add_call(tier="safe", expires_at=now + timedelta(hours=1)) for _ in range(2))
    ToolPolicy.objects.create(tool=two.tool, one_on_duty=True)
    policy = add_policy()
    ToolCall.objects.filter(pk=call.pk).update(facts={"acts": True, "approvable": True})
    change = Question("tool", call.tool, policy.setting.model_copy(update={"tier": "risky"}), now)
    for scope, name in (("all", ""), ("run", str(call.run_id))):
        StopSwitch.objects.create(scope=scope, name=name, reason="Wrong texts went out", who="Ruth Kerr", at=now)
    rule = raise_alerts()
    seen = {"who": "Mo Ali", "taken_at": now, "seen_at": now}
    Claim.objects.create(call=call, **seen)
    Claim.objects.create(call=final, note="She rings back at 4", released_at=now, **seen)
    Viewing.objects.create(who="Mo Ali", role="front desk", page="request", patient="Ana Gomez", seen_at=now)
    rounds = {"version": "v1.2", "passed": 1, "failed": 1, "took_ms": 900}
    GoldenRun.objects.create(at=now, live=True, **rounds)
    golden = GoldenRun.objects.create(at=now, **rounds)
    for name, differences in (("held", []), ("did-not", ["book_appointment, tier: safe, expected was risky."])):
        facts = {"about": "A booking.", "task_type": "booking", "differences": differences, "took_ms": 9}
        GoldenResult.objects.create(run=golden, name=name, **facts)
    done = add_run(status="completed", finished_at=now, answer="It is done.")
    keep = add_call(run=done, status="succeeded", decided_by="Mo Ali")
    colleague = person("zoe", "Zoe", "Hart", "front desk")
    add_run(status="completed", finished_at=now, generated=True)
    add_weeks(now=now, weeks=3, share=0.3)
    return [
        "/golden/", f"/runs/{keep.run_id}/golden/", f"/runs/{call.run_id}/golden/",
        "/me/", "/stop/", "/access/", "/record/", "/record/?since=x&until=y",
        "/people/", "/people/add/", f"/people/{colleague.pk}/", "/me/second-factor/", "/set-password/x/y/",
        "/", "/?view=decided",
        f"/requests/{call.pk}/", f"/runs/{call.run_id}/", f"/requests/{final.pk}/", f"/requests/{doubt.pk}/",
        f"/requests/{held.pk}/", f"/requests/{expired.pk}/", f"/runs/{held.run_id}/?at=c{held.pk}",
        f"/requests/{call.pk}/edit/{form.pk}/", f"/requests/{call.pk}/edit/{asked.pk}/",
        f"/requests/{changed.pk}/", f"/requests/{two.pk}/", f"/requests/{differs.pk}/", f"/requests/{gone.pk}/",
        f"/requests/{easy.pk}/", f"/requests/{easy.pk}/together/", f"/requests/{call.pk}/together/",
        f"/requests/told/?call={held.pk}&call={expired.pk}&call={easy.pk}",
        f"/requests/{asking.pk}/", f"/runs/{asking.run_id}/", f"/requests/{agreed.pk}/", "/?q=ana",
        f"/handoffs/{person_needed.pk}/", "/runs/", "/runs/?patient=x&until=y",
        f"/runs/{final.run_id}/?at=c{final.pk}&raw=full", f"/runs/{failed.run_id}/?at=c{failed.pk}", "/runs/new/",
        "/metrics/?period=28", "/metrics/behind/?metric=tool_errors&by=tool", "/metrics/behind/?metric=cost",
        "/metrics/costs/", "/metrics/targets/", "/metrics/?by=moon",
        "/tools/", f"/tools/{policy.pk}/", "/changes/", "/task-types/",
        f"/task-types/{call.run.task_type_id}/", "/models/", f"/what-if/?tool={call.tool}&filled={call.tool}",
        f"/would-have/?change={change.token()}&now=asked", "/no/such/page/", "/login/",
        "/alerts/", "/alerts/rules/", f"/alerts/rules/{rule.pk}/", "/alerts/rules/new/?kind=run_cost", "/budgets/",
    ]  # fmt: skip


LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
"""Every page is looked at in two of them: in both sizes and both colours. `make ux` sees every state in all four."""


@pytest.fixture(params=LOOKS, ids="-".join)
def page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """An admin's browser: they may open everything."""
    size, scheme = request.param
    client = Client()
    user: User = person("leo", "Leo", "Marsh", "admin")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_every_page_is_clean(page: Page, pages: list[str], request: pytest.FixtureRequest) -> None:
    turn = LOOKS.index(request.node.callspec.params["page"])
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
    found = []
    for address in pages[turn in (1, 2) :: 2]:
        page.goto(address)
        found += [(address, v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, "scrolls sideways", ""))
    assert found == []
    assert said == []
