"""Saved here, seen there: 50 desks watch while 10 requests a second are saved. `python -m benchmarks.live_desk`

One process serves and saves, as `manage.py serve` does; another holds the viewers, one of them a real browser. Times
run from the commit to the bar on the screen, and to the row being read. A viewer without a screen does what the page
does: it listens, and reads the list as calmly as static/supervision/parts.js.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import django

from tests.programs import PYTHON, ROOT
from tests.ux.home import run_at_home

WARM_UP_S = 3.0
SETTLE_S = 4.0
GOAL_MS = 300
WATCHING = ROOT / "tests" / "ux" / "measures" / "watching.js"
WAIT_S, SPREAD_S, REST_S, SHARE = 0.2, 2.8, 5.0, 60


def measure_here(words: list[str]) -> int:
    """Serve, let the viewers in, save, and print what they saw."""
    asked = _read_words(words)
    django.setup()
    from tests.supervision.rows import add_call
    from tests.ux.stage import Stage, furnish, running_desk

    furnish()
    for _ in range(12):
        add_call()
    with running_desk() as address, TemporaryDirectory() as home:
        stage = Stage(None, address)  # type: ignore[arg-type]
        sessions = [stage.session_of(who) for who in ("priya", "mo", "ruth", "leo")]
        told, stop = Path(home) / "seen.json", Path(home) / "stop"
        command = [PYTHON, "-m", "benchmarks.live_desk", "viewers", address, str(told), str(stop), str(asked.viewers)]
        viewers = subprocess.Popen([*command, *sessions], cwd=ROOT)
        while not told.exists():
            time.sleep(0.1)
        time.sleep(WARM_UP_S)
        saved = _save(rate=asked.rate, seconds=asked.seconds)
        time.sleep(SETTLE_S)
        stop.touch()
        viewers.wait()
        return _print_table(saved, json.loads(told.read_text()), asked)


def _save(*, rate: float, seconds: float) -> dict[int, float]:
    """Save at this rate; the moment of each commit by the call's id."""
    from django.db import transaction

    from agentops.after_commit import announce
    from agentops.domain.events import Event
    from tests.supervision.rows import add_call

    saved: dict[int, float] = {}
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        with transaction.atomic():
            call = add_call()
            transaction.on_commit(lambda pk=call.pk: saved.__setitem__(pk, time.time()))  # type: ignore[misc]
            announce(Event(kind="call.waiting", run_id=call.run_id, call_id=call.pk, version=1))
    return saved


def _print_table(saved: dict[int, float], seen: dict[str, list[list[float]]], asked: argparse.Namespace) -> int:
    order = sorted(saved, key=lambda pk: saved[pk])
    screen = [
        1000 * (next(at for at, number in seen["screen"] if number > index) - saved[pk])
        for index, pk in enumerate(order)
        if seen["screen"] and seen["screen"][-1][1] > index
    ]
    told = [1000 * (at - saved[int(pk)]) for pk, at in seen["told"] if int(pk) in saved]
    rows = [1000 * (at - saved[int(pk)]) for pk, at in seen["rows"] if int(pk) in saved]
    expected = len(saved) * (asked.viewers - 1)
    print(f"\n{asked.viewers} viewers, {asked.rate:g} requests/s, {len(saved)} saved; milliseconds from the commit")
    print(f"{'':<42}{'seen':>14}{'p50':>8}{'p95':>8}{'p99':>8}{'worst':>8}")
    for name, times, most in (
        ("on the screen of a real browser", screen, len(saved)),
        ("told to the other viewers", told, expected),
        ("row read by the other viewers", rows, expected),
    ):
        cuts = quantiles(times, n=100) if len(times) > 1 else [float("nan")] * 99
        share = f"{len(times)}/{most}"
        print(f"{name:<42}{share:>14}{cuts[49]:>8.0f}{cuts[94]:>8.0f}{cuts[98]:>8.0f}{max(times, default=0):>8.0f}")
    met = len(screen) == len(saved) and len(told) == expected and quantiles(screen, n=100)[94] < GOAL_MS
    print(f"goal: p95 under {GOAL_MS} ms on the screen, none lost: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def watch_here(words: list[str]) -> int:
    """Be the viewers until the stop file is there, then write down what was seen when."""
    address, told, stop, number = words[0], Path(words[1]), Path(words[2]), int(words[3])
    asyncio.run(_watch(address, told, stop, number, words[4:]))
    return 0


async def _watch(address: str, told: Path, stop: Path, number: int, sessions: list[str]) -> None:
    from playwright.async_api import async_playwright

    from tests.conftest import CHROMIUM_QUIET, find_chromium

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(number))
    seen: dict[str, list[list[float]]] = {"told": [], "rows": [], "screen": []}
    others = [asyncio.create_task(_view(address, sessions[index % len(sessions)], seen)) for index in range(number - 1)]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_QUIET)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.add_cookies([{"name": "sessionid", "value": sessions[0], "url": address}])
        page = await context.new_page()
        await page.goto(address)
        await page.evaluate(f"({WATCHING.read_text()}).watchBar()")
        told.write_text("{}")
        while not stop.exists():
            await asyncio.sleep(0.1)
        seen["screen"] = await page.evaluate("window.seen")
        await browser.close()
    fallen = [task for task in others if task.done()]
    for task in fallen[:1]:
        task.result()
    for task in others:
        task.cancel()
    told.write_text(json.dumps(seen))


async def _view(address: str, session: str, seen: dict[str, list[list[float]]]) -> None:
    """One desk without a screen."""
    from websockets.asyncio.client import connect

    ask, cookie = asyncio.Event(), {"cookie": f"sessionid={session}"}
    page = Request(address, headers={**cookie, "x-desk-part": "list"})
    reader = asyncio.create_task(_read(page, ask, seen["rows"]))
    async with connect(f"{address.replace('http', 'ws')}/live/", origin=address, additional_headers=cookie) as socket:  # type: ignore[arg-type]
        async for text in socket:
            hint = json.loads(text)
            if hint["kind"] == "call.waiting":
                seen["told"].append([hint["call_id"], time.time()])
                ask.set()
    reader.cancel()


async def _read(request: Request, ask: asyncio.Event, rows: list[list[float]]) -> None:
    known = set[str]()
    while True:
        await ask.wait()
        await asyncio.sleep(WAIT_S + SPREAD_S * random.random())
        ask.clear()
        began = time.monotonic()
        page = await asyncio.to_thread(lambda: urlopen(request, timeout=30).read().decode())
        for part in page.split('data-key="call-')[1:]:
            pk = part.split('"', 1)[0]
            if pk not in known:
                known.add(pk)
                rows.append([int(pk), time.time()])
        await asyncio.sleep(max(REST_S, SHARE * (time.monotonic() - began)) * random.uniform(0.75, 1.25))


def _read_words(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--rate", type=float, default=10.0, help="requests saved in a second")
    parser.add_argument("--seconds", type=float, default=15.0)
    return parser.parse_args(words)


if __name__ == "__main__":
    match sys.argv[1:2]:
        case ["here"]:
            sys.exit(measure_here(sys.argv[2:]))
        case ["viewers"]:
            sys.exit(watch_here(sys.argv[2:]))
        case _:
            _read_words(sys.argv[1:])
            sys.exit(run_at_home("benchmarks.live_desk", *sys.argv[1:]))
