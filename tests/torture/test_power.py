"""The trials have teeth: take something away that durability rests on, and they say what harm was done."""

from typing import Any
from unittest import mock

import pytest

from agentops.domain.lifecycle import Effect
from agentops.models import AgentRun, AuditEntry
from tests.torture import life, trial
from tests.torture.cast import Cast
from tests.torture.faults import Fault
from tests.torture.invariants import Harm
from tests.torture.outside import Outside
from tests.torture.points import CASES, Subject
from tests.torture.trial import Trial

pytestmark = pytest.mark.django_db(transaction=True)


def harms_of(cast: Cast, name: str, effect: Effect, fault: Fault = Fault.KILL) -> set[Harm]:
    """What a trial at this point finds."""
    point = next(one for one, kind in CASES if one.name == name and kind is effect)
    verdict = Trial(point, effect, fault, cast=cast, key="power").hold()
    return {one.harm for one in verdict.violations}


def test_a_healthy_machine_does_no_harm(cast: Cast) -> None:
    assert harms_of(cast, "K19", Effect.NON_IDEMPOTENT) == set()


def test_a_call_that_is_begun_again_instead_of_doubted_is_a_double(cast: Cast) -> None:
    with mock.patch.object(Effect, "repeatable", property(lambda _: True)):
        assert harms_of(cast, "K19", Effect.NON_IDEMPOTENT) >= {Harm.DOUBLE, Harm.DOUBT}


def test_a_service_that_does_not_honour_its_keys_is_a_double(cast: Cast) -> None:
    honest = Outside.act

    def careless(outside: Outside, **act: Any) -> None:
        honest(outside, **{**act, "once": False})

    with mock.patch.object(Outside, "act", careless):
        assert Harm.DOUBLE in harms_of(cast, "K19", Effect.IDEMPOTENT)


def test_a_run_that_nobody_rings_for_is_stuck(cast: Cast) -> None:
    with mock.patch.object(life, "sweep_once", lambda: 0):
        assert harms_of(cast, "K3", Effect.IDEMPOTENT) == {Harm.STUCK}


def test_a_decision_whose_seal_is_gone_is_noticed(cast: Cast) -> None:
    def recover_and_tamper(subject: Subject, cast: Cast) -> AgentRun:
        run = life.recover(subject, cast)
        AuditEntry.objects.filter(what="call.approved").delete()
        return run

    with mock.patch.object(trial, "recover", recover_and_tamper):
        assert Harm.BOOKS in harms_of(cast, "K14", Effect.IDEMPOTENT)


def test_a_sleeper_that_writes_when_it_wakes_is_noticed(cast: Cast) -> None:
    def leave_it_to_the_sleeper(subject: Subject, _: Cast) -> AgentRun:
        return AgentRun.objects.get(request_key=subject.key)

    with mock.patch.object(trial, "recover", leave_it_to_the_sleeper):
        assert Harm.BOOKS in harms_of(cast, "K8", Effect.IDEMPOTENT, Fault.STOP)
