"""What a look at the rules writes down: how each alert stands, what is to be told, and what became of a message."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from agentops.models import TaskType
from supervision.alerts.reading import Finding
from supervision.alerts.states import Look, NoData, Standing, State, Told, look_again
from supervision.alerts.words import write_message
from supervision.models import Alert, AlertEvent, AlertMessage, AlertRule, CostVersion, WatchMark
from supervision.phrases import keep, named

MAX_ATTEMPTS = 8
SENDING = timedelta(minutes=2)
"""A message that somebody took to send, and did not say what became of it, is sent again after this."""

FIRST_SIGHT = timedelta(days=28)


@transaction.atomic
def claim_look(*, now: datetime, every: timedelta) -> bool:
    """Whether this process is the one that looks now: of several at once, one."""
    mark, created = WatchMark.objects.get_or_create(pk=1, defaults={"at": now})
    return created or bool(WatchMark.objects.filter(pk=1, at=mark.at, at__lte=now - every).update(at=now))


@transaction.atomic
def record_finding(*, rule: AlertRule, finding: Finding, now: datetime) -> Look:
    """Move an alert as the finding says; where there is something to tell, leave a message for each channel."""
    alert, created = Alert.objects.select_for_update().get_or_create(
        rule=rule, cell=finding.cell, defaults={"since": now, "looked_at": now, "state": State.NO_DATA}
    )
    look = look_again(
        _standing(alert),
        finding.state,
        now=now,
        no_data=NoData(rule.no_data),
        again_after=timedelta(minutes=rule.again_minutes),
    )
    was = alert.state
    _write_standing(alert, look, finding, now=now)
    if (look.changed and not created) or look.told:
        event = AlertEvent.objects.create(
            alert=alert,
            at=now,
            what=look.told or "changed",
            was=was,
            now=alert.state,
            value=alert.value,
            value_words=alert.value_words,
        )
        if look.told:
            _leave_messages(alert, event, told=look.told, now=now)
    return look


def _standing(alert: Alert) -> Standing:
    return Standing(
        State(alert.state), alert.since, alert.calm, alert.told_at, bool(alert.acknowledged_by), alert.silenced_until
    )


def _write_standing(alert: Alert, look: Look, finding: Finding, *, now: datetime) -> None:
    standing = look.standing
    alert.state, alert.calm, alert.told_at = standing.state.value, standing.calm, standing.told_at
    alert.since = standing.since or alert.since
    alert.looked_at, alert.version = now, alert.version + look.changed
    if not standing.calm:  # while it waits to be found better twice, what was bad stays to be read
        alert.value, alert.usual, alert.link = finding.value[:200], finding.usual[:200], finding.link[:300]
        alert.value_words, alert.usual_words = keep(finding.value), keep(finding.usual)
    if not standing.acknowledged:
        alert.acknowledged_by, alert.acknowledged_at, alert.note = "", None, ""
    alert.save()


def _leave_messages(alert: Alert, event: AlertEvent, *, told: Told, now: datetime) -> None:
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    for channel in alert.rule.channels.filter(enabled=True):
        key = f"alert-{alert.pk}-{event.pk}-{channel.pk}"
        subject, text = write_message(alert, told=told, key=key, names=names)
        AlertMessage.objects.create(key=key, event=event, channel=channel, subject=subject, text=text, due_at=now)


@transaction.atomic
def take_message(*, now: datetime) -> AlertMessage | None:
    """A message that is due, taken for a while; None where nothing is to be sent."""
    due = AlertMessage.objects.filter(due_at__lte=now, channel__enabled=True).order_by("due_at", "pk")
    message = due.select_related("channel").first()
    if message is None:
        return None
    mine = AlertMessage.objects.filter(pk=message.pk, due_at=message.due_at)
    if not mine.update(due_at=now + SENDING, attempts=F("attempts") + 1):
        return None  # somebody else has it
    message.attempts += 1
    return message


@transaction.atomic
def settle_message(*, message: AlertMessage, problem: str, now: datetime) -> None:
    """Write what became of it: sent, tried again later, or given up. The channel shows since when it fails."""
    row, channel = AlertMessage.objects.filter(pk=message.pk), message.channel
    if not problem:
        row.update(sent_at=now, due_at=None, problem="")
        channel.delivered_at, channel.failing_since, channel.problem = now, None, ""
    else:
        again = None if message.attempts >= MAX_ATTEMPTS else now + timedelta(minutes=2 ** (message.attempts - 1))
        row.update(due_at=again, problem=problem[:200])
        channel.failing_since, channel.problem = channel.failing_since or now, problem[:200]
    channel.save(update_fields=["delivered_at", "failing_since", "problem"])


@transaction.atomic
def note_versions(*, fingerprints: dict[str, str], now: datetime) -> dict[str, datetime]:
    """Since when each type of task is worked on as it is now. What is seen for the first time counts as old."""
    known = {row.task_type: row for row in CostVersion.objects.all()}
    since = {}
    for slug, fingerprint in fingerprints.items():
        row = known.get(slug)
        if row is None:
            row = CostVersion(task_type=slug, since=now - FIRST_SIGHT)
        elif row.fingerprint != fingerprint:
            row.since = now
        if row.fingerprint != fingerprint:
            row.fingerprint = fingerprint
            row.save()
        since[slug] = row.since
    return since
