"""How `pytest -n 2` shares the tests out: by file, because its tests share servers and browser; the longest first."""

import pytest
from xdist.scheduler import LoadScopeScheduling

MANY_PROCESSES = (
    "tests/integration/test_production.py",
    "tests/doorbells/test_outages.py",
    "tests/torture/test_storm.py",
    "tests/test_setup.py",
    "tests/agentops/test_in_flight.py",
)
"""Several programs at once, and seconds that are measured: never two of these at a time."""

PARTED = "tests/integration/test_on_postgresql.py"
"""Each of its tests is long and has a process and a database of its own."""

LONGEST_FIRST = (
    *MANY_PROCESSES,
    PARTED,
    "tests/agentops/test_startup.py",
    "tests/torture/test_points.py",
    "tests/test_crash.py",
    "tests/supervision/test_words.py",
)
"""Begun at the end, one of these would keep the other process waiting."""


class ByFile(LoadScopeScheduling):
    """What belongs together goes to one process, in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::")[0]
        if path == PARTED:
            return nodeid
        return "many processes" if path in MANY_PROCESSES else path


def sort_by_length(items: list[pytest.Item]) -> None:
    """Put the longest files first and leave all others as they are."""
    ranks = {path: rank for rank, path in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.split("::")[0], len(ranks)))
