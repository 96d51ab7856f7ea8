"""A yes, taken back, said again and done: in a browser beside a colleague's, by keyboard, and without JavaScript."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from agentops.models import Conversation, ToolCall, ToolPolicy
from agentops.toolsets.clinic.models import Appointment
from supervision.models import Decision
from tests.live import PASSWORD, fill_clinic, running_desk
from tests.supervision.rows import MOVE, add_call

pytestmark = pytest.mark.django_db(transaction=True)

HELD = re.compile(r"You said yes\. Leo’s appointment is booked in \d+ seconds?")


def wish(days: int) -> str:
    day = timezone.localdate() + timedelta(days=days)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return f"Leo Brandt, born 2 October 1979. Could I see a doctor on {day:%A} {day.day} {day:%B} before noon?"


def log_in(page: Page, who: str) -> Page:
    page.goto("/login/")
    page.get_by_label("Name", exact=False).first.fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    return page


def ask(page: Page, words: str) -> ToolCall:
    """A new request, as the desk sends it; returns the call it comes to wait with."""
    page.goto("/runs/new/")
    page.get_by_label("What did they say?").fill(words)
    page.get_by_role("button", name="Send to the assistant").click()
    page.wait_for_url(re.compile(r"/runs/\d+/"))
    run_id = int(page.url.rstrip("/").rsplit("/", 1)[1].split("?")[0])
    return wait_for(run_id, "awaiting")


def wait_for(run_id: int, status: str) -> ToolCall:
    for _ in range(150):
        call = ToolCall.objects.filter(run_id=run_id, tool="book_appointment", status=status).first()
        if call:
            return call
        time.sleep(0.1)
    raise AssertionError(f"{list(ToolCall.objects.filter(run_id=run_id))} never became {status}")


def booked() -> int:
    return Appointment.objects.filter(patient__surname="Brandt", status="booked").count()


def hold_for(seconds: int) -> None:
    ToolPolicy.objects.update(hold_seconds=seconds)


def say_yes(page: Page, call: ToolCall) -> None:
    page.goto(f"/requests/{call.pk}/")
    page.wait_for_timeout(700)  # the answers arm themselves 0.6 s after the request appears
    page.get_by_role("button", name=re.compile("^Yes, book")).click()


def test_a_yes_is_taken_back_said_again_and_done_with_and_without_javascript(browser: Browser) -> None:
    fill_clinic(hold=60)
    with running_desk() as address:
        pages = [
            browser.new_context(
                base_url=address, viewport={"width": 1440, "height": 900}, java_script_enabled=script
            ).new_page()
            for script in (True, True, False)
        ]
        priya, ruth, plain = (log_in(page, who) for page, who in zip(pages, ["priya", "ruth", "leo"], strict=True))
        takes_it_back_and_says_it_again(priya, ruth)
        works_without_javascript(plain)


def test_on_a_phone_a_yes_stays_in_sight_with_its_undo(browser: Browser) -> None:
    fill_clinic(hold=60)
    with running_desk() as address:
        stays_in_sight_on_a_phone(browser, address)


def stays_in_sight_on_a_phone(browser: Browser, address: str) -> None:
    hold_for(60)
    first, second = add_call(MOVE), add_call(MOVE)
    ToolCall.objects.filter(pk__in=[first.pk, second.pk]).update(expires_at=timezone.now() + timedelta(hours=1))
    for size in ((390, 844), (320, 640)):
        phone = browser.new_context(base_url=address, viewport={"width": size[0], "height": size[1]}).new_page()
        log_in(phone, "priya")
        phone.goto(f"/requests/{first.pk}/")
        phone.wait_for_timeout(700)
        phone.locator("[data-yes] button").click()
        phone.wait_for_url(re.compile(f"/requests/{second.pk}/"))
        strip = phone.locator("[data-shelf] .held")
        for scroll in (0, 600):
            phone.evaluate("(y) => scrollTo(0, y)", scroll)
            expect(strip).to_contain_text(re.compile("You said yes"))
            expect(strip.get_by_role("button", name=re.compile("^Undo"))).to_be_in_viewport(ratio=1)
        phone.goto("/")
        expect(strip.get_by_role("button", name=re.compile("^Undo"))).to_be_in_viewport(ratio=1)
        strip.get_by_role("button", name=re.compile("^Undo")).click()
        expect(phone.locator(".became")).to_contain_text("Taken back by Priya Nair at")


def takes_it_back_and_says_it_again(priya: Page, ruth: Page) -> None:
    before = booked()
    call = ask(priya, wish(8))
    ruth.goto(f"/requests/{call.pk}/")
    say_yes(priya, call)
    shelf = priya.locator("[data-shelf]")
    expect(shelf).to_contain_text("Can still be taken back")
    expect(priya.locator("[data-status]")).to_contain_text(
        re.compile(r"Said yes\. \d+ seconds to undo: Book Leo Brandt")
    )

    # A colleague's open page shows it without being read again, with the seconds running down.
    expect(ruth.locator("[data-hold]")).to_contain_text(
        re.compile(r"Priya Nair said yes\. Leo’s appointment is booked")
    )
    left = ruth.locator("[data-hold] [data-countdown]")
    first = left.inner_text()
    expect(left).not_to_have_text(first, timeout=3_000)

    # Z takes the newest one back and says which; it waits again, here and there, and nothing was booked.
    priya.locator("#rh").or_(priya.locator("[data-rows]")).first.focus()
    priya.keyboard.press("z")
    expect(priya.locator(".became")).to_contain_text("Taken back by Priya Nair at")
    expect(priya).to_have_url(re.compile(rf"/requests/{call.pk}/"))
    expect(ruth.locator(".became")).to_contain_text("Leo’s request is waiting again.")
    expect(ruth.get_by_role("button", name=re.compile("^Yes, book"))).to_be_visible()
    assert booked() == before

    # More time, by its key, tells the other browser.
    was = ruth.locator("[data-left]").inner_text()
    priya.locator("#rh").focus()
    priya.keyboard.press("m")
    expect(ruth.locator("[data-left]")).not_to_have_text(was)

    # The second yes is done when its short hold is over, without anybody's help.
    hold_for(2)
    say_yes(priya, call)
    expect(priya.locator("[data-shelf]")).to_contain_text("You just answered", timeout=10_000)
    done = wait_for(call.run_id, "succeeded")
    assert done.started_at and done.held_until
    assert timedelta(0) <= done.started_at - done.held_until < timedelta(seconds=2)
    assert booked() == before + 1
    verdicts = list(Decision.objects.filter(call=call).order_by("pk").values_list("verdict", flat=True))
    assert verdicts == ["approved", "undone", "approved"]


def works_without_javascript(page: Page) -> None:
    before = booked()
    hold_for(60)
    call = ask(page, wish(11))
    say_yes(page, call)
    page.locator("[data-shelf]").get_by_role("link", name=re.compile("Book Leo Brandt")).click()
    expect(page.locator("[data-hold]")).to_contain_text(HELD)
    page.get_by_role("link", name="Look again").click()
    page.locator("[data-request]").get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(".became")).to_contain_text("Nothing was sent. Leo’s request is waiting again.")
    page.get_by_role("button", name=re.compile("^More time")).click()
    assert booked() == before

    Conversation.objects.filter(runs=call.run_id).update(on_the_line=True)
    say_yes(page, call)
    page.goto(f"/requests/{call.pk}/")
    page.locator("[data-request]").get_by_role("button", name=re.compile("^Do it now")).click()
    wait_for(call.run_id, "succeeded")
    page.reload()
    expect(page.locator(".became")).to_contain_text(re.compile("Leo Marsh said yes at .*Booked Leo Brandt"))
    assert booked() == before + 1
