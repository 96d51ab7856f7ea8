"""Every state as a picture, light and dark, at a desk and on a telephone: python -m tests.ux.screenshots [state ...]

They go to var/screens, which git ignores; HANDRAIL_SCREENS names another folder.
"""

import os
import sys
from pathlib import Path

import django

from tests.programs import ROOT
from tests.ux.home import run_at_home

FOLDER = Path(os.environ.get("HANDRAIL_SCREENS", ROOT / "var" / "screens"))


def photograph_here(wanted: list[str]) -> int:
    """Write the pictures of the wanted states, or of all."""
    django.setup()
    from tests.ux.stage import furnish, open_stage, play_morning
    from tests.ux.states import read_empty_states, read_states

    FOLDER.mkdir(parents=True, exist_ok=True)
    furnish()
    for prepare, read in ((None, read_empty_states), (play_morning, read_states)):
        if prepare:
            prepare()
        with open_stage() as stage:
            for state in read():
                if not wanted or any(state.name.startswith(name) for name in wanted):
                    _photograph(stage, state)
    print(f"The pictures are in {FOLDER}")
    return 0


def _photograph(stage: "Stage", state: "State") -> None:  # noqa: F821
    from tests.ux.stage import SCHEMES, SIZES
    from tests.ux.table import bring_about

    for size in SIZES:
        for scheme in SCHEMES:
            with bring_about(stage, state, size=SIZES[size], color_scheme=scheme) as page:
                page.wait_for_timeout(250)
                page.screenshot(path=FOLDER / f"{state.name}-{size}-{scheme}.png")
    print(state.name, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["here"]:
        sys.exit(photograph_here(sys.argv[2:]))
    sys.exit(run_at_home("tests.ux.screenshots", *sys.argv[1:], HANDRAIL_SCREENS=str(FOLDER)))
