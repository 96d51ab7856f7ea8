"""The world outside is the judge: it must count, and it must refuse."""

from pathlib import Path

import pytest

from tests.torture.outside import KeyReused, Outside


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "outside.sqlite3")


def test_a_service_without_keys_acts_as_often_as_it_is_asked(outside: Outside) -> None:
    for _ in range(2):
        outside.act(run=1, key="k", digest="d", once=False)
    assert outside.effects(1) == 2 and outside.effects(2) == 0


def test_a_service_that_honours_keys_acts_once_for_each(outside: Outside) -> None:
    for key in ("k", "k", "other"):
        outside.act(run=1, key=key, digest="d", once=True)
    assert outside.effects(1) == 2


@pytest.mark.parametrize("once", [True, False])
def test_the_same_key_with_other_contents_is_refused_and_remembered(outside: Outside, once: bool) -> None:
    outside.act(run=1, key="k", digest="d", once=once)
    with pytest.raises(KeyReused):
        outside.act(run=1, key="k", digest="other", once=once)
    assert (outside.effects(1), outside.refusals(1)) == (1, 1)


def test_a_message_is_given_out_once_and_the_oldest_first(outside: Outside) -> None:
    outside.ring(1)
    outside.ring(2)
    assert [outside.take_bell() for _ in range(3)] == [1, 2, None]
