"""The cast on stage, with everything that a life needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.cast import Cast, furnish
from tests.torture.outside import Outside


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Iterator[Cast]:
    furnish()
    cast = Cast(Outside(tmp_path / "outside.sqlite3"))
    with cast.on_stage(), cast.at_the_exits():
        yield cast
