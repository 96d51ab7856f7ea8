"""What one measurement gave, and the table of all of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from statistics import median

PHASE = re.compile(r"^(?:start|resume) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", re.MULTILINE)
ALONE = re.compile(r"p99: ([\d.]+) / ([\d.]+)")
HEADS = ("CPU ms start", "CPU ms resume", "PG CPU ms", "commits", "runs/s", "alone ms", "CPU of all, to ours")
WIDTHS = (20, 20, 13, 13, 11, 15, 20)


@dataclass(frozen=True)
class Phase:
    """Per run: milliseconds of CPU here and in the server, and commits; and how many runs a second."""

    rate: float
    cpu: float
    server: float
    commits: float


@dataclass(frozen=True)
class Figures:
    """One measurement."""

    start: Phase
    resume: Phase
    alone: tuple[float, float]

    @property
    def all_cpu(self) -> float:
        """CPU of one run from the request to its end, client and server together."""
        parts = (self.start.cpu, self.start.server, self.resume.cpu, self.resume.server)
        return sum(part for part in parts if not isnan(part))


def read_ours(printed: str) -> Figures:
    """The figures in what `benchmarks.supervised_booking` prints."""
    start, resume = (Phase(*map(float, found)) for found in PHASE.findall(printed))
    alone = ALONE.search(printed)
    assert alone, printed
    return Figures(start, resume, (float(alone[1]), float(alone[2])))


def print_table(measured: dict[str, list[Figures]], *, ours: dict[str, str]) -> None:
    """Medians over the rounds, with lowest and highest where it counts; `ours` names what each is compared with."""
    print(f"\n{'':<28}" + "".join(f"{head:>{width}}" for head, width in zip(HEADS, WIDTHS, strict=True)))
    for name, rounds in measured.items():
        pairs = zip(rounds, measured[ours[name]], strict=True)
        cells = (
            _spread([one.start.cpu for one in rounds]),
            _spread([one.resume.cpu for one in rounds]),
            _both(rounds, lambda one: (one.start.server, one.resume.server)),
            _both(rounds, lambda one: (one.start.commits, one.resume.commits)),
            _both(rounds, lambda one: (one.start.rate, one.resume.rate), digits=0),
            _both(rounds, lambda one: one.alone),
            _spread([theirs.all_cpu / our.all_cpu for theirs, our in pairs], digits=2),
        )
        print(f"{name:<28}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True)))
    print("Pairs: start / resume; resumed alone: p50 / p99. In brackets: lowest-highest.")


def _spread(values: list[float], *, digits: int = 1) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def _both(rounds: list[Figures], read: Callable[[Figures], tuple[float, float]], *, digits: int = 1) -> str:
    left, right = (median(values) for values in zip(*map(read, rounds), strict=True))
    return f"{left:.{digits}f} / {right:.{digits}f}".replace("nan", "-")
