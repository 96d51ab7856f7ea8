"""What people did: their answers and the hand-offs they closed. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from agentops.models import AgentRun, ToolCall

REASONS = [
    ("wrong_time", "Wrong day or time"),
    ("wrong_person", "Wrong patient or clinician"),
    ("not_asked", "Not what they asked for"),
    ("against_rules", "Against our rules"),
    ("do_it_myself", "I will do it myself"),
    ("other", "Something else"),
]


class Decision(models.Model):
    """One person's answer to one call: what they saw (version and digest), what they said, when."""

    call = models.ForeignKey(ToolCall, on_delete=models.PROTECT, related_name="decisions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    who = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    verdict = models.CharField(
        max_length=14,
        choices=[(v, v) for v in ("approved", "rejected", "happened", "not_happened")],
    )
    reason = models.CharField(max_length=20, choices=REASONS, blank=True)
    note = models.CharField(max_length=2_000, blank=True)
    version_seen = models.PositiveIntegerField()
    digest_seen = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            # One answer wins: the second yes or no to the same call must not be storable.
            models.UniqueConstraint(
                fields=["call"], condition=Q(verdict__in=["approved", "rejected"]), name="one_decision_per_call"
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
