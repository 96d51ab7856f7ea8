"""A bug that can no longer be planted would be counted as one that nobody catches: the words it replaces must stand."""

import pytest

from tests.programs import ROOT
from tests.seeded_bugs.bugs import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_what_a_bug_replaces_stands_exactly_once(bug: Bug) -> None:
    for edit in bug.edits:
        assert (ROOT / edit.path).read_text().count(edit.old) == 1, edit.path


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_suite_that_must_catch_a_bug_is_there(bug: Bug) -> None:
    for words in bug.suite:
        path = words.split("::")[0]
        assert (ROOT / path).exists() or not path.endswith(".py"), words
