"""The pages of alerts: how everything stands, what somebody does about it, and the forms of rules and channels."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AuditEntry, SweepMark
from supervision.models import Alert, AlertChannel, AlertEvent, AlertRule, CostVersion
from supervision.watch import look_at_rules
from tests.supervision.alerts.rows import add_facts, only_rule, tell

NOW = timezone.now()
CENT = 10_000_000


@pytest.fixture
def ruths(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    """Ruth's browser."""
    return sign_in(ruth)


@pytest.fixture
def raised(db: None) -> Alert:
    """A sweeper that never came."""
    only_rule("sweeper_age")
    look_at_rules(now=NOW)
    return Alert.objects.get()


def page(client: Client, path: str = "/alerts/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(rule: AlertRule, **changes: Any) -> dict[str, Any]:
    """The form of a rate rule as the page shows it."""
    return {
        "version": rule.version, "warn_at": "5", "alert_at": "15", "short_minutes": "60", "long_minutes": "1440",
        "min_runs": "30", "min_count": "3", "raw_count": "", "again_minutes": "240", "scope": "*",
        "measure": "tool_errors", "no_data": "show", "enabled": "on", "act": "save", **changes,
    }  # fmt: skip


def test_what_is_raised_stands_on_every_page_of_a_manager_and_on_none_of_the_front_desk(
    ruths: Client, desk: Client, raised: Alert
) -> None:
    for path in ("/", "/runs/", "/metrics/", "/stop/"):
        assert "1 alert<" in page(ruths, path)
    assert "1 alert<" not in page(desk, "/")
    assert "The sweeper is late" in page(ruths)


def test_whoever_takes_it_on_is_named_and_the_strip_is_gone(ruths: Client, raised: Alert) -> None:
    ruths.post("/alerts/acknowledge/", {"alert": raised.pk, "note": "I call the host"})
    words = page(ruths)
    assert "Ruth Kerr has taken this on" in words
    assert "I call the host" in words
    assert "1 alert<" not in page(ruths, "/runs/")
    second = ruths.post("/alerts/acknowledge/", {"alert": raised.pk, "note": "Me too"})
    assert second.status_code == 409
    assert "Ruth Kerr has taken this on already" in second.content.decode()
    assert list(AuditEntry.objects.values_list("what", flat=True)) == ["alert.acknowledged"]


def test_a_note_that_is_too_long_is_not_lost(ruths: Client, raised: Alert) -> None:
    answer = ruths.post("/alerts/acknowledge/", {"alert": raised.pk, "note": "n" * 501})
    assert answer.status_code == 400
    assert "n" * 501 in answer.content.decode()


def test_a_silence_ends_the_strip_for_a_while_and_can_be_ended(ruths: Client, raised: Alert) -> None:
    ruths.post("/alerts/silence/", {"alert": raised.pk, "hours": "4"})
    assert "by Ruth Kerr" in page(ruths)
    assert "1 alert<" not in page(ruths, "/runs/")
    ruths.post("/alerts/silence/", {"alert": raised.pk, "hours": "0"})
    assert "1 alert<" in page(ruths, "/runs/")
    for hours in ("999", "-1", "x", ""):
        assert ruths.post("/alerts/silence/", {"alert": raised.pk, "hours": hours}).status_code == 400


def test_what_was_stays_to_be_read(ruths: Client, raised: Alert) -> None:
    for minute in (1, 2):
        SweepMark.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
        look_at_rules(now=NOW + timedelta(minutes=minute))
    raised.refresh_from_db()
    assert raised.state == "ok"
    assert list(AlertEvent.objects.order_by("pk").values_list("now", flat=True)) == ["alert", "ok"]
    assert "Nothing is raised" in page(ruths)


@pytest.mark.both_databases
def test_a_rule_says_what_it_would_have_told_before_it_is_saved(ruths: Client, db: None) -> None:
    rule = only_rule("rate", measure="tool_errors", scope="*", warn_at=0.05, alert_at=0.15)
    for back in (3, 10, 20):
        at = NOW - timedelta(days=back)
        add_facts(*[CENT] * 40, at=at, tool_errors=1)
    answer = ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule, act="preview", warn_at="4", alert_at="20"))
    words = answer.content.decode()
    assert "would have told you <b>3 times</b>" in words
    assert 'value="4"' in words, "what was typed stays"
    rule.refresh_from_db()
    assert rule.warn_at == 0.05
    assert words.count("Told again, because from ") == 2
    assert words.count("on it was within its bounds.") == 2
    quiet = ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule, act="preview", warn_at="60", alert_at="70"))
    assert "would not have told you once" in quiet.content.decode()


def test_the_preview_says_why_the_same_is_told_again(ruths: Client, db: None) -> None:
    """Bad for an hour, well for a day, bad again."""
    rule = only_rule("rate", measure="tool_errors", scope="*")
    start = (NOW - timedelta(days=3)).replace(minute=30)
    for hour in range(30):
        add_facts(*[CENT] * 40, at=start + timedelta(hours=hour), tool_errors=int(hour in (0, 28)))
    asked = {"act": "preview", "warn_at": "5", "alert_at": "60", "short_minutes": "60", "long_minutes": "60"}
    words = ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule, **asked)).content.decode()
    assert "would have told you <b>2 times</b>" in words
    assert words.count("on it was within its bounds.") == 1


def test_the_preview_says_where_the_rule_learns_anew_what_is_usual(ruths: Client, db: None) -> None:
    add_facts(CENT, at=NOW - timedelta(days=9))
    CostVersion.objects.create(task_type="booking", fingerprint="x", since=NOW - timedelta(days=5))
    form = form_of(AlertRule(version=0), floor_nano="0.01", ceiling_nano="0.50")
    asked = {**form, "act": "preview", "warn_at": "3"}
    words = ruths.post("/alerts/rules/new/?kind=run_cost", asked).content.decode()
    assert "Booking: its prompt, models or prices changed" in words
    CostVersion.objects.update(since=NOW - timedelta(days=40))
    assert "prices changed" not in ruths.post("/alerts/rules/new/?kind=run_cost", asked).content.decode()


@pytest.mark.parametrize("kind", ["run_cost", "cost_drift", "provider_errors", "stuck_runs", "sweeper_age", "budget"])
def test_every_kind_of_rule_can_be_previewed_made_and_saved_again(ruths: Client, db: None, kind: str) -> None:
    add_facts(*[CENT] * 40, 9 * CENT, at=NOW - timedelta(days=2))
    AlertRule.objects.all().delete()
    form = form_of(AlertRule(version=0), scope="*" if kind != "budget" else "", floor_nano="0.01", ceiling_nano="0.50")
    if kind in {"stuck_runs", "sweeper_age"}:
        form["scope"] = ""
    preview = ruths.post(f"/alerts/rules/new/?kind={kind}", {**form, "act": "preview", "warn_at": "3"})
    assert preview.status_code == 200
    if kind == "run_cost":
        assert "<b>1 time</b>" in preview.content.decode()
    assert ruths.post(f"/alerts/rules/new/?kind={kind}", form).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.kind, rule.changed_by) == (kind, "Ruth Kerr")
    assert 'value="15"' in page(ruths, f"/alerts/rules/{rule.pk}/")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"warn_at": "five"}, "warn_at", "This is no number."),
        ({"warn_at": "nan"}, "warn_at", "This is no number."),
        ({"warn_at": "", "alert_at": ""}, "alert_at", "at least one of the two bounds"),
        ({"warn_at": "20", "alert_at": "10"}, "alert_at", "cannot come before its warning"),
        ({"alert_at": "150"}, "alert_at", "from 0 to 100"),
        ({"min_runs": "0"}, "min_runs", "from 1 to"),
        ({"min_runs": "2.5"}, "min_runs", "whole number"),
        ({"short_minutes": ""}, "short_minutes", "Write a number."),
        ({"short_minutes": "90", "long_minutes": "60"}, "long_minutes", "cannot be shorter"),
        ({"scope": "nothing"}, "scope", "Choose one of the list."),
        ({"measure": "joy"}, "measure", "Choose one of the list."),
        ({"no_data": "x"}, "no_data", "Choose one of the list."),
    ],
)
def test_each_field_says_what_is_wrong_with_it_and_nothing_is_lost(
    ruths: Client, db: None, change: dict[str, str], field: str, words: str
) -> None:
    rule = only_rule("rate", measure="tool_errors", scope="*", warn_at=0.05)
    answer = ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule, again_minutes="77", **change))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert f'<a href="#{field}">' in text
    assert words in text
    assert 'value="77"' in text
    rule.refresh_from_db()
    assert rule.version == 1


def test_a_rule_that_somebody_else_changed_meanwhile_is_not_overwritten(ruths: Client, db: None) -> None:
    rule = only_rule("rate", measure="tool_errors", scope="*", warn_at=0.05)
    assert ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule)).status_code == 302
    assert ruths.post(f"/alerts/rules/{rule.pk}/", form_of(rule, warn_at="9")).status_code == 409
    rule.refresh_from_db()
    assert rule.warn_at == 0.05


def test_the_address_of_a_webhook_is_shown_to_nobody_and_stands_in_no_record(ruths: Client, db: None) -> None:
    secret = "https://hooks.example/services/T0/very-secret"
    ruths.post("/alerts/channels/add/", {"kind": "webhook", "name": "Clinic chat", "address": secret})
    rule = only_rule("sweeper_age")
    rule.channels.add(AlertChannel.objects.get())
    for path in ("/alerts/", "/alerts/rules/", f"/alerts/rules/{rule.pk}/"):
        assert "very-secret" not in page(ruths, path)
    assert "https://hooks.example/••••" in page(ruths, "/alerts/rules/")
    assert "very-secret" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    ("kind", "name", "address", "field"),
    [
        ("webhook", "Chat", "http://hooks.example/x", "address"),
        ("email", "Mail", "nobody", "address"),
        ("email", "", "a@clinic.example", "name"),
        ("pigeon", "Mail", "a@clinic.example", "kind"),
        ("webhook", "Chat", f"https://hooks.example/{'x' * 500}", "address"),
    ],
)
def test_a_channel_that_cannot_be_is_turned_back_with_what_was_typed(
    ruths: Client, db: None, kind: str, name: str, address: str, field: str
) -> None:
    answer = ruths.post("/alerts/channels/add/", {"kind": kind, "name": name, "address": address})
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.content.decode()
    assert not AlertChannel.objects.exists()


def test_a_receiver_that_fails_is_shown_with_since_when(ruths: Client, raised: Alert) -> None:
    channel = tell(raised.rule, kind="email", address="ruth@clinic.example")
    AlertChannel.objects.filter(pk=channel.pk).update(failing_since=NOW, problem="The receiver answered 500.")
    assert "Messages to “Clinic chat” fail since" in page(ruths)
    assert "The receiver answered 500." in page(ruths, "/alerts/rules/")
    ruths.post("/alerts/channels/switch/", {"channel": channel.pk, "on": "no"})
    channel.refresh_from_db()
    assert not channel.enabled


def test_the_link_of_a_share_leads_to_runs_of_that_type_in_that_time(ruths: Client, db: None) -> None:
    only_rule("rate", measure="limits", scope="*", warn_at=0.02, min_runs=3)
    add_facts(*[CENT] * 5, at=NOW - timedelta(minutes=5), limit_reached=True)
    look_at_rules(now=NOW)
    link = Alert.objects.get(state="warn").link
    assert link.startswith("/runs/?task=booking&since=")
    assert "There is no such" not in page(ruths, link)


def test_what_has_not_enough_data_is_folded_under_its_number(ruths: Client, db: None, raised: Alert) -> None:
    for n in range(3):
        Alert.objects.create(rule=raised.rule, cell=f"t{n}", state="no_data", since=NOW, looked_at=NOW)
    answer = ruths.get("/alerts/")
    assert len(answer.context["silent_lines"]) >= 3
    assert not [line for line in answer.context["calm_lines"] if line["state"] == "no_data"]
    assert f"<summary>{len(answer.context['silent_lines'])} without enough data</summary>" in answer.content.decode()
