"""A quick slice of the table of UX.md §3.1, in a real browser; the whole of it is `make ux`."""

import subprocess

import pytest

from tests.programs import PYTHON, ROOT


@pytest.mark.timeout(300)
def test_every_quick_row_of_the_table_meets_its_target() -> None:
    command = [PYTHON, "-m", "tests.ux", "--quick"]
    table = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert table.returncode == 0, f"{table.stdout}\n{table.stderr[-2000:]}"
