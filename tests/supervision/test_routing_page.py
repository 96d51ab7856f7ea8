"""The models for all types: a form with caps and days, a check before a change, versions, and the second admin."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.routing import DecisionType
from agentops.models import AuditEntry, ModelRetirement, ModelRoute, PolicyChange, Price, read_routing_policy
from tests.supervision.rows import person, task_type

FIRST = date(2026, 1, 1)


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture(autouse=True)
def routes(db: None) -> None:
    facts = {"provider": "offline", "model": "offline-planner-1", "max_tokens": 1_024, "valid_from": FIRST}
    for decision in DecisionType:
        ModelRoute.objects.create(decision=decision, **facts)
    ModelRoute.objects.create(decision="select_tool", **{**facts, "provider": "anthropic", "model": "claude-haiku-5-5"})
    prices = ("input_nano", "output_nano", "cache_write_5m_nano", "cache_write_1h_nano", "cache_read_nano")
    Price.objects.create(model="offline-planner-2", valid_from=FIRST, **dict.fromkeys(prices, 0))
    ModelRetirement.objects.create(model="claude-3-5-haiku", retires_on=date(2026, 2, 19), successor="claude-haiku-5-5")


def check(client: Client, *, version: int = 1, **changes: str) -> Any:
    """Send the form as the page has it, with some of it changed."""
    fields = {"version": str(version)}
    for row in client.get("/models/").context["draft"].rows:
        key = row.decision.value
        fields |= {f"{key}-model": row.model, f"{key}-cap": row.cap, f"{key}-since": row.since}
    return client.post("/models/check/", fields | {name.replace("__", "-"): value for name, value in changes.items()})


def save(client: Client, page: Any, *, reason: str = "It reads better.") -> Any:
    """Send the form of the check page."""
    sent = {"version": page.context["version"], "setting": page.context["setting"], "reason": reason}
    return client.post("/models/save/", sent, follow=True)


def general(decision: str = "select_tool") -> list[tuple[str, int, date]]:
    found = ModelRoute.objects.filter(task_type=None, provider="offline", decision=decision).order_by("valid_from")
    return list(found.values_list("model", "max_tokens", "valid_from"))


def test_the_page_shows_who_takes_each_kind_of_decision_and_which_types_have_their_own(admin: Client) -> None:
    task = task_type("booking", "Booking")
    ModelRoute.objects.create(
        task_type=task, decision="select_tool", provider="offline", model="offline-planner-2", max_tokens=99,
        valid_from=FIRST,
    )  # fmt: skip
    page = admin.get("/models/").content.decode()
    assert page.count('value="offline-planner-1"') == len(DecisionType)
    assert "Types with a model of their own" in page and f"/task-types/{task.pk}/#routes" in page
    assert "as for all types" not in page and "As for all types again" not in page
    assert 'href="/models/"' in admin.get(f"/task-types/{task.pk}/").content.decode()


def test_another_model_is_checked_and_counts_from_its_day(admin: Client) -> None:
    day = timezone.localdate() + timedelta(days=3)
    page = check(admin, select_tool__model="offline-planner-2", select_tool__since=day.isoformat())
    text = page.content.decode()
    assert "offline-planner-1, 1,024 tokens" in text and "offline-planner-2, 1,024 tokens" in text
    assert "neither stricter nor looser" in text
    assert "Saved: Models for all types." in save(admin, page).content.decode()
    assert general() == [("offline-planner-1", 1_024, FIRST), ("offline-planner-2", 1_024, day)]
    assert ModelRoute.objects.filter(provider="anthropic").count() == 1, "another provider's stay as they are"
    assert AuditEntry.objects.filter(what="routing.changed", subject="all").exists()
    text = admin.get("/models/").content.decode()
    assert "Take back: offline-planner-2 from" in text.replace("\n", " ") and "It reads better." in text
    gone = check(admin, version=2, **{f"select_tool__gone__{day}".replace("__gone__", "-gone-"): "on"})
    save(admin, gone)
    assert general() == [("offline-planner-1", 1_024, FIRST)]


def test_fewer_tokens_count_at_once_and_more_need_a_second_admin(
    admin: Client, sign_in: Callable[[User], Client]
) -> None:
    today = timezone.localdate()
    save(admin, check(admin, select_tool__cap="512"))
    assert general()[-1] == ("offline-planner-1", 512, today)
    page = check(admin, version=2, select_tool__cap="2048")
    assert "needs a second admin" in page.content.decode()
    assert "waits for a second admin" in save(admin, page).content.decode()
    assert general()[-1][1] == 512
    other = sign_in(person("nora", "Nora", "Lind", "admin"))
    User.objects.update(date_joined=timezone.now() - timedelta(days=60))
    assert "Models for all types" in other.get("/changes/").content.decode()
    other.post("/changes/confirm/", {"change": PolicyChange.objects.get(state="waiting").pk})
    assert general()[-1][1] == 2_048 and read_routing_policy().version == 3


def test_an_earlier_version_comes_back_by_its_button(admin: Client) -> None:
    save(admin, check(admin, select_tool__model="offline-planner-2"))
    page = admin.post("/models/check/", {"version": 2, "returns_to": 1})
    assert "Back to version 1." in page.content.decode()
    sent = {"version": 2, "setting": page.context["setting"], "returns_to": 1, "reason": "It read worse."}
    admin.post("/models/save/", sent)
    assert general() == [("offline-planner-1", 1_024, FIRST)]
    assert PolicyChange.objects.get(version=3).returns_to == 1


def test_each_mistake_stands_at_its_field_and_nothing_typed_is_lost(admin: Client) -> None:
    for fields, words in (
        ({"select_tool__model": "gpt-none"}, "No such model is known: gpt-none."),
        ({"select_tool__model": "claude-3-5-haiku"}, "claude-3-5-haiku cannot be asked any more by then."),
        ({"select_tool__cap": "lots"}, "Write a whole number from 1 to 64,000."),
        ({"select_tool__cap": "512", "select_tool__since": "2020-01-01"}, "Choose today or a later day."),
    ):
        page = check(admin, **fields)
        text = page.content.decode()
        assert page.status_code == 400 and words in text
        assert all(f'value="{value}"' in text for value in fields.values())
    assert not PolicyChange.objects.exists()


def test_a_change_needs_a_reason_and_a_second_admin_at_the_same_time_sees_the_difference(admin: Client) -> None:
    page, late = check(admin, select_tool__cap="512"), check(admin, generate_response__cap="256")
    refused = save(admin, page, reason=" ")
    assert refused.status_code == 400 and "Write why, so that others understand it later." in refused.content.decode()
    save(admin, page)
    conflict = save(admin, late)
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "What they changed" in text and "offline-planner-1, 512 tokens" in text
    assert 'name="generate_response-cap" value="256"' in text
    assert general("generate_response") == [("offline-planner-1", 1_024, FIRST)]


def test_a_model_that_is_retired_is_flagged(admin: Client) -> None:
    ModelRoute.objects.filter(decision="select_tool", provider="offline").update(model="claude-3-5-haiku")
    assert "claude-3-5-haiku was retired on 19 February 2026: every call fails." in (
        admin.get("/models/").content.decode()
    )
