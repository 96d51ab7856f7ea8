"""One run is stopped for now while a request of it is open at the desk, with and without JavaScript, on a phone."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from agentops.models import ToolCall
from agentops.toolsets.clinic.models import Appointment
from tests.live import PASSWORD, fill_clinic, running_desk, wish

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(page: Page, who: str) -> Page:
    page.goto("/login/")
    page.get_by_label("Name", exact=False).first.fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    return page


def ask(page: Page) -> ToolCall:
    page.goto("/runs/new/")
    page.get_by_label("What did they say?").fill(wish())
    page.get_by_role("button", name="Send to the assistant").click()
    return wait_for("awaiting")


def wait_for(status: str) -> ToolCall:
    for _ in range(150):
        call = ToolCall.objects.filter(tool="book_appointment", status=status).last()
        if call:
            return call
        time.sleep(0.1)
    raise AssertionError(f"{list(ToolCall.objects.all())} never became {status}")


@pytest.mark.parametrize("script", [True, False])
def test_a_run_is_stopped_for_now_in_front_of_the_desk_and_goes_on_where_it_was(browser: Browser, script: bool) -> None:
    fill_clinic()
    booked = Appointment.objects.filter(patient__surname="Brandt", status="booked")
    before = booked.count()
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": script}
    with running_desk() as address:
        priya = log_in(browser.new_context(base_url=address).new_page(), "priya")
        ruth = log_in(browser.new_context(base_url=address, **phone).new_page(), "ruth")
        waits = ask(priya)
        priya.goto(f"/requests/{waits.pk}/")
        card = priya.locator("[data-run-stopped]")

        ruth.goto(f"/runs/{waits.run_id}/")
        ruth.get_by_role("button", name="Stop for now").click()
        expect(ruth.get_by_role("heading", name="This run is stopped")).to_be_visible()
        assert ruth.evaluate("document.documentElement.scrollWidth") <= 390
        expect(card).to_contain_text(f"Run {waits.run_id} is stopped since")
        expect(card).to_contain_text("by Ruth Kerr")
        priya.wait_for_timeout(700)
        priya.locator("[data-yes] button").click()
        expect(priya.locator("[data-problem]")).to_contain_text("Nothing was changed, and the request goes on waiting.")

        ruth.get_by_label("Why may it go on?").fill("It is the right patient")
        ruth.get_by_role("button", name="Lift this stop").click()
        expect(ruth.get_by_role("button", name="Stop for now")).to_be_visible()
        expect(card).to_have_count(0)
        priya.wait_for_timeout(700)
        priya.locator("[data-yes] button").click()
        wait_for("succeeded")
        assert booked.count() == before + 1
