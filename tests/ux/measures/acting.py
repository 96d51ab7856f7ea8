"""What can be done: keys, stops on the way to an answer, the whole desk without a script, clicks on a busy list."""

import random
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from agentops.domain.cards import Card
from agentops.models import ToolCall
from tests.supervision.rows import MOVE, add_call, add_run, add_step
from tests.ux.stage import arrive, settle
from tests.ux.table import WATCHING, Figure, Scene

CLICKS, QUICK_CLICKS = 600, 40
ARRIVALS, QUICK_ARRIVALS = 200, 20
MOST_STOPS = 6
ASKED_KEYS = {"safe": 1, "risky": 2, "destructive": 6}


def count_keys(scene: Scene) -> Figure:
    """How many keys lead from the row in the list to a yes, for each tier."""
    needed = {}
    for tier in ASKED_KEYS:
        call = add_call(tier=tier, expires_at=timezone.now() + timedelta(minutes=20))
        with scene.stage.page(f"/requests/{call.pk}/") as page:
            page.locator(f"[data-key=call-{call.pk}] a").focus()
            page.wait_for_timeout(1200)
            pressed = 0
            for key in {"safe": ["a"], "risky": ["a", "Enter"], "destructive": [*"a1987", "Enter"]}[tier]:
                page.keyboard.press(key)
                pressed += 1
            needed[tier] = pressed if _waits_until(page, call, "awaiting") else 99
    figure = " / ".join(str(needed[tier]) for tier in ASKED_KEYS)
    return Figure(figure, needed == ASKED_KEYS)


def count_stops(scene: Scene) -> Figure:
    """How many times Tab is pressed from the request's heading to Yes."""
    with scene.stage.page(f"/requests/{add_call().pk}/") as page:
        page.locator("#rh").focus()
        stops = 0
        while stops < 30 and not page.evaluate("document.activeElement.matches('form[data-yes] button')"):
            page.keyboard.press("Tab")
            stops += 1
    return Figure(f"{stops}", stops <= MOST_STOPS)


def decide_without_script(scene: Scene) -> Figure:
    """Everything on the way of a request with scripts switched off; names what did not work."""
    done, faults = [], []
    ways = {"open": _open, "yes": _say_yes, "no with a reason": _say_no, "take and leave": _take, "drill down": _drill}
    for name, way in ways.items():
        run = add_run()
        call = add_call(run=run, step=add_step(run, words="Words."))
        with scene.stage.page("/", java_script_enabled=False) as page:
            try:
                way(page, call)
                done.append(name)
            except AssertionError as error:
                faults.append(f"{name}: {str(error).splitlines()[0]}")
    return Figure(", ".join(done), not faults, tuple(faults))


def count_wrong_clicks(scene: Scene) -> Figure:
    """A hand that scrolls, and takes 0.1 to 0.4 s to reach a row, while requests arrive and are answered."""
    clicks, arrivals = (QUICK_CLICKS, QUICK_ARRIVALS) if scene.quick else (CLICKS, ARRIVALS)
    dice = random.Random(7)
    waiting = [add_call(_named(number)) for number in range(12)]
    wrong = moved = arrived = 0
    with scene.stage.page("/") as page:
        page.mouse.move(200, 400)
        for click in range(clicks):
            if click % max(1, clicks // arrivals) == 0 and arrived < arrivals:
                waiting.append(arrive(card=_named(100 + click)))
                arrived += 1
                if arrived % 3 == 0:
                    settle(waiting.pop(dice.randrange(12)))
            if click % 10 == 0:
                page.mouse.wheel(0, dice.choice([-200, 150, 300]))
                page.wait_for_timeout(60)
            if click % 50 == 49:
                page.evaluate("document.querySelector('[data-show-new]:not([hidden])')?.click()")
                page.wait_for_timeout(200)
            seen = page.evaluate(f"({WATCHING}).aim({dice.random()})")
            page.mouse.move(seen["x"], seen["y"], steps=3)
            page.wait_for_timeout(dice.randrange(100, 400))
            hit = page.evaluate(f"({WATCHING}).hit([{seen['x']}, {seen['y']}])")
            page.mouse.down()
            page.mouse.up()
            wrong += hit["key"] != seen["key"]
            moved += hit["top"] != seen["top"]
    return Figure(f"{wrong} of {clicks} wrong, {moved} rows moved, {arrived} arrived", not wrong and not moved)


def _named(number: int) -> Card:
    title = f"Move patient {number} to Thu 12 March, 2pm"
    return MOVE.model_copy(update={"title": title, "question": f"{title}?"})


def _waits_until(page: Page, call: ToolCall, old: str) -> bool:
    for _ in range(60):
        if ToolCall.objects.get(pk=call.pk).status != old:
            return True
        page.wait_for_timeout(50)
    return False


def _status(call: ToolCall) -> str:
    return ToolCall.objects.get(pk=call.pk).status


def _open(page: Page, call: ToolCall) -> None:
    page.locator(f'a.row[href="/requests/{call.pk}/"]').click()
    expect(page).to_have_url(f"{page.url.split('/requests')[0]}/requests/{call.pk}/")
    expect(page.locator("#rh")).to_contain_text("Move Ana Gomez")


def _say_yes(page: Page, call: ToolCall) -> None:
    page.goto(f"/requests/{call.pk}/")
    page.locator("form[data-yes] button").click()
    assert _status(call) != "awaiting", "yes was not recorded"


def _say_no(page: Page, call: ToolCall) -> None:
    page.goto(f"/requests/{call.pk}/")
    page.locator("[data-no] summary").click()
    page.get_by_label("Wrong day or time").check()
    page.get_by_label("What should it do instead? (optional)").fill("Offer Friday")
    page.get_by_role("button", name="Send answer").click()
    assert _status(call) == "rejected", "no was not recorded"


def _take(page: Page, call: ToolCall) -> None:
    page.goto(f"/requests/{call.pk}/")
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("[data-claim]")).to_contain_text("You have this")
    page.goto("/?view=mine")
    expect(page.locator(f'a.row[href^="/requests/{call.pk}/"]')).to_be_visible()


def _drill(page: Page, call: ToolCall) -> None:
    page.goto(f"/requests/{call.pk}/")
    page.get_by_role("link", name="See every step").click()
    page.locator("a.st").first.click()
    expect(page.locator("#sel")).to_be_visible()
