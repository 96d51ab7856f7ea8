"""Which trials are held: whole rounds through every case, so that no point is tried less than another."""

from typing import TypedDict

from agentops.domain.lifecycle import Effect
from tests.torture.faults import Fault
from tests.torture.points import CASES, Point


class Job(TypedDict):
    """One trial, as it is told to the process that holds it: the case by its number in the table of points."""

    case: int
    fault: str


def applicable(fault: Fault, *, database: str) -> list[tuple[int, Point, Effect]]:
    """Every case that this fault can strike on this database, with its number."""
    return [
        (number, point, effect)
        for number, (point, effect) in enumerate(CASES)
        if fault.applies(point, effect, database=database)
    ]


def plan_trials(*, kills: int, others: int, points: frozenset[str], databases: list[str]) -> dict[str, list[Job]]:
    """For each database its trials: at least `kills` deaths in all, `others` rounds of every other fault.

    Without any `points` all of them are meant.
    """
    jobs: dict[str, list[Job]] = {database: [] for database in databases}
    for database in databases:
        for fault in Fault:
            cases: list[Job] = [
                {"case": number, "fault": fault.value}
                for number, point, _ in applicable(fault, database=database)
                if not points or point.name in points
            ]
            rounds = -(-kills // (len(cases) * len(databases))) if fault is Fault.KILL and cases else others
            jobs[database] += cases * rounds
    return jobs
