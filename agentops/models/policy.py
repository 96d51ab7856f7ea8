"""Every change of policy: what it was, what it became, why, by whom; and those that wait for a second admin."""

from django.db import models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import CombinedExpression

STATES = ("waiting", "in_force", "declined", "overtaken")


class PolicyChange(models.Model):
    """One change of a tool's or a task type's setting, or of the models for all types: a version once it is in force.

    One that gives an agent more room is `waiting` until a second admin confirms it (`second`), and is `overtaken` where
    somebody saved another change before. `before` and `after` are whole settings; `returns_to` is the version whose
    setting it brings back. `account` and `second_account` are the accounts behind the names.
    """

    KINDS = (("tool", "tool"), ("task_type", "task type"), ("routing", "models for all types"))

    kind = models.CharField(max_length=10, choices=KINDS)
    subject = models.CharField(max_length=80)
    base_version = models.PositiveIntegerField()
    version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, choices=[(state, state) for state in STATES])
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=500)
    returns_to = models.PositiveIntegerField(null=True)
    who = models.CharField(max_length=150)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    second = models.CharField(max_length=150, blank=True)
    second_account = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    withdrawn = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # A version is one change: two admins who save at once must not both have made it.
            models.UniqueConstraint(
                fields=["kind", "subject", "version"], condition=Q(version__isnull=False), name="one_change_per_version"
            ),
            # What is in force has its number, and what waits has none yet.
            models.CheckConstraint(
                condition=Q(state="in_force", version__isnull=False) | ~Q(state="in_force") & Q(version=None),
                name="policy_change_in_force_has_a_version",
            ),
        ]
        indexes = [
            # Read by the list of changes that wait for a second admin.
            models.Index(fields=["at"], condition=Q(state="waiting"), name="policy_change_waiting"),
            # Counted with the end of every run.
            models.Index(fields=["settled_at"], condition=Q(state="in_force"), name="policy_change_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.version or self.state}"


FIRST_POLICY = 1
"""The version of the policy as a whole that an installation begins with; each change in force makes the next one."""


def find_in_force() -> QuerySet[PolicyChange]:
    """Every change that came into force, of whatever tool or type of task, in that order."""
    return PolicyChange.objects.filter(state="in_force").order_by("settled_at", "pk")


def policy_at(moment: OuterRef) -> CombinedExpression:
    """The version of the policy as a whole at a moment of the row that is being read."""
    before = find_in_force().filter(settled_at__lte=moment).order_by()
    number = Func(F("pk"), function="COUNT", output_field=models.IntegerField())
    return Subquery(before.annotate(n=number).values("n")) + FIRST_POLICY
