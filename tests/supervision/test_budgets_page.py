"""The page of budgets, and the sentence on every page while one has nothing left."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AuditEntry, Budget, BudgetUse
from supervision.models import Alert
from supervision.watch import look_at_rules
from tests.supervision.alerts.rows import only_rule
from tests.supervision.rows import task_type

DOLLAR = 1_000_000_000


@pytest.fixture
def ruths(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    """Ruth's browser."""
    return sign_in(ruth)


def save(client: Client, limit: str, *, period: str = "day", scope: str = "") -> int:
    return client.post("/budgets/save/", {"scope": scope, "period": period, "limit": limit}).status_code


def test_a_manager_sets_changes_and_lifts_a_budget_and_the_record_names_her(ruths: Client) -> None:
    task_type("booking", "Booking")
    assert save(ruths, "$5") == 302
    assert save(ruths, "0.05", period="run", scope="booking") == 302
    assert save(ruths, "7.50") == 302
    assert {(b.scope, b.period, b.limit_nano) for b in Budget.objects.all()} == {
        ("", "day", 7.5 * DOLLAR), ("booking", "run", 0.05 * DOLLAR),
    }  # fmt: skip
    words = ruths.get("/budgets/").content.decode()
    assert "$7.5 each day" in words
    assert "$0 of $7.50" in words
    assert "Ruth Kerr" in words
    ruths.post("/budgets/save/", {"scope": "", "period": "day", "lift": "yes"})
    assert not Budget.objects.filter(period="day").exists()
    assert AuditEntry.objects.filter(who="Ruth Kerr", what="budget.set").count() == 4


@pytest.mark.parametrize("limit", ["", "five", "-1", "nan", "inf", "1e12", "$"])
def test_what_is_no_amount_is_turned_back_and_not_lost(ruths: Client, limit: str) -> None:
    answer = ruths.post("/budgets/save/", {"scope": "", "period": "month", "limit": limit})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert f'value="{limit}"' in text
    assert '<option value="month" selected>' in text
    assert not Budget.objects.exists()


def test_while_a_budget_has_nothing_left_every_page_of_a_manager_says_so(ruths: Client, desk: Client) -> None:
    save(ruths, "5")
    BudgetUse.objects.update(spent_nano=4.98 * DOLLAR, refused_at=timezone.now())
    for path in ("/", "/runs/", "/metrics/", "/alerts/", "/budgets/"):
        assert "Today’s budget is used up: $4.98 of $5.00. Since" in ruths.get(path).content.decode()
    assert "budget is used up" not in desk.get("/").content.decode()
    save(ruths, "10")
    assert "budget is used up" not in ruths.get("/").content.decode()


@pytest.mark.parametrize(("spent", "state"), [(3.9, "ok"), (4.0, "warn"), (5.0, "alert")])
def test_a_budget_that_runs_out_is_an_alert_before_it_stops(ruths: Client, spent: float, state: str) -> None:
    save(ruths, "5")
    only_rule("budget", warn_at=0.8, alert_at=1.0)
    BudgetUse.objects.update(spent_nano=spent * DOLLAR)
    look_at_rules(now=timezone.now())
    alert = Alert.objects.get()
    assert (alert.state, alert.cell, alert.link) == (state, "today", "/budgets/")
