"""Every named way in which a model's server misbehaves ends a whole run as it must, through the real client."""

import time
from collections.abc import Iterator
from unittest import mock

import pytest

from agentops.domain import next_move
from agentops.models import AgentRun, Step, ToolCall
from tests.asking import KEY
from tests.degradation.bodies import BODIES
from tests.degradation.cases import Case
from tests.degradation.driving import SHORT_MS, WORKING_MS, Desk, open_desk
from tests.degradation.replies import REPLIES
from tests.degradation.statuses import STATUSES
from tests.degradation.streams import STREAMS

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 15
"""Cases that share one empty database: emptying it takes longer than most cases do."""

ON_BOTH = [pytest.mark.both_databases]
"""What comes of replies is written down, so they are tried on PostgreSQL too."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as desk, mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        yield desk


def portions() -> Iterator[object]:
    for name, cases in {"statuses": STATUSES, "bodies": BODIES, "streams": STREAMS, "replies": REPLIES}.items():
        marks = ON_BOTH if cases is REPLIES else []
        for at in range(0, len(cases), AT_ONCE):
            yield pytest.param(cases[at : at + AT_ONCE], id=f"{name} from {at + 1}", marks=marks)


def test_there_are_at_least_sixty_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [case.name for case in (*STATUSES, *BODIES, *STREAMS, *REPLIES)]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("cases", portions())
def test_a_run_ends_as_its_fault_says(desk: Desk, cases: list[Case], subtests: pytest.Subtests) -> None:
    for case in cases:
        with subtests.test(msg=case.name):
            check(desk, case)


def check(desk: Desk, case: Case) -> None:
    """Work on one run and look at everything that must hold."""
    began = time.monotonic()
    run, seen = desk.drive(case.act, working_ms=SHORT_MS if case.slow else WORKING_MS)
    took_s = time.monotonic() - began
    assert (run.status, run.outcome) == (case.end.status, case.end.outcome)
    assert len(seen) == run.iterations == case.asked, "every call is counted, and none is hidden"
    assert (len(desk.effects.looks), desk.effects.acts) == (case.looks, [])
    check_that_nothing_broke(run)
    check_limits(run, lies=case.lies)
    if case.end.handed_over:
        check_hand_off(run)
    if case.slow:
        assert took_s < SHORT_MS / 1000 + 5, "the longest overshoot that RELIABILITY.md allows"


def check_that_nothing_broke(run: AgentRun) -> None:
    """No exception left the slice: one that does is counted and the run goes back to the queue."""
    assert run.lease_losses == 0 and run.lease_owner == ""
    if run.status != "suspended":
        assert not ToolCall.objects.filter(run=run, status__in=["allowed", "awaiting", "approved", "started"]).exists()


def check_limits(run: AgentRun, *, lies: bool) -> None:
    """No more than allowed of anything; what failed is counted too, with nothing still reserved."""
    assert run.iterations <= run.max_iterations and run.tool_calls <= run.max_tool_calls
    assert Step.objects.filter(run=run).exclude(kind="note").count() == run.iterations
    assert run.tokens_reserved == 0
    assert lies or run.tokens <= run.max_tokens
    assert run.active_ms <= run.max_active_ms + 5_000


def check_hand_off(run: AgentRun) -> None:
    """A partial result for the caller, a reason and a beginning for a colleague, and no secret in any of them."""
    assert run.answer.startswith("I could not finish this.") and "colleague" in run.answer
    assert run.handoff_reason and run.handoff_summary
    told = [run.answer, run.handoff_reason, run.handoff_summary, *run.steps.values_list("detail", flat=True)]
    assert not any(KEY in text for text in told)
    assert "ANTHROPIC" not in run.answer
