"""Targets: who may set them, what is refused, and that every change is on record."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.audit import verify_chain
from agentops.models import AuditEntry
from supervision.models import MetricTarget
from tests.supervision.rows import task_type

SAVE = "/metrics/targets/save/"


@pytest.fixture
def manager(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(ruth)


def test_a_target_is_set_shown_taken_away_and_each_change_is_recorded(manager: Client) -> None:
    task_type("booking", "Booking")
    manager.post(SAVE, {"task_type": "booking", "completion": "95", "cost": "$0,02", "weekly_budget": "8"})
    kept = {row.metric: str(row.value.normalize()) for row in MetricTarget.objects.filter(task_type="booking")}
    assert kept == {"completion": "95", "cost": "0.02", "weekly_budget": "8"}
    assert 'value="95"' in manager.get("/metrics/targets/").content.decode()
    manager.post(SAVE, {"task_type": "booking", "completion": "", "cost": "0.02", "weekly_budget": "8"})
    assert set(MetricTarget.objects.values_list("metric", flat=True)) == {"cost", "weekly_budget"}
    facts = list(AuditEntry.objects.filter(what="targets.changed").order_by("seq").values_list("who", "facts"))
    assert facts == [
        ("Ruth Kerr", {"completion": ["", "95"], "cost": ["", "0.02"], "weekly_budget": ["", "8"]}),
        ("Ruth Kerr", {"completion": ["95", ""]}),
    ]
    assert verify_chain() is None


def test_what_stays_the_same_is_not_recorded(manager: Client) -> None:
    for _ in range(2):
        manager.post(SAVE, {"task_type": "", "limits": "3"})
    assert AuditEntry.objects.filter(what="targets.changed").count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("completion", "many", "is not a number above 0"),
        ("completion", "0", "is not a number above 0"),
        ("completion", "-4", "is not a number above 0"),
        ("cost", "NaN", "is not a number above 0"),
        ("cost", "1e999999", "is not a number above 0"),
        ("completion", "101", "too high: 100 at most"),
        ("cost", "999999999", "too high"),
    ],
)
def test_a_number_that_is_none_is_refused_in_words_and_kept_in_the_form(
    manager: Client, field: str, typed: str, said: str
) -> None:
    answer = manager.post(SAVE, {"task_type": "", field: typed, "iterations": "7"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert f'value="{typed}"' in page
    assert not MetricTarget.objects.exists()


def test_each_wrong_field_says_what_is_wrong_with_it_and_nothing_is_lost(manager: Client) -> None:
    fields = {"completion": "many", "limits": "101", "iterations": "7"}
    page = manager.post(SAVE, {"task_type": "", **fields}).content.decode()
    assert 'id="w--completion">“many” is not a number above 0.' in page
    assert 'id="w--limits">101 is too high: 100 at most.' in page
    assert page.count('aria-invalid="true"') == 2
    assert all(f'value="{typed}"' in page for typed in fields.values())


def test_a_type_of_task_that_does_not_exist_is_refused(manager: Client) -> None:
    answer = manager.post(SAVE, {"task_type": "nowhere", "limits": "3"})
    assert answer.status_code == 400
    assert "There is no such type of task." in answer.content.decode()


def test_the_front_desk_sets_no_targets(desk: Client) -> None:
    assert desk.post(SAVE, {"task_type": "", "limits": "99"}).status_code == 403
    assert not MetricTarget.objects.exists()
