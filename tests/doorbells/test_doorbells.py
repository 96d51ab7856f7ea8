"""Any number of copies of a bell, in any order, is as one; and none at all costs seconds, because the sweeper rings."""

import os
import random
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.test import override_settings

from agentops import after_commit
from agentops.models import AgentRun, Conversation, ToolCall
from tests.doorbells.postman import Postman
from tests.doorbells.stories import CHANNEL, Told, answer_one, begin_stories, open_stories, retell
from tests.toys import begin, make_task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

RUNS = int(os.environ.get("HANDRAIL_DOORBELLS", "60"))
OVER = ("completed", "limit_reached", "handed_off", "failed", "cancelled")
SECONDS = 60 + RUNS


def play(told: Told, postman: Postman) -> list[tuple[Any, ...]]:
    """All stories from their start to their end, with this postman and one person; what became of them."""
    told.effects.clear()
    with mock.patch.object(after_commit, "_ring", postman.ring):
        run_ids = begin_stories(RUNS)

        def is_over() -> bool:
            for waiting in ToolCall.objects.filter(run__in=run_ids, status="awaiting"):
                answer_one(waiting, first=run_ids[0])
            return not AgentRun.objects.filter(pk__in=run_ids).exclude(status__in=OVER).exists()

        postman.run(workers=4, until=is_over, seconds=SECONDS)
    return retell(run_ids, told)


@pytest.mark.timeout(3 * SECONDS)
@override_settings(SWEEP_SECONDS=0.3)
def test_lost_doubled_and_shuffled_bells_change_nothing() -> None:
    with open_stories() as told:
        clean = play(told, Postman(None))
        booked = Conversation.objects.filter(channel=CHANNEL).count()
        postman = Postman(random.Random(20))
        played = play(told, postman)
    assert postman.lost > RUNS / 5 and postman.doubled > RUNS, "the postman was too honest"
    different = [(one, other) for one, other in zip(clean, played, strict=True) if one != other]
    assert not different, f"{len(different)} of {RUNS} differ, the first: {different[0]}"
    assert Conversation.objects.filter(channel=CHANNEL).count() == 2 * booked


def test_no_bell_rings_before_its_run_can_be_seen_or_for_one_that_was_never_committed() -> None:
    rung: list[int] = []
    make_task()
    with mock.patch.object(after_commit, "_ring", rung.append):
        with transaction.atomic():
            run_id = begin()
            assert not rung, "a worker that hears it now finds nothing"
        assert rung == [run_id]
        with pytest.raises(RuntimeError), transaction.atomic():
            begin()
            raise RuntimeError
    assert rung == [run_id]
