"""Measure the screens against UX.md §3.1 and print the table: python -m tests.ux [--quick] [area ...]

Exit code 1 where a row misses its target.
"""

import argparse
import sys

import django
from playwright.sync_api import Error as PlaywrightError

from tests.ux.home import run_at_home


def measure_here(words: list[str]) -> int:
    """Measure the wanted rows, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few states and short waits, for every test run")
    parser.add_argument("area", nargs="*", help="only rows whose area holds one of these words")
    asked = parser.parse_args(words)
    django.setup()
    from tests.ux.rows import ROWS
    from tests.ux.stage import furnish, open_stage, play_morning
    from tests.ux.states import read_states
    from tests.ux.table import Figure, Scene, draw_row

    rows = [row for row in ROWS if (row.quick or not asked.quick) and _is_wanted(row.area, asked.area)]
    missed: list[str] = []
    print(draw_row(("what", "target", "measured", "")), flush=True)
    furnish()
    play_morning()
    with open_stage() as stage:
        scene = Scene(stage, read_states(), quick=asked.quick)
        for row in rows:
            try:
                figure = row.measure(scene)
            except PlaywrightError as error:
                figure = Figure("could not be measured", False, (str(error),))
            missed += [] if figure.met else [f"{row.area}: {one}" for one in figure.faults or (figure.text,)]
            print(draw_row((row.area, row.target, figure.text, "met" if figure.met else "MISSED")), flush=True)
    print("\n".join(missed[:60]), end="\n" if missed else "")
    return 1 if missed else 0


def _is_wanted(area: str, words: list[str]) -> bool:
    return not words or any(word.lower() in area.lower() for word in words)


if __name__ == "__main__":
    sys.exit(measure_here(sys.argv[2:]) if sys.argv[1:2] == ["here"] else run_at_home("tests.ux", *sys.argv[1:]))
