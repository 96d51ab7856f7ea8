"""The first yes of two: kept apart from the call, so that whoever comes second decides without seeing it."""

from django.db import models

from agentops.models.runs import ToolCall


class Confirmation(models.Model):
    """One person's yes to a call that needs two. `person` is the account, `who` the name that others read later."""

    call = models.ForeignKey(ToolCall, on_delete=models.CASCADE, related_name="confirmations", db_index=False)
    person = models.CharField(max_length=150)
    who = models.CharField(max_length=150)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Nobody is two people. (A yes that was taken back may be said again, to the version that then waits.)
            models.UniqueConstraint(fields=["call", "version", "person"], name="one_confirmation_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.who} confirmed call {self.call_id}"
