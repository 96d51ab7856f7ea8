"""Everything that is marked for both databases, once more on a real PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.programs import ROOT

PARTS = {
    "torture": ("tests/torture",),
    "deaths and races": ("tests/test_crash.py", "tests/races"),
    "all others": ("tests",),
}
"""Parts that take about as long, so that two can run at a time. The last leaves out what the others have."""


def paths_of(part: str) -> list[str]:
    """What pytest is to be given."""
    if part != "all others":
        return [*PARTS[part]]
    elsewhere = [path for other, paths in PARTS.items() if other != part for path in paths]
    return [*PARTS[part], *(f"--ignore={path}" for path in ("tests/integration", *elsewhere))]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", PARTS)
def test_what_holds_on_sqlite_holds_on_postgresql(postgres_database: str, part: str) -> None:
    """A process of its own, because the settings choose the database when they are read."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "both_databases", *paths_of(part)],
        cwd=ROOT,
        env={**os.environ, "HANDRAIL_DATABASE": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
