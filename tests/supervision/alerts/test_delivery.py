"""Messages on their way out, to a real mail server and a real webhook on this machine."""

from datetime import timedelta
from email import message_from_string
from typing import Any

import pytest
from django.core.mail.backends import smtp
from django.test import override_settings
from django.utils import timezone

from supervision.actions.watching import MAX_ATTEMPTS
from supervision.alerts.delivery import find_address_fault
from supervision.models import Alert, AlertMessage, AlertRule
from supervision.watch import look_at_rules, send_due
from tests.supervision.alerts.receivers import mail_server, webhook
from tests.supervision.alerts.rows import only_rule, tell

NOW = timezone.now()
SMTP = f"{smtp.__name__}.EmailBackend"


def raise_one(address: str, kind: str) -> AlertRule:
    """A sweeper that never came, told to one channel."""
    rule = only_rule("sweeper_age", again_minutes=60)
    tell(rule, kind=kind, address=address)
    look_at_rules(now=NOW)
    return rule


def mailing(port: int) -> Any:
    return override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_USE_TLS=False)


def test_a_webhook_gets_what_slack_takes_with_a_key(db: None) -> None:
    with webhook() as receiver:
        raise_one(f"http://127.0.0.1:{receiver.server_address[1]}/services/T0/secret", "webhook")
        assert send_due(now=timezone.now()) == 1
        assert send_due(now=timezone.now()) == 0
    [post] = receiver.posts
    message = AlertMessage.objects.get()
    assert set(post["body"]) == {"text"}
    assert post["path"] == "/services/T0/secret"
    assert post["key"] == message.key
    assert post["body"]["text"].startswith("Alert: The sweeper is late\n")
    assert post["body"]["text"].endswith(message.key)
    assert message.sent_at


def test_a_mail_server_gets_a_mail_with_a_key(db: None) -> None:
    with mail_server() as receiver, mailing(receiver.server_address[1]):
        raise_one("ruth@clinic.example", "email")
        assert send_due(now=timezone.now()) == 1
    mail = message_from_string(receiver.mails[0])
    key = AlertMessage.objects.get().key
    assert (mail["Subject"], mail["To"]) == ("Alert: The sweeper is late", "ruth@clinic.example")
    assert (mail["X-Handrail-Key"], mail["Message-ID"]) == (key, f"<{key}@handrail>")


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_a_receiver_does_not_take_is_sent_again_under_the_same_key_and_shown(db: None, status: int) -> None:
    with webhook(status=status) as receiver:
        rule = raise_one(f"http://127.0.0.1:{receiver.server_address[1]}/hook", "webhook")
        send_due(now=NOW + timedelta(seconds=1))
        channel = rule.channels.get()
        assert channel.failing_since
        assert channel.problem == f"The receiver answered {status}."
        receiver.status = 200
        assert send_due(now=timezone.now() + timedelta(seconds=30)) == 0, "not at once"
        assert send_due(now=timezone.now() + timedelta(minutes=2)) == 1
    assert len({post["key"] for post in receiver.posts}) == 1
    assert len(receiver.posts) == 2
    channel.refresh_from_db()
    assert (channel.failing_since, channel.problem) == (None, "")


def test_a_process_that_dies_while_it_sends_leaves_the_message_to_the_next(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as receiver:
        raise_one(f"http://127.0.0.1:{receiver.server_address[1]}/hook", "webhook")
        with monkeypatch.context() as dying:
            dying.setattr("supervision.watch.settle_message", lambda **_: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                send_due(now=NOW + timedelta(seconds=1))
        assert send_due(now=NOW + timedelta(minutes=1)) == 0, "somebody may still be sending it"
        assert send_due(now=NOW + timedelta(minutes=3)) == 1
    assert [post["key"] for post in receiver.posts] == [AlertMessage.objects.get().key] * 2


def test_a_receiver_that_is_gone_is_given_up_in_the_end_and_stays_on_the_page(db: None) -> None:
    rule = raise_one("http://127.0.0.1:1/hook", "webhook")
    now = timezone.now()
    for n in range(MAX_ATTEMPTS + 3):
        send_due(now=now + timedelta(days=n + 1))
    message = AlertMessage.objects.get()
    assert (message.attempts, message.due_at, message.sent_at) == (MAX_ATTEMPTS, None, None)
    assert rule.channels.get().failing_since


def test_a_mail_server_that_refuses_and_one_that_is_not_set_are_said(db: None) -> None:
    with mail_server(refusal="550 nobody here") as receiver, mailing(receiver.server_address[1]):
        rule = raise_one("ruth@clinic.example", "email")
        send_due(now=timezone.now())
    assert rule.channels.get().problem == "The mail server did not take it (SMTPRecipientsRefused)."
    with override_settings(EMAIL_HOST=""):
        send_due(now=timezone.now() + timedelta(minutes=2))
    assert rule.channels.get().problem == "No mail server is set (HANDRAIL_SMTP_HOST)."


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example/x", "ftp://hooks.example/x", "https://", "hooks.example/x", "file:///etc/passwd",
        "https://user:word@hooks.example/x", "http://169.254.169.254/latest", "https://hooks.example/a b",
        "https://hooks.example:port/", "https://hooks.example/\r\nX: y", "http://localhost.hooks.example/x",
    ],
)  # fmt: skip
def test_only_https_is_sent_to(address: str) -> None:
    assert find_address_fault("webhook", address)


def test_this_very_machine_is_sent_to_only_in_development() -> None:
    assert not find_address_fault("webhook", "https://hooks.example/services/1")
    assert not find_address_fault("webhook", "http://localhost:9/x")
    with override_settings(PRODUCTION=True):
        assert find_address_fault("webhook", "http://localhost:9/x")


@pytest.mark.parametrize("address", ["ruth", "ruth@", "ruth@clinic", "a@b.example, c@d.example", "a@b.example\nBcc: x"])
def test_a_mail_goes_to_one_address(address: str) -> None:
    assert find_address_fault("email", address)


def test_a_message_is_left_for_each_change_and_none_while_it_is_silenced(db: None) -> None:
    rule = only_rule("sweeper_age", again_minutes=60)
    tell(rule, kind="webhook", address="https://hooks.example/x")
    look_at_rules(now=NOW)
    look_at_rules(now=NOW + timedelta(minutes=1))
    assert AlertMessage.objects.count() == 1
    Alert.objects.update(silenced_until=NOW + timedelta(hours=5))
    look_at_rules(now=NOW + timedelta(hours=2))
    assert AlertMessage.objects.count() == 1
    look_at_rules(now=NOW + timedelta(hours=6))
    assert AlertMessage.objects.count() == 2
    assert AlertMessage.objects.latest("pk").subject == "Still: The sweeper is late"
