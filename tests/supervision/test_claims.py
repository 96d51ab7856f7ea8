"""Who has what in hand: told to colleagues, never a lock, and given back with a note at the end of a shift."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from agentops import control
from agentops.models import ToolCall
from supervision.models import Claim
from tests.supervision.browser import open_browser
from tests.supervision.rows import add_call, add_run, answer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


@pytest.fixture
def mos_desk(mo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(mo)


def claim(client: Client, call: ToolCall, act: str = "take", **fields: str) -> int:
    return client.post(f"/requests/{call.pk}/claim/", {"act": act, **fields}).status_code


def test_colleagues_read_who_has_it_and_may_answer_all_the_same(
    desk: Client, mos_desk: Client, ana_waits: ToolCall
) -> None:
    assert claim(mos_desk, ana_waits) == 302
    page = desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    assert "Mo Ali</bdi> has this" in page
    assert "You can still answer; the first answer counts." in page
    assert "Mo Ali</bdi> has it" in page
    assert "You have this" in mos_desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    assert answer(desk, ana_waits).status_code == 302


def test_taking_it_over_ends_the_first_claim(desk: Client, mos_desk: Client, ana_waits: ToolCall) -> None:
    claim(mos_desk, ana_waits)
    claim(desk, ana_waits)
    claim(desk, ana_waits)
    assert list(Claim.objects.filter(released_at=None).values_list("who", flat=True)) == ["Priya Nair"]
    assert Claim.objects.count() == 2


def test_the_database_refuses_a_second_owner(priya: User, ana_waits: ToolCall) -> None:
    values = {"call": ana_waits, "user": priya, "who": "x", "taken_at": timezone.now(), "seen_at": timezone.now()}
    Claim.objects.create(**values)
    with pytest.raises(IntegrityError):
        Claim.objects.create(**values)


def test_a_look_gives_way_dies_and_takes_nothing_from_anybody(
    desk: Client, mos_desk: Client, ana_waits: ToolCall
) -> None:
    assert claim(mos_desk, ana_waits, "look") == 204
    claim(desk, ana_waits, "look")
    page = desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    assert "Mo Ali</bdi> is looking at this" in page
    assert "Mo Ali</bdi> is looking</span>" in page
    Claim.objects.update(seen_at=timezone.now() - timedelta(seconds=21))
    assert "is looking" not in desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    claim(desk, ana_waits, "look")
    assert Claim.objects.get(released_at=None).who == "Priya Nair"
    claim(mos_desk, ana_waits)
    claim(desk, ana_waits, "look")
    assert Claim.objects.get(released_at=None).who == "Mo Ali"


def test_what_is_left_says_by_whom_and_the_word_for_the_next_one(
    desk: Client, mos_desk: Client, ana_waits: ToolCall
) -> None:
    claim(desk, ana_waits)
    claim(mos_desk, ana_waits, "leave", note="Not mine")
    assert Claim.objects.get().released_at is None
    claim(desk, ana_waits, "leave", note="She rings back at 4")
    page = mos_desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    assert "Left by <bdi>Priya Nair" in page
    assert "She rings back at 4" in page
    assert "Nobody has taken this." in page


def test_a_hand_off_has_an_owner_and_a_time_it_is_due(desk: Client, mos_desk: Client) -> None:
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=timezone.now())
    assert desk.post(f"/handoffs/{run.pk}/claim/", {"act": "take", "due": "60"}).status_code == 302
    page = mos_desk.get(f"/handoffs/{run.pk}/").content.decode()
    assert "Priya Nair</bdi> has this, to be done by " in page
    Claim.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert "<small>late</small>" in mos_desk.get("/").content.decode()


def test_the_end_of_a_shift_gives_everything_back_with_one_note(
    desk: Client, mos_desk: Client, ana_waits: ToolCall
) -> None:
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=timezone.now())
    done = add_call(status="succeeded", decided_by="Mo Ali")
    for one in (ana_waits, done):
        claim(desk, one)
    desk.post(f"/handoffs/{run.pk}/claim/", {"act": "take"})
    assert "2 in your hands" in desk.get("/me/").content.decode()
    assert desk.post("/me/hand-over/", {"note": " "}).status_code == 400
    over = desk.post("/me/hand-over/", {"note": "Both ring back after lunch"}, follow=True)
    assert "2 items handed over with your note." in over.content.decode()
    for address in (f"/requests/{ana_waits.pk}/", f"/handoffs/{run.pk}/"):
        page = mos_desk.get(address).content.decode()
        assert "Both ring back after lunch" in page
        assert "Nobody has taken this." in page


@pytest.mark.parametrize(("path", "act", "code"), [("/requests/999/claim/", "take", 404), (None, "steal", 400)])
def test_what_is_not_there_cannot_be_taken(
    desk: Client, ana_waits: ToolCall, path: str | None, act: str, code: int
) -> None:
    assert desk.post(path or f"/requests/{ana_waits.pk}/claim/", {"act": act}).status_code == code


def test_other_desks_are_hinted_once_and_not_at_every_beat(
    desk: Client, ana_waits: ToolCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[int] = []
    monkeypatch.setattr(control, "note_handoff_closed", lambda *, run_id: hinted.append(run_id))
    for _ in range(3):
        claim(desk, ana_waits, "look")
    assert hinted == [ana_waits.run_id]


@pytest.mark.django_db(transaction=True)
def test_an_open_page_tells_the_colleague_by_itself(
    priya: User, mo: User, browser: Browser, live_server: LiveServer, ana_waits: ToolCall
) -> None:
    first, second = (open_browser(browser, live_server, one) for one in (priya, mo))
    page, other = first.new_page(), second.new_page()
    page.clock.install()
    page.goto(f"/requests/{ana_waits.pk}/")
    with page.expect_response("**/claim/", timeout=10_000) as told:
        page.clock.run_for(5_000)
    assert told.value.status == 204
    other.goto(f"/requests/{ana_waits.pk}/")
    expect(other.locator("[data-claim]")).to_contain_text("Priya Nair is looking at this")
    first.close()
    second.close()


@pytest.mark.django_db(transaction=True)
def test_a_key_leaves_it_with_a_word_for_the_next_one(
    priya: User, browser: Browser, live_server: LiveServer, ana_waits: ToolCall
) -> None:
    context = open_browser(browser, live_server, priya)
    page = context.new_page()
    page.goto(f"/requests/{ana_waits.pk}/")
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("[data-claim]")).to_contain_text("You have this")
    page.locator("#rh").focus()
    page.keyboard.press("l")
    page.keyboard.type("She rings back at 4")
    page.keyboard.press("Enter")
    expect(page.locator(".leftnote")).to_contain_text("She rings back at 4")
    context.close()


@pytest.mark.django_db(transaction=True)
def test_what_the_list_shows_by_itself_is_not_looked_at_until_somebody_goes_into_it(
    priya: User, browser: Browser, live_server: LiveServer, ana_waits: ToolCall
) -> None:
    context = open_browser(browser, live_server, priya)
    page = context.new_page()
    page.clock.install()
    page.goto("/")
    page.clock.run_for(5_000)
    page.wait_for_timeout(500)
    assert not Claim.objects.exists()
    page.locator("#rh").click()
    with page.expect_response("**/claim/", timeout=10_000):
        page.clock.run_for(5_000)
    assert Claim.objects.get().who == "Priya Nair"
    context.close()
