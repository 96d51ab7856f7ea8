"""One run, step by step."""

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, Price, ToolCall
from supervision.models import Viewing
from supervision.runs.words import state_of
from tests.supervision.rows import MOVE, add_call, add_run, add_step


def ended(status: str = "completed", **fields: object) -> AgentRun:
    return add_run(status=status, finished_at=timezone.now(), **fields)


@pytest.mark.parametrize("status", [*RunStatus])
def test_every_state_has_its_own_words(db: None, status: RunStatus) -> None:
    state = state_of(AgentRun(status=status, outcome="limit_tool_calls"))
    assert state.words
    assert status.value not in state.words
    assert "_" not in state.detail


def full_run() -> AgentRun:
    now = timezone.now() - timedelta(minutes=10)
    run = add_run(
        status="completed", outcome="answered", answer="You are booked.", finished_at=now, iterations=3, tool_calls=2,
        active_ms=2_000, waited_ms=130_000, tokens=5_230, cost_nano=1_200_000, unpriced_calls=1, created_at=now,
        findings=[{"rule": "phone", "action": "replaced", "label": "a phone number that is not known"}],
    )  # fmt: skip
    add_step(run, decision="classify_intent", started_at=now, cost_nano=1_200_000)
    step = add_step(run, started_at=now + timedelta(seconds=1), cost_nano=None)
    look = now + timedelta(milliseconds=1_500)
    read = MOVE.model_copy(update={"done": "Looked up Ana Gomez"})
    add_call(read, run=run, step=step, tool="search_patients", tier="read", status="succeeded", started_at=look,
             finished_at=look + timedelta(milliseconds=30), expires_at=None)  # fmt: skip
    decided = now + timedelta(seconds=132)
    add_call(run=run, step=step, status="succeeded", decided_by="Mo Ali", proposed_at=now + timedelta(seconds=2),
             expires_at=now + timedelta(minutes=30, seconds=2), decided_at=decided, started_at=decided,
             finished_at=decided + timedelta(milliseconds=80))  # fmt: skip
    add_step(run, decision="generate_response", started_at=decided + timedelta(seconds=1), cost_nano=0)
    return run


def test_the_trace_tells_the_run_in_order(desk: Client) -> None:
    page = desk.get(f"/runs/{full_run().pk}/").content.decode()
    lines = ["Worked out what kind of request this is", "Chose what to do next", "Looked up Ana Gomez",
             "Mo Ali said yes", "not drawn to scale", MOVE.done, "Wrote the answer"]  # fmt: skip
    at = [page.index(line, page.index('class="steps"')) for line in lines]
    assert at == sorted(at)
    assert "Offline planner, no AI model" in page
    assert "You are booked." in page
    assert "Replaced a phone number that is not known" in page


def test_the_front_desk_reads_sentences_and_leaders_read_limits_and_tools(
    desk: Client, ruth: User, sign_in: Callable[[User], Client]
) -> None:
    address = f"/runs/{full_run().pk}/"
    plain, full = desk.get(address).content.decode(), sign_in(ruth).get(address).content.decode()
    for detail in ["search_patients", 'class="meters"', "Request id", "Who saw this run"]:
        assert detail not in plain
        assert detail in full


def test_meters_show_what_was_used_of_each_limit(ruth: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(ruth).get(f"/runs/{full_run().pk}/").content.decode()
    for value, of in [
        ("3", "of 10"),
        ("2", "of 15"),
        ("2.0 s", "of 30 s"),
        ("5,230", "of 50,000"),
        ("2 min 10 s", "of 30 min"),
    ]:
        assert f"<dd>{value} <small>{of}</small>" in page


def test_an_unknown_price_is_unpriced_and_never_nothing(ruth: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(ruth).get(f"/runs/{full_run().pk}/").content.decode()
    assert "≥ $0.0012, 1 call unpriced" in page
    assert ">unpriced<" in page


def test_a_step_opens_beside_the_trace(desk: Client, leo: User, sign_in: Callable[[User], Client]) -> None:
    run = full_run()
    call = run.calls.get(decided_by="Mo Ali")
    page = desk.get(f"/runs/{run.pk}/?at=c{call.pk}").content.decode()
    assert "<dt>Answered by</dt><dd><bdi>Mo Ali</bdi></dd>" in page
    assert "appointment_id" not in page
    assert "appointment_id" in sign_in(leo).get(f"/runs/{run.pk}/?at=c{call.pk}").content.decode()
    assert desk.get(f"/runs/{run.pk}/?at=s1").status_code == 200
    assert desk.get(f"/runs/{run.pk}/?at=nonsense").status_code == 200


def test_what_failed_says_why(desk: Client) -> None:
    run = ended("failed", outcome="model_unavailable")
    step = add_step(run, kind="failure", failure="overloaded")
    result = {"status": "timeout", "code": "timeout", "message": "The calendar did not answer."}
    add_call(run=run, step=step, tier="read", status="failed", started_at=timezone.now(), attempts=3, result=result)
    page = desk.get(f"/runs/{run.pk}/").content.decode()
    assert "The model was overloaded." in page
    assert "Did not work: Move Ana Gomez" in page
    assert "3 tries" in page
    assert "The calendar did not answer." in page
    assert "The model gave no usable answer." in page


def test_what_only_happens_after_a_yes_is_marked(desk: Client) -> None:
    call = add_call()
    page = desk.get(f"/runs/{call.run_id}/").content.decode()
    assert "only if approved" in page
    assert f'href="/requests/{call.pk}/"' in page
    assert "End this run" in page and "it cannot go on" in page
    assert "Stop for now" not in page, "that is for managers and admins"


def test_a_run_without_steps_says_when_it_starts(desk: Client) -> None:
    page = desk.get(f"/runs/{add_run(status='queued').pk}/").content.decode()
    assert "No steps yet" in page
    assert "It usually starts within 2 seconds." in page


def test_ending_asks_the_machine_and_says_when_it_was_too_late(desk: Client) -> None:
    run = add_run()
    desk.post(f"/runs/{run.pk}/end/")
    assert AgentRun.objects.get(pk=run.pk).stop_requested
    over = ended()
    page = desk.post(f"/runs/{over.pk}/end/", follow=True).content.decode()
    assert "over already" in page
    assert desk.post("/runs/999999/end/").status_code == 404
    assert desk.get("/runs/999999/").status_code == 404


def test_other_runs_of_the_conversation_are_listed(desk: Client) -> None:
    first = ended(request="First words")
    second = add_run("Second words", conversation=first.conversation)
    assert "First words" in desk.get(f"/runs/{second.pk}/").content.decode()


def test_the_icon_of_a_note_keeps_its_circle(desk: Client) -> None:
    run = ended("handed_off")
    add_step(run, kind="note", detail="Handed to a person")
    page = desk.get(f"/runs/{run.pk}/").content.decode()
    assert "Handed to a person" in page
    assert 'class="ic note"' not in page  # the class of the coloured boxes


def test_a_run_that_a_limit_stopped_says_what_it_had_changed(desk: Client) -> None:
    run = ended("limit_reached", outcome="limit_iterations")
    add_call(run=run, tier="read", status="succeeded")
    nothing = desk.get(f"/runs/{run.pk}/").content.decode()
    assert "It used all its steps and stopped. Nothing was changed.<" in nothing
    add_call(run=run, status="succeeded", decided_by="Mo Ali", decided_at=timezone.now())
    assert f"Nothing was changed after “{MOVE.done}”." in desk.get(f"/runs/{run.pk}/").content.decode()


def long_run() -> AgentRun:
    run = add_run("Call everyone", status="running")
    for number in range(120):
        step = add_step(run)
        status = "failed" if number == 110 else "succeeded"
        card = MOVE.model_copy(update={"doing": f"Read day {number}", "done": f"Read day {number}"})
        add_call(card, run=run, step=step, tier="read", status=status, started_at=timezone.now())
    return run


def test_a_very_long_run_is_folded_and_its_failures_are_in_sight_on_every_page(desk: Client) -> None:
    run = long_run()
    first, second = (desk.get(f"/runs/{run.pk}/?page={page}").content.decode() for page in (1, 2))
    assert first.count('<li class="fold">') == 100
    assert second.count('<li class="fold">') == 20
    assert "Page 1 of 2, 240 lines" in first
    failed = run.calls.get(status="failed")
    for page in (first, second):
        assert f'href="?page=2&amp;at=c{failed.pk}#c{failed.pk}"' in page
    assert second.count("<details open") == 1
    assert f'id="c{failed.pk}"' in desk.get(f"/runs/{run.pk}/?at=c{failed.pk}").content.decode()


def test_an_error_says_in_how_many_other_runs_it_came_today(desk: Client) -> None:
    result = {"status": "timeout", "message": "The calendar did not answer."}
    for _ in range(2):
        add_call(status="failed", result=result)
    call = add_call(status="failed", result=result)
    page = desk.get(f"/runs/{call.run_id}/?at=c{call.pk}").content.decode()
    assert "<dt>Same error today</dt><dd><bdi>2 other runs</bdi></dd>" in page


# --- raw data


def secret_call(run: AgentRun) -> ToolCall:
    result = {"status": "success", "code": "ok", "message": "Ana asked", "data": {"note": "Ana has asthma", "id": 4821}}
    return add_call(MOVE, run=run, tier="read", status="succeeded", result=result)


def test_raw_data_is_masked_until_an_admin_asks_for_it_which_is_recorded(
    leo: User, ruth: User, sign_in: Callable[[User], Client]
) -> None:
    run = ended()
    call, step = secret_call(run), add_step(run, words="Ana has asthma", stop_reason="end_turn")
    admin, address = sign_in(leo), f"/runs/{run.pk}/"
    for at in (f"c{call.pk}", f"s{step.seq}"):
        masked = raw_of(admin.get(address, {"at": at}))
        for value in ("Ana", "Gomez", "4821", "07700", "asthma"):
            assert value not in masked
        assert '"status": "success"' in masked or '"stop_reason": "end_turn"' in masked
    assert not Viewing.objects.filter(page="raw").exists()
    assert "Ana has asthma" in raw_of(admin.get(address, {"at": f"c{call.pk}", "raw": "full"}))
    seen = Viewing.objects.get(page="raw")
    assert (seen.who, seen.run_id, seen.call_id) == ("Leo Marsh", run.pk, call.pk)
    assert "opened raw data" in sign_in(ruth).get(address).content.decode()


def raw_of(answer: Any) -> str:
    page = unescape(answer.content.decode())
    return page[page.index('aria-label="Raw data">') :].split("</pre>")[0]


def test_nobody_else_is_given_raw_data(desk: Client, ruth: User, sign_in: Callable[[User], Client]) -> None:
    run = ended()
    call = secret_call(run)
    for client in (desk, sign_in(ruth)):
        page = client.get(f"/runs/{run.pk}/?at=c{call.pk}").content.decode()
        assert "Raw data" not in page and "digest" not in page
        assert client.get(f"/runs/{run.pk}/?at=c{call.pk}&raw=full").status_code == 403
    assert not Viewing.objects.filter(page="raw").exists()


def test_a_step_says_at_which_price_it_was_counted(desk: Client, ruth: User, sign_in: Callable[[User], Client]) -> None:
    price = Price.objects.create(model="m", valid_from=date(2026, 10, 7), input_nano=2_000, output_nano=10_000,
                                 cache_write_5m_nano=0, cache_write_1h_nano=0, cache_read_nano=100)  # fmt: skip
    run = ended()
    priced = add_step(run, cost_nano=5, price_id=price.pk)
    unpriced = add_step(run)
    manager = sign_in(ruth)
    said = "$2.00 read, $10.00 written, $0.10 from cache, for a million tokens; in force from Wednesday 7 October 2026"
    assert said in manager.get(f"/runs/{run.pk}/?at=s{priced.seq}").content.decode()
    assert "No price was known on that day." in manager.get(f"/runs/{run.pk}/?at=s{unpriced.seq}").content.decode()
    assert "a million tokens" not in desk.get(f"/runs/{run.pk}/?at=s{priced.seq}").content.decode()
