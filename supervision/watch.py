"""Who looks at the rules, by the clock of a web process: the machine's own clock may be what has stopped."""

import threading
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from supervision.actions.watching import claim_look, note_versions, record_finding, settle_message, take_message
from supervision.alerts.budgets import read_budgets
from supervision.alerts.delivery import NotDelivered, send_message
from supervision.alerts.kinds import KINDS
from supervision.alerts.reading import Surroundings, find_all
from supervision.alerts.versions import read_fingerprints
from supervision.models import AlertRule
from supervision.runs.readiness import read_readiness

MESSAGES_AT_ONCE = 50

log = structlog.get_logger(__name__)


def watch_until(stopping: threading.Event) -> None:
    """Look again and again until told to stop. Any number of processes may do so: one of them looks."""
    every = timedelta(seconds=settings.WATCH_SECONDS)
    while not stopping.wait(settings.WATCH_SECONDS):
        try:
            if claim_look(now=timezone.now(), every=every * 0.9):
                look_at_rules(now=timezone.now())
            send_due(now=timezone.now())
        except Exception as error:  # a database that is away for a moment must not end the thread
            log.exception("watch_failed", error=type(error).__name__)
        finally:
            close_old_connections()


def start_watch() -> threading.Event:
    """Begin to look in a thread of this process; setting the event ends it."""
    stopping = threading.Event()
    if settings.WATCH_SECONDS:
        threading.Thread(target=watch_until, args=[stopping], name="handrail-watch", daemon=True).start()
    return stopping


def look_at_rules(*, now: datetime) -> int:
    """Judge every rule that is due and write down what was found; returns how many alerts changed. One rule that
    cannot be read leaves the others be.
    """
    around = look_around(now=now)
    changed = 0
    for rule in AlertRule.objects.filter(enabled=True).order_by("pk"):
        if not _is_due(rule, now):
            continue
        try:
            for finding in find_all(rule, around):
                changed += record_finding(rule=rule, finding=finding, now=now).changed
        except Exception as error:
            log.exception("rule_failed", kind=rule.kind, error=type(error).__name__)
    return changed


def look_around(*, now: datetime) -> Surroundings:
    """What the machine says of itself, exactly as the readiness probe has it."""
    ready = read_readiness()
    since = note_versions(fingerprints=read_fingerprints(today=timezone.localtime(now).date()), now=now)
    budgets = tuple(read_budgets(now))
    return Surroundings(now, ready.swept_seconds_ago, ready.oldest_unstarted_seconds, budgets, since)


def _is_due(rule: AlertRule, now: datetime) -> bool:
    """Whether a rule of a kind that is looked at seldom is to be looked at now."""
    kind = KINDS.get(rule.kind)
    if kind is None or not kind.every_minutes:
        return kind is not None
    last = rule.alerts.order_by("-looked_at").values_list("looked_at", flat=True).first()
    return last is None or now - last >= timedelta(minutes=kind.every_minutes)


def send_due(*, now: datetime) -> int:
    """Send what is due; returns how many were taken. What fails is tried again, later and later, and then given up."""
    for sent in range(MESSAGES_AT_ONCE):
        message = take_message(now=now)
        if message is None:
            return sent
        channel, problem = message.channel, ""
        try:
            send_message(
                kind=channel.kind,
                address=channel.address,
                subject=message.subject,
                text=message.text,
                key=message.key,
            )
        except NotDelivered as error:
            problem = str(error)
            log.warning("message_not_delivered", kind=channel.kind, attempt=message.attempts)
        settle_message(message=message, problem=problem, now=timezone.now())
    return MESSAGES_AT_ONCE
