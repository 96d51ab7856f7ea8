"""Change it first with the whole machine alive: a real worker answers, in a real browser, with and without script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from agentops.models import AgentRun, ToolCall
from agentops.toolsets.clinic.models import Appointment
from supervision.models import Decision
from tests.live import PASSWORD, fill_clinic, running_desk, wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Iterator[str]:
    fill_clinic()
    with running_desk() as address:
        yield address


def open_waiting_request(page: Page, address: str) -> ToolCall:
    """Log in, hand a caller's words to the assistant, and open what it asks."""
    page.goto(f"{address}/login/")
    page.get_by_label("Name", exact=False).first.fill("priya")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{address}/")
    page.goto(f"{address}/runs/new/")
    page.get_by_label("What did they say?").fill(wish())
    page.get_by_role("button", name="Send to the assistant").click()
    page.wait_for_url(re.compile(r"/runs/\d+/"))
    for _ in range(200):
        call = ToolCall.objects.filter(status="awaiting").first()
        if call:
            page.goto(f"{address}/requests/{call.pk}/")
            return call
        page.wait_for_timeout(100)
    raise AssertionError(f"it never asked: {AgentRun.objects.get()}")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_staff_choose_another_time_read_the_new_card_and_say_yes_to_that(
    desk: str, browser: Browser, script: bool
) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=script).new_page()
    first = open_waiting_request(page, desk)
    if script:
        page.get_by_role("heading", name=re.compile("^Book ")).focus()
        page.keyboard.press("e")
    else:
        page.get_by_role("button", name="Change it first").click()
    times = page.get_by_label("Time")
    expect(times).to_be_visible(timeout=15_000)
    proposed = times.input_value()

    # Another day, then another time on it, chosen among what is really free.
    page.get_by_label("Day").select_option(index=5)
    page.get_by_label("Reason").fill("Knee")
    before = page.url
    page.get_by_role("button", name="Show the free times").click()
    expect(page).not_to_have_url(before, timeout=15_000)
    expect(times).to_be_visible(timeout=15_000)
    expect(page.get_by_label("Reason")).to_have_value("Knee")
    assert times.input_value() == proposed
    times.select_option(index=1)
    chosen = int(times.input_value())
    page.get_by_label("A word for the assistant").fill("He prefers this")
    page.get_by_role("button", name="Check this change").click()

    expect(page.get_by_role("heading", name=re.compile("Changed by you"))).to_be_visible(timeout=15_000)
    second = ToolCall.objects.get(status="awaiting")
    assert second.supersedes == first and f'"slot_id":{chosen}' in second.arguments
    assert not Decision.objects.exists(), "nothing is decided by a change"
    expect(page.get_by_role("heading", name=re.compile(r"^Book .* for Leo Brandt\?$"))).to_have_text(
        second.card["question"]
    )
    if any(not check["ok"] for check in second.card["checks"]):
        page.get_by_role("checkbox").first.check()
    page.wait_for_timeout(700)  # the answers arm themselves 0.6 s after the request appears
    page.get_by_role("button", name=re.compile("^Yes, book")).click()
    for _ in range(100):
        run = AgentRun.objects.get(pk=first.run_id)
        if run.status == "completed":
            break
        page.wait_for_timeout(100)
    assert run.status == "completed" and "Leo Brandt is booked" in run.answer
    assert Appointment.objects.get(patient__surname="Brandt", reason="Knee").slot_id == chosen
    assert Decision.objects.get().call == second
    assert ToolCall.objects.get(pk=first.pk).status == "superseded"
