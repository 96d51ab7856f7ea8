"""What is sent and what it says: weight of the approvals page, plain words for the front desk."""

import gzip
import re

from playwright.sync_api import Response

from tests.ux.table import WATCHING, Figure, Scene, bring_about

LIMITS_KB = {"document": 60, "stylesheet": 30, "script": 40}
MACHINE_WORDS = re.compile(r"\b[a-z]+_[a-z_]+\b|[{}]|\"\w+\":|\b[0-9a-f]{8}-[0-9a-f]{4}-")
MOST_WORDS = 20
HIGHEST_GRADE = 6.0


def weigh_page(scene: Scene) -> Figure:
    """Kilobytes of the approvals page as compressed where the target says so, and requests to other places."""
    sizes = dict.fromkeys(LIMITS_KB, 0.0)
    others: list[str] = []
    fonts: list[str] = []

    def weigh(response: Response) -> None:
        kind = response.request.resource_type
        if not response.url.startswith(scene.stage.address):
            others.append(response.url)
        if kind == "font":
            fonts.append(response.url)
        if kind in sizes:
            body = response.body()
            sizes[kind] += len(gzip.compress(body) if kind == "script" else body) / 1024

    with scene.stage.window() as context:
        page = context.new_page()
        page.on("response", weigh)
        page.goto("/", wait_until="networkidle")
    met = not others and not fonts and all(sizes[kind] <= most for kind, most in LIMITS_KB.items())
    html, css, js = (sizes[kind] for kind in LIMITS_KB)
    return Figure(f"{html:.0f}, {css:.0f}, {js:.0f} KB, {len(others)} other places, {len(fonts)} fonts", met)


def read_aloud(scene: Scene) -> Figure:
    """School grade and longest sentence of what the desk says on requests; words that only a machine knows."""
    sentences: list[str] = []
    faults: list[str] = []
    names = ("request", "request-conflict", "request-final", "answered-no", "answered-failed", "answered-expired")
    for state in scene.some(*names[:3]):
        if not state.name.startswith(("request", "answered")) or state.name == "request-undescribed":
            continue
        with bring_about(scene.stage, state) as page:
            said = page.evaluate(f"({WATCHING}).words()")
        found = [(one, MACHINE_WORDS.search(one)) for one in said]
        faults += [f"{state.name}: {match.group()} in “{one[:60]}”" for one, match in found if match]
        parts = [part.strip() for one in said for part in re.split(r"(?<=[.?!])\s+", one)]
        sentences += [part for part in parts if " " in part]
    longest = max(sentences, key=lambda one: len(one.split()))
    faults += [f"{len(longest.split())} words: {longest}"] if len(longest.split()) > MOST_WORDS else []
    grade = school_grade(sentences)
    met = not faults and grade <= HIGHEST_GRADE
    return Figure(f"grade {grade:.1f}, longest {len(longest.split())} words, {len(faults)} faults", met, tuple(faults))


def school_grade(sentences: list[str]) -> float:
    """Flesch and Kincaid's grade of some sentences; numbers and names count as read."""
    words = [word for one in sentences for word in re.findall(r"[A-Za-z’']+", one)]
    syllables = sum(count_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def count_syllables(word: str) -> int:
    """About how many syllables an English word has."""
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent - (word.endswith("ed") and groups > 1 and word[-3:-2] not in "td"))
