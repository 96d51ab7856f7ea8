"""The table of UX.md §3.1: what is asked, how it is measured, what came out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

from tests.ux.stage import Stage
from tests.ux.states import State

WATCHING = (Path(__file__).parent / "measures" / "watching.js").read_text()


class Figure(NamedTuple):
    """What a measurement gave, and whether that meets the target. `faults` says where it does not."""

    text: str
    met: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of the table. `quick` rows are measured in every test run, on `Scene.few` states."""

    area: str
    target: str
    measure: Callable[["Scene"], Figure]
    quick: bool = False


@dataclass(frozen=True)
class Scene:
    """What is measured: a running desk, its states, and whether there is time for all of them."""

    stage: Stage
    states: list[State]
    quick: bool

    def state(self, name: str) -> State:
        """The state of that name."""
        return next(one for one in self.states if one.name == name)

    def some(self, *names: str) -> list[State]:
        """All states, or only these where time is short."""
        return [self.state(name) for name in names] if self.quick else self.states


@contextmanager
def bring_about(stage: Stage, state: State, **window: Any) -> Iterator[Page]:
    """A page in this state, in a window of its own."""
    path = state.path() if callable(state.path) else state.path
    with stage.page(path, None if state.stranger else state.who, **window) as page:
        if state.act:
            state.act(page)
        yield page


def draw_row(cells: tuple[str, str, str, str]) -> str:
    """One printed line."""
    area, target, figure, verdict = cells
    return f"{area:<32}{target:<52}{figure:<50}{verdict}"
