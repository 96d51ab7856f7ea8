"""Where the marks of a chart stand. Pure geometry: the page draws them, with the same numbers beside as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100.0
SPARK_HEIGHT = 28.0
BAR_HEIGHT = 48.0
_MARGIN = 3.0


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line over weeks; a week without runs breaks it. `last` is the newest point, hollow where unfinished."""

    lines: list[str]
    dots: list[tuple[float, float]]
    last: tuple[float, float] | None
    hollow: bool
    target: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `kind` is "over" past the budget; `partial` marks a week under way."""

    x: float
    y: float
    width: float
    height: float
    over: bool
    partial: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars on a scale that several charts share, with the height of the budget line."""

    bars: list[Bar]
    budget: float | None


def draw_spark(values: Sequence[float | None], *, target: float, partial: bool) -> Spark:
    """Weeks from left to right, on a scale that holds the target too."""
    known = [value for value in values if value is not None]
    if not known:
        return Spark([], [], None, hollow=False, target=None)
    low, high = min(*known, target), max(*known, target)

    def height(value: float) -> float:
        room = SPARK_HEIGHT - 2 * _MARGIN
        return round(SPARK_HEIGHT - _MARGIN - (room * (value - low) / (high - low) if high > low else room / 2), 1)

    step = (WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
    points = [
        None if value is None else (round(_MARGIN + n * step, 1), height(value)) for n, value in enumerate(values)
    ]
    runs = _unbroken(points)
    return Spark(
        lines=[" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1],
        dots=[run[0] for run in runs if len(run) == 1],
        last=points[-1],
        hollow=partial,
        target=height(target),
    )


def draw_bars(values: Sequence[float], *, top: float, budget: float | None, partial: bool) -> Bars:
    """Bars from left to right on the scale 0 to `top`, which all charts of a row have in common."""
    top = top or 1.0
    step = WIDTH / max(1, len(values))
    bars = []
    for n, value in enumerate(values):
        height = round(BAR_HEIGHT * value / top, 2)
        last = n == len(values) - 1
        over = budget is not None and value > budget
        bars.append(
            Bar(round(n * step + step * 0.12, 2), round(BAR_HEIGHT - height, 2), round(step * 0.76, 2), height, over,
                partial and last)
        )  # fmt: skip
    return Bars(bars, None if budget is None or budget > top else round(BAR_HEIGHT - BAR_HEIGHT * budget / top, 2))


def _unbroken(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
