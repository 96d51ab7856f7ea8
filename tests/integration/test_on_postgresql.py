"""Everything that is marked for both databases, once more on a real PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.timeout(900)
def test_what_holds_on_sqlite_holds_on_postgresql(postgres_database: str) -> None:
    """A process of its own, because the settings choose the database when they are read."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "both_databases", "tests", "--ignore=tests/integration"],
        cwd=ROOT,
        env={**os.environ, "HANDRAIL_DATABASE": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
