"""What the desk asks of the tool of a waiting call, to be answered by a worker: choices, a change, a fresh look."""

from django.db import models
from django.db.models import Q

from agentops.models.runs import ToolCall


class CallEdit(models.Model):
    """One person's wish to change a waiting call, or to have it looked at again. Asked by `control`, answered once, by
    the ledger.

    `values` is what stood in the form; `sends` marks a change that is to be made, otherwise only choices are asked
    for. The answer is the `form` as of that moment, and either the `successor` that took the call's place or the
    `problem` that kept the change from being made, in a sentence for staff. The row that `looks` is the call's only
    one of its kind and is asked anew each time; its answer is the call's own card, or that the call was withdrawn.
    """

    call = models.ForeignKey(ToolCall, on_delete=models.CASCADE, related_name="edits")
    who = models.CharField(max_length=150)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sends = models.BooleanField(default=False)
    looks = models.BooleanField(default=False)
    values = models.JSONField(default=dict)
    note = models.CharField(max_length=2_000, blank=True)
    asked_at = models.DateTimeField()

    answered_at = models.DateTimeField(null=True)
    form = models.JSONField(null=True)
    code = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    successor = models.ForeignKey(ToolCall, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [
            # Read by the sweeper: what was asked and never heard.
            models.Index(fields=["asked_at"], condition=Q(answered_at__isnull=True), name="edit_unanswered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(answered_at__isnull=False, sends=True, problem=""),
                name="edit_changes_only_what_was_sent",
            ),
            models.CheckConstraint(condition=~Q(looks=True, sends=True), name="edit_looks_or_changes"),
            # However many have the card open: one look at a time, and one row for all of them.
            models.UniqueConstraint(fields=["call"], condition=Q(looks=True), name="one_look_per_call"),
        ]

    def __str__(self) -> str:
        return f"{'change' if self.sends else 'choices'} for call {self.call_id}"
