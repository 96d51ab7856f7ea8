"""The rows of alerts: what is watched, how it stands, who is told, and what was sent."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

CHANNELS = [("email", "E-mail"), ("webhook", "Webhook")]
STATES = [("ok", "OK"), ("warn", "Warning"), ("alert", "Alert"), ("no_data", "No data")]
NO_DATA = [
    ("show", gettext_noop("Show “No data”")),
    ("keep", gettext_noop("Keep the last state")),
    ("tell", gettext_noop("Tell me")),
]
EACH = "*"
"""The scope of a rule that looks at each type of task for itself."""


class AlertChannel(models.Model):
    """Where alerts go besides the pages. The address of a webhook is a secret: whoever has it can write there."""

    kind = models.CharField(max_length=8, choices=CHANNELS)
    name = models.CharField(max_length=60, unique=True)
    address = models.CharField(max_length=500)
    enabled = models.BooleanField(default=True)
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """What is watched. `scope` is a task type's slug, `EACH`, or empty for all runs together.

    What the bounds are counted in is a matter of the kind: shares, seconds, robust deviations.
    """

    kind = models.CharField(max_length=20)
    measure = models.CharField(max_length=20, blank=True)
    scope = models.CharField(max_length=40, blank=True)
    warn_at = models.FloatField(null=True)
    alert_at = models.FloatField(null=True)
    short_minutes = models.PositiveIntegerField(default=60)
    long_minutes = models.PositiveIntegerField(default=1440)
    min_runs = models.PositiveIntegerField(default=30)
    min_count = models.PositiveIntegerField(default=3)
    raw_count = models.PositiveIntegerField(null=True)
    floor_nano = models.PositiveBigIntegerField(default=10_000_000)
    ceiling_nano = models.PositiveBigIntegerField(null=True)
    no_data = models.CharField(max_length=4, choices=NO_DATA, default="show")
    again_minutes = models.PositiveIntegerField(default=240)
    enabled = models.BooleanField(default=True)
    channels: "models.ManyToManyField[AlertChannel, Any]" = models.ManyToManyField(AlertChannel, related_name="rules")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.measure} {self.scope}".strip()


class Alert(models.Model):
    """How one rule stands for one cell: a type of task, or empty for everything."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    cell = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="ok")
    since = models.DateTimeField()
    looked_at = models.DateTimeField()
    value = models.CharField(max_length=200, blank=True)
    usual = models.CharField(max_length=200, blank=True)
    value_words = models.JSONField(null=True)
    usual_words = models.JSONField(null=True)
    link = models.CharField(max_length=300, blank=True)
    calm = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    silenced_until = models.DateTimeField(null=True)
    silenced_by = models.CharField(max_length=150, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            # Two watchers at once make one alert of one thing.
            models.UniqueConstraint(fields=["rule", "cell"], name="one_alert_per_cell")
        ]
        indexes = [
            # Read by every page of a manager.
            models.Index(fields=["state"], condition=Q(state__in=["warn", "alert"]), name="alert_raised")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.cell}: {self.state}"


class AlertEvent(models.Model):
    """What became of an alert: a change of its state, or what somebody did about it."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=14)
    was = models.CharField(max_length=8, blank=True)
    now = models.CharField(max_length=8, blank=True)
    value = models.CharField(max_length=200, blank=True)
    value_words = models.JSONField(null=True)
    who = models.CharField(max_length=150, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="alert_event_newest")]

    def __str__(self) -> str:
        return f"{self.what} of alert {self.alert_id}"


class AlertMessage(models.Model):
    """One message to one channel. It is sent at least once; `key` tells a receiver that it was sent before."""

    key = models.CharField(max_length=60, unique=True)
    event = models.ForeignKey(AlertEvent, on_delete=models.CASCADE, related_name="messages")
    channel = models.ForeignKey(AlertChannel, on_delete=models.CASCADE, related_name="messages")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            # Read at every look: what is still to be sent.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="alert_message_due")
        ]

    def __str__(self) -> str:
        return f"message {self.key}"


class CostVersion(models.Model):
    """Since when a type of task is worked on as it is: what its requests cost before is no measure of it now."""

    task_type = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task_type} since {self.since}"


class WatchMark(models.Model):
    """When somebody last looked; one row, so that several processes look once."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"looked at {self.at}"
