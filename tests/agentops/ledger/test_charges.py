"""What a failed model call is charged, and what a run says that ran out of tokens by failing."""

import pytest

from agentops.domain.messages import FailureKind, ModelFailure
from tests.scripted import ScriptedModel, plugged_in
from tests.toys import begin, make_task, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def failing(kind: FailureKind, *, begun: bool = False, times: int = 3) -> ScriptedModel:
    lines = [ModelFailure(kind, "no", retry_after=0.0, begun=begun) for _ in range(times)]
    return ScriptedModel(*lines, by_turn=False)


def test_a_server_that_fails_after_it_began_to_answer_may_bill_and_is_charged() -> None:
    make_task()
    with plugged_in():
        assert work(begin(), failing(FailureKind.OVERLOADED)).tokens == 0
        assert work(begin(), failing(FailureKind.OVERLOADED, begun=True)).tokens > 0


def test_a_run_whose_tokens_went_into_failed_tries_says_that_the_model_was_unavailable() -> None:
    make_task(max_tokens=1_300)
    with plugged_in():
        run = work(begin(), failing(FailureKind.UNAVAILABLE))
    assert (run.status, run.outcome) == ("failed", "model_unavailable")
