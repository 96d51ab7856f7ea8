"""The newest runs that hold some words, whether these are common or rare."""

from unittest.mock import patch

import pytest

from agentops.models import RunWords
from agentops.models.search import find_newest


@pytest.mark.both_databases
@pytest.mark.parametrize("near", [1, 4, 100])
def test_the_newest_are_found_whether_they_stand_near_or_far(db: None, near: int) -> None:
    RunWords.objects.bulk_create(
        RunWords(place=100 * n, run_id=n, words=f"common {'rare' if n in {2, 5} else 'else'}") for n in range(1, 11)
    )
    rows = RunWords.objects.all()
    with patch("agentops.models.search.NEAR", near):
        assert find_newest(rows, words=["common"], limit=3) == {10: 1000, 9: 900, 8: 800}
        assert [*find_newest(rows, words=["rare"], limit=3)] == [5, 2]
        assert [*find_newest(rows.filter(place__lt=500), words=["rar"], limit=1)] == [2]
        assert find_newest(rows, words=["nothinglikeit"], limit=3) == {}
