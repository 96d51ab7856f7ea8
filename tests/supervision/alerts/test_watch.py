"""What the rules find in the rows, and what becomes of an alert from look to look."""

import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from agentops.models import AgentRun, SweepMark, TaskType
from supervision.actions.watching import claim_look
from supervision.alerts.preview import preview_rule
from supervision.models import Alert, AlertEvent, AlertMessage, AlertRule
from supervision.runs.readiness import read_readiness
from supervision.watch import look_at_rules
from tests.supervision.alerts.rows import add_facts, only_rule, tell
from tests.supervision.rows import add_run, add_step

pytestmark = pytest.mark.both_databases

NOW = timezone.now()
HOUR = timedelta(hours=1)
CENT = 10_000_000


def ship_rules() -> None:
    """What the migration brings, in a database that another test may have emptied."""
    found = MigrationLoader(None).disk_migrations["supervision", "0010_alerts"]
    sys.modules[found.__module__].add_default_rules(apps, None)


def state_of(cell: str = "") -> str:
    return Alert.objects.get(cell=cell).state


def test_the_rules_that_come_with_it_look_at_an_empty_clinic_without_a_fault(db: None) -> None:
    ship_rules()
    assert {rule.kind for rule in AlertRule.objects.all()} >= {
        "run_cost", "cost_drift", "rate", "provider_errors", "stuck_runs", "sweeper_age", "budget",
    }  # fmt: skip
    SweepMark.objects.create(pk=1, at=timezone.now())
    call_command("check_alerts")
    assert not Alert.objects.filter(state__in=["warn", "alert"]).exists()


def test_one_request_that_cost_far_more_than_its_like_is_found_and_leads_to_the_run(db: None) -> None:
    only_rule("run_cost", scope="*", alert_at=3.5)
    add_facts(*[CENT + n * 10_000 for n in range(40)], at=NOW - 5 * HOUR)
    add_facts(*[CENT] * 40, slug="moving", at=NOW - 5 * HOUR)
    [dear] = add_facts(5 * CENT, at=NOW - HOUR / 2)
    look_at_rules(now=NOW)
    alert = Alert.objects.get(cell="booking")
    assert (alert.state, alert.link) == ("alert", f"/runs/{dear}/")
    assert "$0.050" in alert.value
    assert state_of("moving") == "ok"
    for minutes in (60, 61):
        look_at_rules(now=NOW + timedelta(minutes=minutes))
    assert state_of("booking") == "ok"


def test_a_cheap_request_makes_no_noise_and_a_ceiling_needs_nothing_usual(db: None) -> None:
    only_rule("run_cost", scope="*", alert_at=3.5, ceiling_nano=50 * CENT)
    add_facts(*[CENT // 100] * 40, at=NOW - 5 * HOUR)
    add_facts(CENT // 2, at=NOW - HOUR / 2)  # fifty times the usual, and half a cent
    add_facts(60 * CENT, slug="moving", at=NOW - HOUR / 2, unpriced_calls=1)  # a lower bound is over it too
    look_at_rules(now=NOW)
    assert (state_of("booking"), state_of("moving")) == ("ok", "alert")


def test_what_a_request_cost_under_another_prompt_is_no_measure_of_it(db: None) -> None:
    only_rule("run_cost", scope="*", alert_at=3.5)
    add_facts(*[CENT] * 40, at=NOW - 5 * HOUR)
    look_at_rules(now=NOW - HOUR)
    TaskType.objects.filter(slug="booking").update(prompt_version=2)
    add_facts(5 * CENT, at=NOW - timedelta(minutes=5))
    look_at_rules(now=NOW - timedelta(minutes=10))  # sees the new prompt
    look_at_rules(now=NOW)
    assert state_of("booking") == "no_data"


def test_a_slow_climb_is_found_and_told_apart_by_usage_and_price(db: None) -> None:
    only_rule("cost_drift", scope="*", warn_at=3.0, alert_at=6.0)
    for back in range(27, 0, -1):
        factor = 1.0 if back > 7 else 1.0 + 0.06 * (8 - back)
        at = NOW - timedelta(days=back)
        add_facts(*[round(2 * CENT * factor)] * 6, at=at, tokens=round(4_000 * factor))
    look_at_rules(now=NOW)
    alert = Alert.objects.get(cell="booking")
    assert alert.state == "alert"
    assert "by usage, no change by price" in alert.value
    with CaptureQueriesContext(connection) as queries:
        look_at_rules(now=NOW + timedelta(minutes=1))
    assert not [q for q in queries if "agentops_runfact" in q["sql"]], "it is looked at once an hour"


def test_the_preview_of_a_drift_says_what_the_live_rule_says_and_today_is_judged_by_neither(db: None) -> None:
    """Days without requests pass too: the unsteady costs of two months ago are no part of what is usual now."""
    rule = only_rule("cost_drift", scope="*", warn_at=3.0, alert_at=6.0)
    for back in range(55, 0, -1):
        unsteady = 3.0 if back % 2 else 0.4
        factor = unsteady if back > 28 else 1.0 if back > 7 else 1.0 + 0.06 * (8 - back)
        if back > 28 or back <= 7 or (back % 2 == 0 and back < 28):
            add_facts(*[round(2 * CENT * factor)] * 6, at=NOW - timedelta(days=back))
    add_facts(*[90 * CENT] * 6, at=NOW)
    look_at_rules(now=NOW)
    told = [one for one in preview_rule(rule, now=NOW).told if one.cell == "booking"]
    assert state_of("booking") == told[0].state == "alert"
    assert "$0.90" not in Alert.objects.get(cell="booking").value


def test_a_share_has_to_be_high_in_both_windows(db: None) -> None:
    only_rule("rate", measure="tool_errors", scope="*", warn_at=0.05, alert_at=0.15, min_runs=30)
    add_facts(*[CENT] * 60, at=NOW - 5 * HOUR)
    add_facts(*[CENT] * 20, slug="moving", at=NOW - 5 * HOUR, tool_errors=1)
    add_facts(*[CENT] * 20, slug="moving", at=NOW - HOUR / 2, tool_errors=1)
    add_facts(*[CENT] * 20, slug="asking", at=NOW - 5 * HOUR, tool_errors=1)
    add_facts(*[CENT] * 20, slug="asking", at=NOW - HOUR / 2)
    add_facts(CENT, slug="letters", at=NOW - HOUR / 2, tool_errors=2)
    look_at_rules(now=NOW)
    found = dict(Alert.objects.values_list("cell", "state"))
    assert found == {"booking": "ok", "moving": "alert", "asking": "ok", "letters": "no_data"}


def test_runs_of_a_share_are_counted_as_a_hand_would(db: None) -> None:
    only_rule("rate", measure="not_finished", scope="", warn_at=0.10, min_runs=30)
    add_facts(*[CENT] * 36, at=NOW - HOUR / 2)
    add_facts(*[CENT] * 10, at=NOW - HOUR / 2, outcome="asked_back")
    add_facts(*[CENT] * 4, at=NOW - HOUR / 2, completed=False)
    look_at_rules(now=NOW)
    alert = Alert.objects.get()
    assert (alert.state, alert.value) == ("warn", "10.0% of 40 in 1 h, 10.0% of 40 in 24 h")


def test_calls_that_the_provider_failed_are_of_all_calls_to_it(db: None) -> None:
    only_rule("provider_errors", warn_at=0.05, alert_at=0.2, short_minutes=10, long_minutes=60, min_runs=20)
    for pk in add_facts(*[CENT] * 10, at=NOW - timedelta(minutes=5), iterations=4):
        add_step(AgentRun.objects.get(pk=pk), kind="failure", failure="overloaded", content=[])
        add_step(AgentRun.objects.get(pk=pk), kind="failure", failure="truncated", content=[])
    look_at_rules(now=NOW)
    alert = Alert.objects.get()
    assert alert.state == "alert"
    assert alert.value.startswith("25.0% of 40")


@pytest.mark.parametrize("seconds", [0, 14, 16, 600])
def test_the_alerts_and_the_probe_agree_on_the_sweeper_and_on_what_waits(db: None, seconds: int) -> None:
    ship_rules()
    AlertRule.objects.exclude(kind__in=["stuck_runs", "sweeper_age"]).delete()
    SweepMark.objects.create(pk=1, at=timezone.now() - timedelta(seconds=seconds))
    look_at_rules(now=timezone.now())
    assert Alert.objects.filter(state="alert").exists() != read_readiness().ready
    SweepMark.objects.update(at=timezone.now())
    add_run(status="queued", queued_at=timezone.now() - timedelta(seconds=seconds))
    Alert.objects.all().delete()
    look_at_rules(now=timezone.now())
    assert Alert.objects.filter(state="alert").exists() != read_readiness().ready


def test_a_sweeper_that_never_came_is_an_alert(db: None) -> None:
    only_rule("sweeper_age")
    look_at_rules(now=NOW)
    assert (state_of(), read_readiness().ready) == ("alert", False)


def test_of_several_processes_one_looks(db: None) -> None:
    minute = timedelta(minutes=1)
    assert [claim_look(now=NOW + n * minute / 2, every=minute) for n in range(5)] == [True, False, True, False, True]


def test_a_look_reads_its_windows_by_the_index_and_not_what_lies_before(db: None) -> None:
    """However many runs there were: no look reads the facts without a bound on their start."""
    ship_rules()
    add_facts(*[CENT] * 40, at=NOW - HOUR)
    with CaptureQueriesContext(connection) as queries:
        look_at_rules(now=NOW)
    reads = [q["sql"] for q in queries if 'FROM "agentops_runfact"' in q["sql"]]
    assert reads
    assert all('"started_at" >=' in sql for sql in reads)


def test_a_rule_that_cannot_be_read_leaves_the_others_be(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = only_rule("rate", measure="limits", scope="", short_minutes=60)
    AlertRule.objects.create(kind="sweeper_age")
    monkeypatch.setattr("supervision.alerts.windows._read", lambda *_, **__: 1 / 0)
    look_at_rules(now=NOW)
    assert not broken.alerts.exists()
    assert AlertEvent.objects.filter(alert__rule__kind="sweeper_age").exists()


def test_a_web_process_looks_by_its_own_clock_and_outlives_a_fault(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """By the name under which the machine starts it; a look that breaks is followed by the next."""
    settings.WATCH_SECONDS = 0.01
    looks, third = [], threading.Event()

    def look(**_: Any) -> int:
        looks.append(1)
        if len(looks) == 3:
            third.set()
        raise OSError("the database is away")

    monkeypatch.setattr("supervision.watch.claim_look", lambda **_: True)
    monkeypatch.setattr("supervision.watch.look_at_rules", look)
    stopping = import_string(settings.WATCH)()
    assert third.wait(10)
    stopping.set()


def test_no_message_holds_a_word_of_a_caller(db: None) -> None:
    rule = only_rule("rate", measure="not_finished", scope="*", warn_at=0.1, min_runs=3)
    tell(rule, kind="webhook", address="https://hooks.example/x")
    keys = add_facts(*[CENT] * 5, at=NOW - HOUR / 2, completed=False)
    AgentRun.objects.filter(pk__in=keys).update(request="It is Ana Gomez, 07700 900123", answer="Dear Ana Gomez")
    look_at_rules(now=NOW)
    message = AlertMessage.objects.get()
    assert "Not finished on its own: Booking" in message.subject
    assert not [word for word in ("Ana", "Gomez", "07700") if word in message.subject + message.text]
