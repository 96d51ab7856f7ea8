"""What the answers of a month suggest about a tool or a rule: a sentence with its numbers, and never a change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.policy.rules import Condition, Kind, Operator, Rule, Subject
from agentops.models import PolicyChange, ToolCall, ToolPolicy
from supervision.models import Decision
from tests.supervision.rows import add_call, add_run

NOTICE = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


def add_policy(**values: Any) -> ToolPolicy:
    facts = {"tier": "risky", "floor": "safe", "label": "Send message", "described": True} | values
    return ToolPolicy.objects.create(tool="send_message", **facts)


def answered(count: int, status: str = "succeeded", **fields: Any) -> list[ToolCall]:
    run, now = add_run(), timezone.now()
    said = {"decided_at": now, "decided_by": "Mo Ali", "expires_at": now + timedelta(minutes=9)} | fields
    if status == "superseded":
        said["decided_at"] = None
    return [add_call(run=run, tool="send_message", status=status, **said) for _ in range(count)]


def suggested(admin: Client) -> list[str]:
    return [one.words for one in admin.get("/tools/").context["suggestions"]]


def test_where_every_request_was_answered_yes_it_says_so_with_the_lower_bound(admin: Client) -> None:
    add_policy()
    answered(27)
    page = admin.get("/tools/").content.decode()
    assert "27 of 27 asked were answered yes, unchanged: at least 87 in 100. It could ask less." in page
    assert "30 days: 27 yes, unchanged; 0 changed; 0 no; 0 taken back." in page
    assert not PolicyChange.objects.exists() and ToolPolicy.objects.get().tier == "risky"


@pytest.mark.parametrize(("count", "floor"), [(19, "safe"), (27, "risky"), (27, "")])
def test_too_few_answers_or_a_floor_in_the_code_suggest_nothing(admin: Client, count: int, floor: str) -> None:
    add_policy(floor=floor)
    answered(count)
    assert suggested(admin) == []


def test_answers_of_before_the_month_count_for_nothing(admin: Client) -> None:
    add_policy()
    answered(27, proposed_at=timezone.now() - timedelta(days=31))
    assert suggested(admin) == []


def test_where_many_were_turned_down_changed_or_taken_back_it_could_ask_more(admin: Client) -> None:
    add_policy()
    (*_, back) = answered(20)
    answered(4, "rejected")
    answered(4, "superseded")
    Decision.objects.create(
        call=back, who="Mo Ali", role="front desk", verdict="undone", version_seen=1, digest_seen="x",
        decided_at=timezone.now(),
    )  # fmt: skip
    (words,) = suggested(admin)
    assert words.startswith("9 of 28 asked were turned down, changed or taken back: at least 17 in 100.")


def test_a_rule_that_asked_in_vain_is_named_by_its_number(admin: Client) -> None:
    rule = Rule(number=3, conditions=(Condition(subject=NOTICE, operator=Operator.UNDER, value=48.0),))
    add_policy(floor="risky", rules=[rule.model_dump(mode="json")])
    answered(22, rule="Rule 3: hours of notice under 48. “Hard to undo” always needs a person.")
    answered(22, "rejected", rule="Rule 33: something else.")
    words = suggested(admin)
    assert words[0].startswith("Rule 3 asked about 22; 22 were answered yes, unchanged: at least 85 in 100.")
    assert "22 of 44 asked were turned down" in words[1]
