"""What people did and want: answers, hand-offs closed, work in hand, who saw whom, settings of their own."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop
from django_otp.plugins.otp_totp.models import TOTPDevice

from agentops.models import AgentRun, ToolCall
from supervision.alert_rows import (
    Alert,
    AlertChannel,
    AlertEvent,
    AlertMessage,
    AlertRule,
    CostVersion,
    WatchMark,
)

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertEvent",
    "AlertMessage",
    "AlertRule",
    "Claim",
    "CostVersion",
    "Decision",
    "HandoffClosing",
    "Preferences",
    "Viewing",
    "WatchMark",
]

LOOK_LASTS = timedelta(seconds=20)
REASONS = [
    ("wrong_time", gettext_noop("Wrong day or time")),
    ("wrong_person", gettext_noop("Wrong patient or clinician")),
    ("not_asked", gettext_noop("Not what they asked for")),
    ("against_rules", gettext_noop("Against our rules")),
    ("do_it_myself", gettext_noop("I will do it myself")),
    ("other", gettext_noop("Something else")),
]
KEYS = [("on", gettext_noop("Single keys")), ("alt", gettext_noop("Alt and the key")), ("off", gettext_noop("No keys"))]
VOLUMES = [("quiet", gettext_noop("Quiet")), ("normal", gettext_noop("Normal")), ("loud", gettext_noop("Loud"))]


class Decision(models.Model):
    """One person's answer to one call: what they saw (version and digest), what they said, when. A yes that was taken
    back stays, and "undone" stands after it.

    "Confirmed" is the first yes of two, which decides nothing yet; nobody else is shown it before the call is decided.
    `tier` is the call's, once more, so that answers can be counted without a look at every call.
    """

    call = models.ForeignKey(ToolCall, on_delete=models.PROTECT, related_name="decisions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    who = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    verdict = models.CharField(
        max_length=14,
        choices=[(v, v) for v in ("confirmed", "approved", "rejected", "undone", "happened", "not_happened")],
    )
    reason = models.CharField(max_length=20, choices=REASONS, blank=True)
    note = models.CharField(max_length=2_000, blank=True)
    version_seen = models.PositiveIntegerField()
    digest_seen = models.CharField(max_length=64)
    tier = models.CharField(max_length=12, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        # Read by the metrics: what was answered in a period.
        indexes = [models.Index(fields=["decided_at", "tier", "verdict", "role"], name="decision_by_time")]
        constraints = [
            # One answer wins: the second one to a call as it stood must not be storable. A yes that was taken back
            # made another version of it.
            models.UniqueConstraint(
                fields=["call", "version_seen"],
                condition=Q(verdict__in=["approved", "rejected", "undone"]),
                name="one_decision_per_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.verdict} call {self.call_id}"


class HandoffClosing(models.Model):
    """Somebody took over what the assistant could not finish, and says what they did."""

    run = models.OneToOneField(AgentRun, on_delete=models.PROTECT, related_name="handoff_closing")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    who = models.CharField(max_length=150)
    note = models.CharField(max_length=2_000)
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.who} closed run {self.run_id}"


class ClaimRows(models.QuerySet["Claim"]):
    """Claims, picked by what they are of and whether they hold."""

    def of(self, kind: str, work_id: int) -> Self:
        """Those of one request ("call") or one handed-over run ("handoff").

        Whoever had a request on purpose when its time ran out has the call-back that it became.
        """
        if kind == "call":
            return self.filter(call=work_id)
        return self.filter(Q(run=work_id) | Q(call__run=work_id, call__status="expired", kept=True))

    def alive(self, now: datetime) -> Self:
        """Those that colleagues are told of: kept until given back, or looked at a moment ago."""
        return self.filter(Q(kept=True) | Q(seen_at__gt=now - LOOK_LASTS), released_at=None)

    def of_others(self, user: AbstractBaseUser, *, now: datetime) -> Self:
        """Live ones of requests that somebody else has in hand or is looking at."""
        return self.alive(now).filter(call__isnull=False).exclude(user=user.pk)

    def kept_by(self, user: AbstractBaseUser) -> Self:
        """Those that this person made on purpose, has not given back, and that are still to be done."""
        to_do = Q(call__status__in=["awaiting", "in_doubt"]) | Q(run__isnull=False, run__handoff_closing=None)
        to_do |= Q(call__status="expired", call__run__handoff_closing=None) & ~Q(call__run__handoff_reason="")
        return self.filter(to_do, user=user, kept=True, released_at=None).order_by("pk")


class Claim(models.Model):
    """Somebody has a request or a hand-off in hand: a hint for colleagues, never a lock.

    `kept` is a claim that was made on purpose; without it the claim is a look and dies with the page. `note` is what
    its owner left for the next one; `due_at` when they mean to be done.
    """

    call = models.ForeignKey(ToolCall, null=True, on_delete=models.CASCADE, related_name="claims")
    run = models.ForeignKey(AgentRun, null=True, on_delete=models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    who = models.CharField(max_length=150)
    kept = models.BooleanField(default=True)
    note = models.CharField(max_length=2_000, blank=True)
    due_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    objects = ClaimRows.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(call__isnull=False, run__isnull=True) | Q(call__isnull=True, run__isnull=False),
                name="claim_is_of_one_thing",
            ),
            # "Priya has it" must never be true of two people.
            models.UniqueConstraint(fields=["call"], condition=Q(released_at=None), name="one_claim_per_call"),
            models.UniqueConstraint(fields=["run"], condition=Q(released_at=None), name="one_claim_per_handoff"),
        ]

    def __str__(self) -> str:
        return f"{self.who} has {f'call {self.call_id}' if self.call_id else f'run {self.run_id}'}"

    @property
    def kind(self) -> str:
        """What it is of now: a request that expired is a call-back of its run."""
        return "call" if self.call and self.call.status != "expired" else "handoff"

    @property
    def work_id(self) -> int:
        """Which request ("call") or which run ("handoff")."""
        if self.kind == "call":
            return self.call_id or 0
        return self.call.run_id if self.call else self.run_id or 0

    def is_alive(self, now: datetime) -> bool:
        """Whether colleagues are told of it: kept until given back, or looked at a moment ago."""
        return self.released_at is None and (self.kept or self.seen_at > now - LOOK_LASTS)


PAGES_OF_ONE = ("request", "handoff", "run", "raw")
PAGES_OF_MANY = ("queue", "runs", "runs_file", "behind", "costly", "would_have")
"""Where a patient's data can be seen: alone, or in a list of runs."""


class Viewing(models.Model):
    """Somebody saw a patient's data: on which page, when. Looking again within minutes adds no row.

    Of a list it is one row with how many runs were `listed`, which ones (`runs`: ",12,15,", between `first_run` and
    `last_run`) and the `patients` on their cards, one a line; runs seen in it a moment before stand in an earlier row.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    who = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    page = models.CharField(max_length=10, choices=[(v, v) for v in (*PAGES_OF_ONE, *PAGES_OF_MANY)])
    call = models.ForeignKey(ToolCall, null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey(AgentRun, null=True, on_delete=models.SET_NULL, related_name="+")
    patient = models.CharField(max_length=200, blank=True)
    listed = models.PositiveIntegerField(null=True)
    runs = models.TextField(blank=True, default="")
    first_run = models.BigIntegerField(null=True)
    last_run = models.BigIntegerField(null=True)
    patients = models.TextField(blank=True, default="")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A list that does not say what was in it would be a hole in the log.
            models.CheckConstraint(
                condition=Q(page__in=PAGES_OF_MANY, listed__gt=0) | Q(page__in=PAGES_OF_ONE, listed=None),
                name="viewing_of_a_list_says_of_how_many",
            ),
        ]
        indexes = [
            models.Index(fields=["-seen_at", "-id"], name="viewing_newest"),
            # Read for every run's page: in which lists may it have been?
            models.Index(fields=["last_run", "first_run"], condition=Q(listed__gt=0), name="viewing_of_lists"),
            # Read before every row is written: has this person seen this a moment ago?
            models.Index(fields=["user", "run", "-seen_at"], name="viewing_again"),
        ]

    @property
    def run_keys(self) -> list[int]:
        """The runs of a list."""
        return [int(key) for key in self.runs.split(",") if key]

    def __str__(self) -> str:
        return f"{self.who} saw {self.page} of {f'{self.listed} runs' if self.listed else f'run {self.run_id}'}"


class Preferences(models.Model):
    """How the desk behaves for one person. Without a row everything stands as here by default."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    keys = models.CharField(max_length=5, choices=KEYS, default="on")
    sound = models.BooleanField(default=True)
    volume = models.CharField(max_length=7, choices=VOLUMES, default="normal")
    notices = models.BooleanField(default=False)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)

    def __str__(self) -> str:
        return f"preferences of {self.user}"


class Profile(models.Model):
    """What the account itself does not hold of a person. Without a row they belong to no team."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    team = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return f"profile of {self.user}"


class RoleRule(models.Model):
    """What is asked of everybody with a role. Without a row nothing is."""

    role = models.CharField(max_length=20, unique=True)
    second_factor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"rule for {self.role}"


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Whether this person has an app that makes codes, so that a password alone does not let them in."""
    return bool(TOTPDevice.objects.filter(user=user.pk, confirmed=True).exists())


def needs_second_factor(role: str | None) -> bool:
    """Whether everybody with this role has to have one."""
    return RoleRule.objects.filter(role=role, second_factor=True).exists()


class MetricTarget(models.Model):
    """What a figure should be, in its own unit, as a manager set it; without a type of task for all of them."""

    metric = models.CharField(max_length=20)
    task_type = models.CharField(max_length=40, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    who = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two targets for one figure would make its verdict a matter of chance.
            models.UniqueConstraint(fields=["metric", "task_type"], name="one_target_per_figure"),
            models.CheckConstraint(condition=Q(value__gt=0), name="target_is_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.task_type or 'all'}: {self.value}"
