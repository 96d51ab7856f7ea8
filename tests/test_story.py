"""One request from a caller's words to the executed booking, through the real pages in a real browser."""

import re
from collections.abc import Iterator
from typing import TypeVar

import pytest
from django.db.models import Model, QuerySet
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agentops.models import AgentRun, RunFact, ToolCall
from agentops.toolsets.clinic.models import Appointment
from supervision.models import Decision
from tests.live import PASSWORD, fill_clinic, running_desk, wish

pytestmark = pytest.mark.django_db(transaction=True)

Row = TypeVar("Row", bound=Model)
LOOK = re.compile(r"Look(ed)? up Leo Brandt")


@pytest.fixture
def desk() -> Iterator[str]:
    fill_clinic()
    with running_desk() as address:
        yield address


def log_in(page: Page, address: str, who: str = "priya") -> None:
    page.goto(f"{address}/login/")
    page.get_by_label("Name", exact=False).first.fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{address}/")


def send_request(page: Page, address: str, words: str) -> int:
    page.goto(f"{address}/runs/new/")
    page.get_by_label("What did they say?").fill(words)
    page.get_by_role("button", name="Send to the assistant").click()
    page.wait_for_url(re.compile(r"/runs/\d+/"))
    found = re.search(r"/runs/(\d+)/", page.url)
    assert found
    return int(found.group(1))


def booked() -> int:
    return Appointment.objects.filter(patient__surname="Brandt", status="booked").count()


def new_context(browser: Browser, **more: object) -> BrowserContext:
    return browser.new_context(viewport={"width": 1440, "height": 900}, **more)  # type: ignore[arg-type]


def test_a_callers_words_become_one_booking_after_one_yes(desk: str, browser: Browser) -> None:
    before = booked()
    front_desk, elsewhere = new_context(browser).new_page(), new_context(browser).new_page()
    problems: list[str] = []
    front_desk.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    log_in(front_desk, desk)
    expect(front_desk.get_by_role("heading", name="Nothing needs you right now").first).to_be_visible()

    # A colleague takes the call; the queue shows it without a reload.
    log_in(elsewhere, desk, "leo")
    run_id = send_request(elsewhere, desk, wish())
    front_desk.get_by_role("link", name=re.compile("Show", re.I)).or_(
        front_desk.get_by_role("link", name=re.compile("Book Leo Brandt"))
    ).first.click(timeout=10_000)
    row = front_desk.get_by_role("link", name=re.compile("Book Leo Brandt"))
    expect(row).to_be_visible(timeout=10_000)
    row.click()
    expect(front_desk.get_by_role("heading", name=re.compile(r"Book .* for Leo Brandt\?"))).to_be_visible()
    assert booked() == before, "nothing happens before the yes"

    front_desk.wait_for_timeout(700)  # the answers arm themselves 0.6 s after the request appears
    front_desk.get_by_role("button", name=re.compile("^Yes, book")).click()
    expect(front_desk.get_by_text(re.compile("You said yes|booked", re.I)).first).to_be_visible(timeout=10_000)
    run = wait_for(elsewhere, AgentRun.objects.filter(pk=run_id, finished_at__isnull=False))

    assert booked() == before + 1
    assert run.status == "completed" and "Leo Brandt is booked" in run.answer
    decision = Decision.objects.get()
    assert (decision.who, decision.verdict) == ("Priya Nair", "approved")

    # The run page shows every step, the metrics table has moved.
    elsewhere.goto(f"{desk}/runs/{run_id}/")
    for words in (LOOK, re.compile("free times"), re.compile("Booked|Book "), re.compile("offline", re.I)):
        expect(elsewhere.get_by_text(words).first).to_be_visible()
    expect(elsewhere.get_by_text(run.answer).first).to_be_visible()
    elsewhere.goto(f"{desk}/metrics/")
    expect(elsewhere.get_by_role("row", name=re.compile("Booking"))).to_contain_text("1 ended")
    assert RunFact.objects.get(run_id=run_id).cost_nano == 0
    assert problems == []


def test_of_two_people_who_press_yes_at_the_same_moment_one_wins_and_the_other_is_told(
    desk: str, browser: Browser
) -> None:
    before = booked()
    first, second = new_context(browser).new_page(), new_context(browser).new_page()
    log_in(first, desk, "priya")
    log_in(second, desk, "ruth")
    run_id = send_request(first, desk, wish())
    call = wait_for(first, ToolCall.objects.filter(run_id=run_id, status="awaiting"))
    for page in (first, second):
        page.goto(f"{desk}/requests/{call.pk}/")
    first.wait_for_timeout(800)
    for page in (first, second):
        # Pressed from within the page, so that neither waits for the other's answer.
        page.evaluate("setTimeout(() => document.querySelector('#yes-form button').click(), 100)")
    for page in (first, second):
        expect(page.locator(".shelf").or_(page.locator("#problem")).first).to_be_visible(timeout=10_000)
    wait_for(first, ToolCall.objects.filter(pk=call.pk, status="succeeded"))
    told = [page.locator("body").inner_text() for page in (first, second)]
    assert sum("Your answer was not used" in text for text in told) == 1, told
    assert Decision.objects.count() == 1 and booked() == before + 1
    loser = next(text for text in told if "Your answer was not used" in text)
    assert f"{Decision.objects.get().who} said yes at" in loser


def test_everything_works_without_javascript(desk: str, browser: Browser) -> None:
    before = booked()
    page = new_context(browser, java_script_enabled=False).new_page()
    log_in(page, desk)
    run_id = send_request(page, desk, wish())
    call = wait_for(page, ToolCall.objects.filter(run_id=run_id, status="awaiting"))
    page.goto(f"{desk}/")
    page.get_by_role("link", name=re.compile("Book Leo Brandt")).click()
    page.get_by_role("button", name=re.compile("^Yes, book")).click()
    wait_for(page, ToolCall.objects.filter(pk=call.pk, status="succeeded"))
    assert booked() == before + 1

    run_id = send_request(page, desk, wish().replace("a doctor", "Dr Patel"))
    call = wait_for(page, ToolCall.objects.filter(run_id=run_id, status="awaiting"))
    page.goto(f"{desk}/requests/{call.pk}/")
    page.locator("summary", has_text="No, do not book").click()
    page.get_by_label("Against our rules").check()
    page.get_by_label(re.compile("What should it do instead")).fill("Please ask him to call us.")
    page.get_by_role("button", name="Send answer").click()
    refused = wait_for(page, ToolCall.objects.filter(pk=call.pk, status="rejected"))
    wait_for(page, AgentRun.objects.filter(pk=run_id, finished_at__isnull=False))
    assert "Please ask him to call us." in refused.result["message"]
    assert booked() == before + 1


def wait_for(page: Page, rows: QuerySet[Row]) -> Row:
    """The first of these rows, once there is one; the browser goes on meanwhile."""
    for _ in range(200):
        if found := rows.all().first():
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"never came: {rows.query}; the newest run: {AgentRun.objects.last()}")
