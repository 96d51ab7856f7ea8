"""The types of task: their limits beside the last week, their models with an end, a change that is checked first."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.policy.task_settings import ANSWER_EARLY
from agentops.domain.routing import DecisionType
from agentops.models import AgentRun, ModelRetirement, ModelRoute, PolicyChange, Price, RunFact, TaskType, ToolCall
from tests.supervision.rows import add_call, add_run, task_type

ALL = ["read", "safe", "risky", "destructive"]


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture
def task(db: None) -> TaskType:
    made = task_type("booking", "Booking")
    TaskType.objects.filter(pk=made.pk).update(permitted_tiers=ALL, prompt=f"Work. {ANSWER_EARLY}")
    for decision in DecisionType:
        ModelRoute.objects.create(
            decision=decision, provider="offline", model="offline-planner-1", max_tokens=1_024,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
    Price.objects.create(
        model="offline-planner-1", valid_from=date(2026, 1, 1), input_nano=0, output_nano=0, cache_write_5m_nano=0,
        cache_write_1h_nano=0, cache_read_nano=0,
    )  # fmt: skip
    for model, ends in (("claude-3-5-haiku", date(2026, 2, 19)), ("claude-sonnet-4-5", date(2026, 11, 30))):
        ModelRetirement.objects.create(model=model, retires_on=ends, successor="claude-haiku-5-5")
    made.refresh_from_db()
    return made


def add_fact(task: TaskType, **figures: int) -> None:
    now = timezone.now()
    run = add_run(task_type=task, status="completed", finished_at=now)
    values = {"iterations": 4, "active_ms": 900, "tool_calls": 3, "tokens": 800} | figures
    RunFact.objects.create(
        run=run, task_type=task.slug, channel="phone", status="completed", outcome="answered", completed=True,
        limit_reached=False, escalated=False, waited_ms=0, tools_executed=3, tool_errors=0, asked_people=0, cost_nano=0,
        unpriced_calls=0, started_at=now - timedelta(hours=1), finished_at=now, **values,
    )  # fmt: skip


def form_of(client: Client, task: TaskType) -> dict[str, str]:
    """Every field of the form as the page has it."""
    page = client.get(f"/task-types/{task.pk}/")
    draft = page.context["draft"]
    fields = {name: value for name, value in draft.fields.items() if value} | {"version": str(task.version)}
    for row in draft.rows:
        key = row.decision.value
        fields |= {f"{key}-model": row.model, f"{key}-cap": row.cap, f"{key}-since": row.since}
    return fields


def check(client: Client, task: TaskType, **changes: str) -> Any:
    fields = form_of(client, task) | {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(f"/task-types/{task.pk}/check/", fields)


def save(client: Client, page: Any, *, reason: str = "It is enough.", task: TaskType) -> Any:
    """Send the form of the check page."""
    sent = {"version": page.context["version"], "setting": page.context["setting"], "reason": reason}
    return client.post(f"/task-types/{task.pk}/save/", sent, follow=True)


def test_the_last_week_stands_beside_each_limit(admin: Client, task: TaskType) -> None:
    for steps in range(1, 21):
        add_fact(task, iterations=min(steps, 10), active_ms=1_000 * steps)
    page = admin.get(f"/task-types/{task.pk}/").content.decode()
    assert "19 of 20 runs: 10 at most (20 runs)" in page
    assert "19 of 20 runs: 20 s at most (20 runs)" in page
    assert "Booking" in admin.get("/task-types/").content.decode()


def test_a_new_limit_says_how_many_runs_of_the_week_it_would_have_stopped(admin: Client, task: TaskType) -> None:
    for steps in (3, 4, 5, 9):
        add_fact(task, iterations=steps)
    page = check(admin, task, max_iterations="4")
    assert "<b>4</b> would have stopped 2 of 4 runs." in page.content.decode()
    assert "counts at once" in page.content.decode()
    answer = save(admin, page, task=task)
    task.refresh_from_db()
    assert (task.max_iterations, task.version) == (4, 2)
    assert "Saved: Booking." in answer.content.decode()
    assert PolicyChange.objects.get().reason == "It is enough."
    assert "Version 2" in answer.content.decode() and "It is enough." in answer.content.decode()


def test_a_shorter_wait_says_how_many_answers_came_later(admin: Client, task: TaskType) -> None:
    now = timezone.now()
    for minutes in (2, 20):
        call = add_call(run=add_run(task_type=task), status="rejected")
        ToolCall.objects.filter(pk=call.pk).update(
            proposed_at=now - timedelta(minutes=minutes), decided_at=now, decided_by="Mo Ali"
        )
    page = check(admin, task, answer_minutes="10").content.decode()
    assert "<b>10 min</b> would have been too short for 1 of 2 answers." in page


def test_more_room_waits_for_a_second_admin(admin: Client, task: TaskType) -> None:
    page = check(admin, task, max_iterations="20")
    assert "needs a second admin" in page.content.decode()
    answer = save(admin, page, task=task)
    task.refresh_from_db()
    assert task.max_iterations == 10 and "waits for a second admin" in answer.content.decode()
    assert "Confirm this change" not in answer.content.decode(), "nobody confirms their own"


def test_permitting_less_shows_what_would_have_been_refused(admin: Client, task: TaskType) -> None:
    call = add_call(run=add_run(task_type=task))
    facts = {"acts": True, "approvable": True, "two_people": False, "untrusted_text": False}
    ToolCall.objects.filter(pk=call.pk).update(facts=facts)
    page = check(admin, task, upto="safe").content.decode()
    assert "One person is asked → refused" in page
    save(admin, check(admin, task, upto="safe"), task=task)
    task.refresh_from_db()
    assert task.permitted_tiers == ["read", "safe"]
    assert ToolCall.objects.get(pk=call.pk).status == "invalidated"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("max_iterations", "ten", "Write a whole number from 1 to 100."),
        ("max_active_ms", "0", "Write a whole number from 1 to 600."),
        ("prompt", " ", "Write what the assistant is to do."),
        ("upto", "x", "Choose one of these."),
        ("select_tool__model", "claude-3-5-haiku-20241022", "cannot be asked any more by then"),
        ("select_tool__model", "claude-made-up-9", "No such model is known: claude-made-up-9."),
        ("select_tool__cap", "1e9", "Write a whole number from 1 to 64,000."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    admin: Client, task: TaskType, field: str, value: str, words: str
) -> None:
    page = check(admin, task, **{field: value, "max_tool_calls": "7"})
    text = page.content.decode()
    assert page.status_code == 400 and words in text
    assert re.search(r'id="max_tool_calls" name="max_tool_calls" value="7"', text)
    assert not PolicyChange.objects.exists()


def test_a_reason_is_asked_for_and_the_change_is_kept(admin: Client, task: TaskType) -> None:
    page = check(admin, task, max_iterations="4")
    refused = save(admin, page, reason=" ", task=task)
    assert refused.status_code == 400 and "Write why" in refused.content.decode()
    assert refused.context["setting"] == page.context["setting"]


def test_of_two_admins_the_second_sees_what_the_first_saved(admin: Client, task: TaskType) -> None:
    late = check(admin, task, max_tool_calls="9")
    save(admin, check(admin, task, max_iterations="4"), task=task)
    conflict = save(admin, late, task=task)
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "Steps" in text and 'name="max_tool_calls" value="9"' in text
    task.refresh_from_db()
    assert (task.max_iterations, task.max_tool_calls) == (4, 15)


def test_a_model_of_its_own_counts_from_its_day_and_goes_again(admin: Client, task: TaskType) -> None:
    day = timezone.localdate() + timedelta(days=3)
    ModelRetirement.objects.create(model="claude-sonnet-5-5", retires_on=date(2100, 1, 1), successor="a later one")
    changes = {"select_tool__model": "claude-sonnet-5-5", "select_tool__since": day.isoformat()}
    page = check(admin, task, **changes)
    text = page.content.decode()
    assert "Model to choose what to do next, from" in text and "claude-sonnet-5-5, 1,024 tokens" in text
    assert "No price is known for claude-sonnet-5-5" in text
    assert "neither stricter nor looser" in text
    save(admin, page, task=task)
    route = ModelRoute.objects.get(task_type=task)
    assert (route.model, route.valid_from, route.decision) == ("claude-sonnet-5-5", day, "select_tool")
    task.refresh_from_db()
    back = check(admin, task, select_tool__general="on")
    save(admin, back, task=task)
    assert not ModelRoute.objects.filter(task_type=task).exists()
    assert ModelRoute.objects.filter(task_type=None).count() == 4


def test_more_tokens_for_a_model_are_more_room(admin: Client, task: TaskType) -> None:
    page = check(admin, task, select_tool__cap="4096").content.decode()
    assert "needs a second admin" in page


def test_models_that_end_are_flagged(admin: Client, task: TaskType) -> None:
    for decision, model in (("select_tool", "claude-3-5-haiku-20241022"), ("generate_response", "claude-sonnet-4-5")):
        ModelRoute.objects.create(
            task_type=task, decision=decision, provider="offline", model=model, max_tokens=99,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
    for address in ("/task-types/", f"/task-types/{task.pk}/"):
        text = admin.get(address).content.decode()
        assert "claude-3-5-haiku was retired on 19 February 2026: every call fails. claude-haiku-5-5" in text
        assert "claude-sonnet-4-5" in text


def test_another_prompt_is_its_next_version_and_must_say_when_to_stop(admin: Client, task: TaskType) -> None:
    page = check(admin, task, prompt="Do your best.")
    assert "Nothing tells the assistant when to stop." in page.content.decode()
    save(admin, page, task=task)
    task.refresh_from_db()
    assert (task.prompt, task.prompt_version) == ("Do your best.", 2)


def test_an_earlier_version_comes_back_by_its_button(admin: Client, task: TaskType) -> None:
    save(admin, check(admin, task, max_iterations="4"), task=task)
    page = admin.post(f"/task-types/{task.pk}/check/", {"version": 2, "returns_to": 1})
    assert "Back to version 1." in page.content.decode() and "needs a second admin" in page.content.decode()
    assert AgentRun.objects.count() == 0
