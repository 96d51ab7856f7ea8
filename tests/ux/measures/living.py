"""What is live: how soon others see something, what a lost line does, and how fast the page answers a hand."""

import time
from itertools import pairwise
from statistics import quantiles

from playwright.sync_api import Page

from tests.supervision.rows import add_call
from tests.ux.stage import arrive, settle
from tests.ux.table import WATCHING, Figure, Scene

MEND_S = 2.0


def measure_arrival(scene: Scene) -> Figure:
    """From the commit of a request to its being said on another desk; the load of 50 is in benchmarks.live_desk."""
    took = []
    add_call()
    with scene.stage.page("/", who="mo") as page:
        page.wait_for_function("() => document.querySelector('[data-live]').dataset.state === 'live'")
        page.wait_for_timeout(300)
        for number in range(30):
            shown = _number_said(page)
            began = time.perf_counter()
            arrive()
            _wait(page, f"({WATCHING}).said() > {shown}")
            took.append((time.perf_counter() - began) * 1000)
            page.wait_for_timeout(150 if number % 3 else 700)
    return _in_ms(took, 300)


def measure_presence(scene: Scene) -> Figure:
    """From the moment a colleague takes a request to its being shown in another list; and its end."""
    took = []
    call = add_call()
    with scene.stage.page("/", who="priya") as page, scene.stage.page(f"/requests/{call.pk}/", who="mo") as other:
        page.wait_for_timeout(800)
        row = f"document.querySelector('[data-key=call-{call.pk}] .has')"
        for _ in range(8):
            began = time.perf_counter()
            other.evaluate(f"({WATCHING}).take('take')")
            _wait(page, row)
            took.append((time.perf_counter() - began) * 1000)
            page.wait_for_timeout(900)
            other.evaluate(f"({WATCHING}).take('leave')")
            _wait(page, f"!{row}")
            page.wait_for_timeout(900)
        gone = _measure_end(scene, page)
    shown = _in_ms(took, 1000)
    return Figure(f"{shown.text}, gone after {gone:.0f} s", shown.met and gone <= 22)


def survive_a_lost_line(scene: Scene) -> Figure:
    """The line is cut for a while; meanwhile one request arrives and another is answered."""
    away_s = 5 if scene.quick else 30
    answered = add_call()
    with scene.stage.page("/", who="mo") as page:
        page.wait_for_function("() => document.querySelector('[data-live]').dataset.state === 'live'")
        page.wait_for_timeout(500)
        page.context.set_offline(True)
        began = time.perf_counter()
        page.locator("[data-offair]:not([hidden])").wait_for(timeout=20_000)
        banner = time.perf_counter() - began
        new = arrive()
        settle(answered)
        page.wait_for_timeout(max(0, away_s * 1000 - int(banner * 1000)))
        shown = _number_said(page)
        page.context.set_offline(False)
        began = time.perf_counter()
        grey = f"document.querySelector('[data-key=call-{answered.pk}].gone')"
        _wait(page, f"({WATCHING}).said() === {shown + 1} && {grey}")
        right = time.perf_counter() - began
        page.locator("[data-show-new]").click()
        page.wait_for_timeout(600)
        doubled = page.evaluate("document.querySelectorAll('[data-key]').length") - page.evaluate(
            "new Set([...document.querySelectorAll('[data-key]')].map((row) => row.dataset.key)).size"
        )
        lost = 0 if page.locator(f"[data-key=call-{new.pk}]").count() == 1 else 1
    figure = f"banner {banner:.1f} s, right after {right:.1f} s, {lost} lost, {doubled} doubled"
    in_time = scene.quick or (banner <= 5 and right <= MEND_S)  # no speed is asserted in the quick slice
    return Figure(figure, in_time and not lost and not doubled)


def measure_feedback(scene: Scene) -> Figure:
    """From a press of Yes to the pressed state, and to the next request on the screen."""
    pressed, shown = [], []
    for _ in range(3 if scene.quick else 20):
        call = add_call()
        with scene.stage.page(f"/requests/{call.pk}/") as page:
            page.wait_for_timeout(700)
            times = page.evaluate(f"({WATCHING}).press({call.pk})")
        pressed.append(times["pressed"])
        shown.append(times["shown"])
    first, then = _p95(pressed), _p95(shown)
    return Figure(f"p95 {first:.0f} ms pressed, {then:.0f} ms shown", first < 100 and then < 400)


def measure_vitals(scene: Scene) -> Figure:
    """Largest paint, slowest interaction and layout shift of the approvals page, in this browser."""
    with scene.stage.page("/") as page:
        page.evaluate(f"({WATCHING}).watchVitals()")
        page.wait_for_timeout(400)
        for key in ["j", "j", "k", "Enter", "r", "Escape"]:
            page.keyboard.press(key)
            page.wait_for_timeout(350)
        arrive()
        page.wait_for_timeout(1200)
        seen = page.evaluate("window.vitals")
    figure = f"{seen['paint'] / 1000:.2f} s / {seen['slowest']:.0f} ms / {seen['shift']:.3f}"
    return Figure(figure, seen["paint"] <= 1500 and seen["slowest"] <= 100 and seen["shift"] <= 0.02)


def count_announcements(scene: Scene) -> Figure:
    """What the status region says while requests pour in, and whether anything in it can be pressed."""
    seconds = 12 if scene.quick else 32
    with scene.stage.page("/", who="mo") as page:
        page.evaluate(f"({WATCHING}).listen()")
        for _ in range(seconds):
            arrive()
            page.wait_for_timeout(1000)
        said = page.evaluate("window.said")
        pressable = page.locator("[role=status] a, [role=status] button, [data-alarm] *").count()
    gaps = [after - before for before, after in pairwise(said)]
    least = min(gaps, default=99_000) / 1000
    return Figure(f"{len(said)} in {seconds} s, {pressable} controls inside", least >= 9.9 and not pressable)


def _measure_end(scene: Scene, page: Page) -> float:
    """How long a look is shown after its page went away without a word."""
    call = arrive()
    page.wait_for_timeout(1000)
    page.locator("[data-show-new]").click()
    row = f"document.querySelector('[data-key=call-{call.pk}] .has')"
    with scene.stage.page(f"/requests/{call.pk}/", who="mo"):
        _wait(page, row)
    began = time.perf_counter()
    _wait(page, f"!{row}")
    return time.perf_counter() - began


def _number_said(page: Page) -> int:
    return int(page.evaluate(f"({WATCHING}).said()"))


def _wait(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => Boolean({condition})", polling=10, timeout=40_000)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18] if len(values) >= 20 else max(values)


def _in_ms(took: list[float], most: int) -> Figure:
    p95 = _p95(took)
    return Figure(f"p95 {p95:.0f} ms of {len(took)}, worst {max(took):.0f}", p95 < most)
