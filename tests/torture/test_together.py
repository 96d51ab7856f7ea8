"""Death in the middle of five yeses given with one press: each is decided or waits, none is decided twice."""

from typing import Any

import pytest
from django.db import connection

from agentops.audit import verify_chain
from agentops.domain.lifecycle import Effect
from agentops.models import AuditEntry, ToolCall, ToolPolicy
from agentops.runner.sweeper import sweep_once
from supervision import actions
from supervision.models import Decision
from tests.dying import in_own_process, killed_at_commit
from tests.supervision.rows import ANA
from tests.torture.cast import Cast, acting_tool
from tests.torture.invariants import count_effects
from tests.torture.life import ask_for, let_time_pass, person, work
from tests.torture.points import Subject

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

FIVE = 5
CASES = [(Effect.NON_IDEMPOTENT, 3), (Effect.TRANSACTIONAL, 1), (Effect.TRANSACTIONAL, 5)]
"""What the tool would do twice, and at the commit of which of the five the process dies."""


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("effect", "number"), CASES)
def test_a_death_between_two_of_five_leaves_each_decided_once_or_waiting(
    cast: Cast, effect: Effect, number: int, before: bool
) -> None:
    subjects = [Subject(f"together {index}", effect) for index in range(FIVE)]
    calls = [wait_easily(cast, subject) for subject in subjects]

    def press_and_die() -> None:
        with killed_at_commit(number, before=before):
            press(calls)

    assert not in_own_process(press_and_die)
    decided = number - 1 if before else number
    assert statuses(calls) == ["approved"] * decided + ["awaiting"] * (FIVE - decided)
    assert decisions(calls) == entries(calls) == [1] * decided + [0] * (FIVE - decided)
    again = press(calls)
    told = ["already_decided" if isinstance(one.outcome, actions.Refused) else "used" for one in again]
    assert told == ["already_decided"] * decided + ["used"] * (FIVE - decided)
    for subject in subjects:
        let_time_pass(subject)
    sweep_once()
    work(cast)
    assert statuses(calls) == ["succeeded"] * FIVE
    assert [count_effects(one, call.run_id, cast.outside) for one, call in zip(subjects, calls, strict=True)] == [1] * 5
    assert decisions(calls) == entries(calls) == [1] * FIVE
    assert verify_chain() is None, connection.vendor


def wait_easily(cast: Cast, subject: Subject) -> ToolCall:
    """The call under test of a run of its own, easy to undo, described and waiting."""
    tool = acting_tool(subject.effect)
    ToolPolicy.objects.filter(tool=tool).update(tier="safe", floor="read")
    ask_for(subject)
    work(cast)
    call = ToolCall.objects.get(run__request_key=subject.key, tool=tool, status="awaiting")
    card = {**(call.card or {}), "subject": ANA.model_dump(mode="json")}
    ToolCall.objects.filter(pk=call.pk).update(card=card, tier="safe")
    for other in ToolCall.objects.filter(run=call.run_id, status="awaiting").exclude(pk=call.pk):
        actions.approve_call(
            user=person(), call_id=other.pk, version=1, digest=other.digest, shown="", ticked=set(), typed=""
        )
    return ToolCall.objects.get(pk=call.pk)


def press(calls: list[ToolCall]) -> list[Any]:
    """The button under the five, as they were first read."""
    seen = [actions.Seen(call.pk, call.version, call.digest) for call in calls]
    told = actions.approve_together(user=person(), seen=seen)
    assert not isinstance(told, actions.Refused), told
    return told


def statuses(calls: list[ToolCall]) -> list[str]:
    return [ToolCall.objects.values_list("status", flat=True).get(pk=call.pk) for call in calls]


def decisions(calls: list[ToolCall]) -> list[int]:
    return [Decision.objects.filter(call=call).count() for call in calls]


def entries(calls: list[ToolCall]) -> list[int]:
    return [AuditEntry.objects.filter(subject=f"call {call.pk}").count() for call in calls]
