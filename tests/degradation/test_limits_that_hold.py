"""The limits of a run against a real client: nothing is overshot, and every call has an end."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from socket import socket

import pytest
from django.db import connections

from agentops.domain.lifecycle import Effect
from agentops.domain.limits import MIN_USEFUL_TOKENS
from agentops.domain.tiers import ActionTier
from agentops.llm.models import use_model
from agentops.models import AgentRun, TaskType
from agentops.runner.loop import advance
from tests.degradation.cases import WELL, act, calling, look
from tests.degradation.driving import Desk, open_desk
from tests.misbehaving_server import Act, answer, in_turn, stay_silent, write_answer
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer as decide
from tests.toys import begin, make_task, set_tier, waiting_calls, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as desk:
        yield desk


def look_for_ever(*, output_tokens: int = 20) -> Act:
    """Ask for another look-up every time."""
    numbers = count()

    def act(peer: socket) -> None:
        usage = {"input_tokens": 300, "output_tokens": output_tokens}
        peer.sendall(write_answer(calling(look(str(next(numbers))), usage=usage)))

    return act


def after(seconds: float, then: Act) -> Act:
    """Answer so, but later."""

    def act(peer: socket) -> None:
        time.sleep(seconds)
        then(peer)

    return act


def limit(**changes: int) -> None:
    TaskType.objects.filter(slug="toying").update(**changes)


def test_a_run_asks_the_model_exactly_as_often_as_it_may(desk: Desk) -> None:
    limit(max_iterations=4)
    run, seen = desk.drive(look_for_ever())
    assert (run.outcome, len(seen), run.iterations) == ("limit_iterations", 4, 4)


def test_a_turn_with_more_calls_than_are_left_runs_only_those(desk: Desk) -> None:
    limit(max_tool_calls=2)
    run, _ = desk.drive(answer(calling(*(look(str(n), use_id=f"t{n}") for n in range(5)))))
    assert (run.outcome, desk.effects.looks, run.tool_calls) == ("limit_tool_calls", ["0", "1"], 2)


def test_what_the_model_may_write_is_cut_to_what_is_left_and_below_256_it_is_not_asked(desk: Desk) -> None:
    limit(max_tokens=2_200)
    run, seen = desk.drive(look_for_ever(output_tokens=200))
    allowed = [request.body["max_tokens"] for request in seen]
    assert (run.status, run.outcome) == ("limit_reached", "limit_tokens")
    assert allowed[0] == 512 and allowed == sorted(allowed, reverse=True)
    assert MIN_USEFUL_TOKENS <= allowed[-1] < 512, "the last question was cut, and still worth asking"
    assert run.tokens == 500 * len(seen) <= 2_200
    assert desk.effects.looks, "what was found stays found"


def test_each_question_fits_into_what_is_left_before_it_is_asked(desk: Desk) -> None:
    limit(max_tokens=3_000)
    _, seen = desk.drive(look_for_ever(output_tokens=300))
    for asked_before, request in enumerate(seen):
        assert 600 * asked_before + request.body["max_tokens"] < 3_000


def test_a_text_in_another_script_does_not_slip_under_the_limit(desk: Desk) -> None:
    limit(max_tokens=1_500)
    latin, seen = desk.drive(WELL, request="Please move my appointment. " * 60)
    chinese, unseen = desk.drive(WELL, request="\u8bf7\u5e2e\u6211\u6539\u9884\u7ea6\u65f6\u95f4\u8c22\u8c22" * 150)
    assert (latin.outcome, len(seen)) == ("answered", 1)
    assert (chinese.outcome, len(unseen)) == ("limit_tokens", 0), "1,500 characters of Chinese are about as many tokens"


def test_working_time_is_the_sum_of_the_slices_and_waiting_for_a_person_is_no_part_of_it(desk: Desk) -> None:
    run, _ = desk.drive(after(0.4, answer(calling(act()))))
    first = run.active_ms
    assert 400 <= first < 3_000 and run.status == "suspended"
    time.sleep(1.0)
    decide(waiting_calls(run.pk)[0])
    desk.server.answer_by(after(0.4, WELL))
    with use_model(desk.model):
        advance(run.pk)
    run.refresh_from_db()
    assert run.outcome == "answered" and desk.effects.acts == ["b"]
    assert run.active_ms >= first + 400, "the second slice is added to the first"
    assert run.waited_ms >= 1_000


def test_every_model_call_ends_in_time_in_a_pool_of_threads(desk: Desk) -> None:
    limit(max_active_ms=1_000)
    desk.server.answer_by(stay_silent)
    ids = [begin() for _ in range(8)]
    began = time.monotonic()
    with use_model(desk.model), ThreadPoolExecutor(8) as pool:
        list(pool.map(work_and_leave, ids))
    assert time.monotonic() - began < 1 + 5
    runs = list(AgentRun.objects.filter(pk__in=ids))
    assert {(run.status, run.outcome) for run in runs} == {("failed", "model_unavailable")}
    assert all(run.active_ms < 6_000 for run in runs)


def test_every_tool_call_ends_in_time_in_a_pool_of_threads() -> None:
    make_task(toolset="slow", max_active_ms=800)
    set_tier("dawdle", "read")
    slow = toy("dawdle", lambda context, args: time.sleep(3) or Answer(), timeout_s=60)
    model = ScriptedModel(call(("dawdle", {"text": "a"})), say("Done."))
    with plugged_in(slow, name="slow"), use_model(model), ThreadPoolExecutor(4) as pool:
        ids = [begin() for _ in range(4)]
        began = time.monotonic()
        list(pool.map(work_and_leave, ids))
        took_s = time.monotonic() - began
    assert took_s < 0.8 + 5
    runs = list(AgentRun.objects.filter(pk__in=ids))
    assert {(run.status, run.outcome) for run in runs} == {("limit_reached", "limit_active_time")}


def test_an_approved_act_that_hangs_is_cut_at_the_runs_time_and_left_in_doubt(desk: Desk) -> None:
    def hang(context: object, args: Note) -> Answer:
        time.sleep(3)
        return Answer()

    make_task(toolset="hanging", max_active_ms=800)
    set_tier("hang", "safe")
    with plugged_in(
        toy("hang", hang, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.SAFE, timeout_s=60), name="hanging"
    ):
        began = time.monotonic()
        run = work(begin(), ScriptedModel(call(("hang", {"text": "a"})), say("Done.")))
    assert time.monotonic() - began < 0.8 + 5
    assert run.status == "suspended" and run.calls.get().status == "in_doubt"


def test_a_third_identical_call_is_stopped_before_it_runs(desk: Desk) -> None:
    run, seen = desk.drive(in_turn(*[answer(calling(look("same")))] * 9))
    assert (run.outcome, len(seen), len(desk.effects.looks)) == ("limit_repeated_call", 3, 2)


def work_and_leave(run_id: int) -> None:
    """One slice in a thread of its own, which keeps no connection."""
    try:
        advance(run_id)
    finally:
        connections.close_all()
