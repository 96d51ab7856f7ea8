"""More than one death on one run: the third gives it to a person, and the books stay right."""

import pytest

from agentops.domain.lifecycle import Effect
from agentops.models import AgentRun
from tests.dying import die, in_own_process
from tests.torture.cast import Cast
from tests.torture.invariants import MOST_LOSSES, Aftermath, find_violations
from tests.torture.life import as_worker, ask_for, let_time_pass, recover, work
from tests.torture.points import Subject
from tests.torture.trap import Place, Trap

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.mark.parametrize("place", [Place.MODEL_ASKED, Place.MODEL_ANSWERED])
def test_a_run_that_cost_three_workers_is_given_to_a_person_with_its_books_in_order(cast: Cast, place: Place) -> None:
    subject = Subject("deaths", Effect.NON_IDEMPOTENT)
    ask_for(subject)
    lost_tokens = 0

    def work_and_die() -> None:
        cast.trap = Trap(die, look=lambda: subject.turns() == 1, place=place)
        with as_worker("doomed"):
            work(cast)

    for _ in range(MOST_LOSSES):
        cast.outside.ring(AgentRun.objects.get(request_key=subject.key).pk)
        assert not in_own_process(work_and_die)
        lost_tokens += AgentRun.objects.get(request_key=subject.key).tokens_reserved
        let_time_pass(subject)
    run = recover(subject, cast)
    assert (run.status, run.outcome, run.lease_losses) == ("handed_off", "workers_lost", MOST_LOSSES)
    lost_answers = range(MOST_LOSSES, MOST_LOSSES + 1) if place is Place.MODEL_ANSWERED else range(1)
    after = Aftermath(subject, cast.outside, run, False, lost_tokens, lost_answers)
    assert find_violations(after, weather=True) == []
    assert run.tokens == lost_tokens + 120, "every reservation of a dead worker is charged in full"
