"""What managers and admins do about alerts: rules and channels, silence, and "I have seen it"."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agentops.audit import append_entry
from supervision.actions.outcomes import Refused
from supervision.alerts.delivery import find_address_fault
from supervision.alerts.words import mask_address
from supervision.models import Alert, AlertChannel, AlertEvent, AlertRule
from supervision.roles import Permission, display_name, require

LONGEST_HOURS = 7 * 24
MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as somebody wrote it, already read and found to be sound."""

    values: dict[str, Any]
    channels: tuple[int, ...]


@transaction.atomic
def save_rule(*, user: User, rule_id: int | None, version: int, draft: RuleDraft) -> AlertRule | Refused:
    """Make a rule or change one. Where it looks elsewhere than before, how it stood there is forgotten."""
    require(user, Permission.SET_ALERTS)
    who = display_name(user)
    rule = AlertRule.objects.select_for_update().filter(pk=rule_id).first() if rule_id else AlertRule(version=0)
    if rule is None or (rule_id and rule.version != version):
        return Refused("conflict", _("Somebody else changed this rule meanwhile. This is how it is now."))
    where = (rule.kind, rule.measure, rule.scope)
    for name, value in draft.values.items():
        setattr(rule, name, value)
    rule.version, rule.changed_by = rule.version + 1, who
    rule.save()
    rule.channels.set(AlertChannel.objects.filter(pk__in=draft.channels))
    if where != (rule.kind, rule.measure, rule.scope):
        rule.alerts.all().delete()
    facts = {**draft.values, "channels": list(draft.channels)}
    append_entry(who=who, what="alert_rule.saved", subject=f"rule {rule.pk}", facts=facts)
    return rule


@transaction.atomic
def silence_alert(*, user: User, alert_id: int, hours: int) -> Alert | Refused:
    """Tell nobody about it for so many hours; 0 ends a silence. It is watched all the same."""
    require(user, Permission.SET_ALERTS)
    if not 0 <= hours <= LONGEST_HOURS:
        return Refused("hours", _("Choose how long."))
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        return Refused("gone", _("This alert is not there any more."))
    who, now = display_name(user), timezone.now()
    alert.silenced_until = now + timedelta(hours=hours) if hours else None
    alert.silenced_by = who if hours else ""
    alert.save(update_fields=["silenced_until", "silenced_by"])
    what = "silenced" if hours else "unsilenced"
    AlertEvent.objects.create(alert=alert, at=now, what=what, who=who, note=f"{hours} h" if hours else "")
    subject = f"alert {alert.pk}"
    if hours:
        append_entry(who=who, what="alert.silenced", subject=subject, facts={"hours": hours})
    else:
        append_entry(who=who, what="alert.unsilenced", subject=subject, facts={})
    return alert


@transaction.atomic
def acknowledge_alert(*, user: User, alert_id: int, note: str) -> Alert | Refused:
    """Say that somebody looks after it: it is not told again until it gets worse, or comes back."""
    require(user, Permission.SET_ALERTS)
    if len(note) > MAX_NOTE:
        return Refused("note", _("That is too long. Shorten it to 500 characters."))
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None or alert.state not in {"warn", "alert"}:
        return Refused("over", _("This is over already. Nothing was changed."))
    if alert.acknowledged_by:
        return Refused("taken", _("%(who)s has taken this on already.") % {"who": alert.acknowledged_by})
    who, now = display_name(user), timezone.now()
    alert.acknowledged_by, alert.acknowledged_at, alert.note = who, now, note
    alert.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
    AlertEvent.objects.create(alert=alert, at=now, what="acknowledged", who=who, note=note)
    append_entry(who=who, what="alert.acknowledged", subject=f"alert {alert.pk}", facts={"note": note})
    return alert


@transaction.atomic
def add_channel(*, user: User, kind: str, name: str, address: str) -> AlertChannel | Refused:
    """Add a place that alerts go to. The address of a webhook is kept out of the record: it is a secret."""
    require(user, Permission.SET_ALERTS)
    if kind not in {"email", "webhook"}:
        return Refused("kind", _("Choose e-mail or webhook."), "kind")
    if not 1 <= len(name) <= 60 or AlertChannel.objects.filter(name=name).exists():
        return Refused("name", _("Give it a name that no other channel has."), "name")
    if fault := find_address_fault(kind, address[:501]) or ("x" * (len(address) > 500) and _("That is too long.")):
        return Refused("address", fault, "address")
    try:
        with transaction.atomic():
            channel = AlertChannel.objects.create(kind=kind, name=name, address=address)
    except IntegrityError:
        return Refused("name", _("Give it a name that no other channel has."), "name")
    facts = {"kind": kind, "address": mask_address(kind, address)}
    append_entry(who=display_name(user), what="alert_channel.added", subject=name, facts=facts)
    return channel


@transaction.atomic
def switch_channel(*, user: User, channel_id: int, enabled: bool) -> AlertChannel | None:
    """Switch a channel on or off; what waits for one that is off is sent when it is on again."""
    require(user, Permission.SET_ALERTS)
    channel = AlertChannel.objects.select_for_update().filter(pk=channel_id).first()
    if channel is None or channel.enabled == enabled:
        return channel
    channel.enabled = enabled
    channel.save(update_fields=["enabled"])
    who = display_name(user)
    if enabled:
        append_entry(who=who, what="alert_channel.on", subject=channel.name, facts={})
    else:
        append_entry(who=who, what="alert_channel.off", subject=channel.name, facts={})
    return channel
