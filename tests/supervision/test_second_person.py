"""A blind second person: two different people, neither shown what the other said, nor the one it is done for."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from agentops.domain.policy.rules import Confirmation as Confirming
from agentops.models import AuditEntry, Confirmation, ToolCall, ToolPolicy
from supervision import actions
from supervision.models import Claim, Decision
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, add_call, add_run, answer, person

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

WHY = "It is less than 24 hours away, too late to give the time to somebody else."
CANCEL = MOVE.model_copy(
    update={"title": "Cancel Ana Gomez", "yes": "Yes, cancel it", "no": "No, keep it", "two_people": [WHY]}
)


def cancelling(**more: Any) -> ToolCall:
    ToolPolicy.objects.get_or_create(tool="cancel_appointment", defaults={"tier": "destructive", "described": True})
    run = add_run(**more)
    return add_call(CANCEL, run=run, tier="destructive", tool="cancel_appointment", confirmers=2)


@pytest.fixture
def ana_cancels(db: None) -> ToolCall:
    return cancelling()


@pytest.fixture
def mos_desk(mo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(mo)


def say_yes(client: Client, call: ToolCall, **fields: Any) -> Any:
    with time_machine.travel(timezone.now() - timedelta(seconds=3), tick=False):
        user = User.objects.get(pk=client.session["_auth_user_id"])
        shown = actions.sign_showing(user=user, call_id=call.pk, version=call.version)
    return answer(client, call, shown=shown, typed="1987", **fields)


def read(client: Client, call: ToolCall) -> str:
    return client.get(f"/requests/{call.pk}/").content.decode()


def status_of(call: ToolCall) -> str:
    return ToolCall.objects.values_list("status", flat=True).get(pk=call.pk)


def test_the_card_says_that_two_are_needed_and_which_rule_asks_for_it(desk: Client, ana_cancels: ToolCall) -> None:
    page = read(desk, ana_cancels)
    assert "Two people have to say yes" in page and WHY in page
    assert "Needs two people" in desk.get("/").content.decode(), "the row in the list"
    assert "Two people" not in read(desk, add_call())


def test_the_first_yes_decides_nothing_and_the_second_does(
    desk: Client, mos_desk: Client, ana_cancels: ToolCall
) -> None:
    assert say_yes(desk, ana_cancels).status_code == 302
    assert status_of(ana_cancels) == "awaiting"
    first = Decision.objects.get()
    assert (first.who, first.verdict) == ("Priya Nair", "confirmed")
    assert AuditEntry.objects.get().what == "call.confirmed"
    assert say_yes(mos_desk, ana_cancels).status_code == 302
    assert status_of(ana_cancels) == "approved"
    second = Decision.objects.get(verdict="approved")
    assert (second.who, second.digest_seen) == ("Mo Ali", first.digest_seen)
    assert AuditEntry.objects.filter(what="call.approved", who="Mo Ali").count() == 1
    after = read(desk, ana_cancels)
    assert "Priya Nair said yes at" in after and "Mo Ali said yes at" in after


def test_the_second_person_sees_nothing_of_the_first_yes(desk: Client, mos_desk: Client, ana_cancels: ToolCall) -> None:
    """Not on the page, not in the list, not in the trace, and not by a claim or a version that changed."""
    pages = [f"/requests/{ana_cancels.pk}/", "/", "/?view=decided", f"/runs/{ana_cancels.run_id}/", "/runs/"]
    desk.post(f"/requests/{ana_cancels.pk}/claim/", {"act": "take"})
    say_yes(desk, ana_cancels)
    for page in pages:
        seen = mos_desk.get(page).content.decode()
        assert "Priya" not in seen and "said yes" not in seen and "a colleague said yes" not in seen, page
    assert not Claim.objects.filter(released_at=None).exists()
    assert 'name="version" value="1"' in read(mos_desk, ana_cancels)
    assert "You are not told what a colleague said before you" in read(mos_desk, ana_cancels)
    untouched = cancelling()
    for name in ("Two people have to say yes", "You are not told what a colleague said before you"):
        assert name in read(mos_desk, untouched), "a card nobody answered reads the same"


def test_whoever_said_yes_reads_that_it_waits_for_another_and_may_only_say_no(
    desk: Client, mos_desk: Client, ana_cancels: ToolCall
) -> None:
    say_yes(desk, ana_cancels)
    page = read(desk, ana_cancels)
    assert "You said yes at" in page and "somebody else has to say yes on their own" in page
    assert 'id="yes-form"' not in page and "No, keep it" in page
    assert "Somebody else has to say yes too before it is done." in desk.get("/").content.decode()
    again = say_yes(desk, ana_cancels)
    assert again.status_code == 409 and "You said yes already." in again.content.decode()
    answer(desk, ana_cancels, "no", reason="other")
    assert status_of(ana_cancels) == "rejected"
    late = say_yes(mos_desk, ana_cancels)
    assert late.status_code == 409 and "Priya Nair said no at" in late.content.decode()
    assert "Priya Nair said yes at" in read(mos_desk, ana_cancels), "at the end everything is told"


def test_a_no_of_the_second_ends_it(desk: Client, mos_desk: Client, ana_cancels: ToolCall) -> None:
    say_yes(desk, ana_cancels)
    answer(mos_desk, ana_cancels, "no", reason="other")
    assert status_of(ana_cancels) == "rejected"
    assert Decision.objects.filter(verdict__in=["approved", "rejected"]).count() == 1


def test_whoever_took_the_request_may_not_be_one_of_the_two(desk: Client, mos_desk: Client) -> None:
    call = cancelling(asked_by="Priya Nair")
    page = read(desk, call)
    assert "You took this request, so two others have to say yes." in page and 'id="yes-form"' not in page
    for _ in range(2):
        refused = say_yes(desk, call)
        assert refused.status_code == 409 and "You took this request" in refused.content.decode()
        say_yes(mos_desk, call)
    assert status_of(call) == "awaiting"


def test_one_alone_on_duty_declares_it_where_the_policy_allows_it(desk: Client, leo: User) -> None:
    call = cancelling(asked_by="Priya Nair")
    assert "Alone on duty?" not in read(desk, call)
    ToolPolicy.objects.update(one_on_duty=True)
    assert "Alone on duty?" in read(desk, call)
    lacking = say_yes(desk, call, alone="yes", alone_because=" ")
    assert lacking.status_code == 400 and "Write why nobody else can look at this." in lacking.content.decode()
    assert " open><summary>Alone on duty?" in lacking.content.decode()
    long = say_yes(desk, call, alone="yes", alone_because="x" * 301)
    assert long.status_code == 400 and "301 of 300 characters" in long.content.decode()
    assert say_yes(desk, call, alone="yes", alone_because="Mo is at lunch").status_code == 302
    assert status_of(call) == "approved" and not Confirmation.objects.exists()
    assert AuditEntry.objects.get().facts["alone"] is True
    page = read(desk, call)
    assert "Decided by one person, alone on duty:" in page and "Mo is at lunch" in page


def test_alone_where_the_policy_does_not_allow_it_is_refused(desk: Client, ana_cancels: ToolCall) -> None:
    refused = say_yes(desk, ana_cancels, alone="yes", alone_because="Mo is at lunch")
    assert refused.status_code == 409 and "This always needs two people" in refused.content.decode()
    assert status_of(ana_cancels) == "awaiting"


def test_an_admin_says_how_many_confirm_a_tool_and_whether_one_may_be_alone(leo: User, sign_in: Any) -> None:
    waiting = add_call(tool="book_appointment")
    policy = ToolPolicy.objects.create(
        tool="book_appointment", label="Book", tier="risky", floor="risky", described=True
    )
    two = {"confirmation": Confirming.TWO, "one_on_duty": True}
    setting = policy.setting.model_copy(update=two).model_dump_json()
    form = {"version": 1, "setting": setting, "reason": "Two went wrong."}
    sign_in(leo).post(f"/tools/{policy.pk}/save/", form)
    assert ToolPolicy.objects.get().version == 1, "one who may be alone is more room, so a second admin looks at it"
    setting = policy.setting.model_copy(update={"confirmation": Confirming.TWO}).model_dump_json()
    assert sign_in(leo).post(f"/tools/{policy.pk}/save/", {**form, "setting": setting}).status_code == 302
    assert ToolPolicy.objects.get().confirmation == "two"
    assert status_of(waiting) == "invalidated", "it waited under the milder rule"
    facts = AuditEntry.objects.get(what="tool.changed").facts
    assert facts["differences"] == {"Who confirms": ["One of the staff", "Two people"]} and facts["withdrawn"] == 1


def words_of(page: Page) -> list[str]:
    """What the request says and asks, without the time that is left."""
    parts = [page.locator(where).inner_text() for where in ("#request .rhead", "[aria-labelledby=tp]", "#request .bar")]
    return [re.sub(r"\d+ minutes?", "a while", part) for part in parts]


@pytest.mark.django_db(transaction=True)
def test_two_people_in_two_browsers_decide_without_seeing_each_other(browser: Browser, live_server: LiveServer) -> None:
    first = open_browser(browser, live_server, person("priya", "Priya", "Nair", "front desk")).new_page()
    second = open_browser(browser, live_server, person("mo", "Mo", "Ali", "front desk")).new_page()
    call = cancelling()
    for page in (first, second):
        page.goto(f"/requests/{call.pk}/")
    before = words_of(second)
    first.get_by_label("Type the year of birth to confirm").fill("1987")
    first.wait_for_timeout(1_100)  # what cannot be undone is on the screen for a second first
    first.get_by_role("button", name="Yes, cancel it").click()
    shelf = first.get_by_text("Somebody else has to say yes too before it is done.")
    expect(shelf).to_be_visible(timeout=15_000)
    first.goto(f"/requests/{call.pk}/")
    expect(first.get_by_text("You said yes at")).to_be_visible()
    expect(first.get_by_role("button", name="Yes, cancel it")).to_have_count(0)
    assert status_of(call) == "awaiting"

    second.reload()
    assert words_of(second) == before, "the second reads what the first did, and nothing more"
    second.get_by_label("Type the year of birth to confirm").fill("1987")
    second.wait_for_timeout(1_100)
    second.get_by_role("button", name="Yes, cancel it").click()
    expect(second.get_by_role("heading", name="Can still be taken back")).to_be_visible(timeout=15_000)
    decided = ToolCall.objects.get(pk=call.pk)
    assert (decided.status, decided.seconded_by, decided.decided_by) == ("approved", "Priya Nair", "Mo Ali")
