"""Who decided what, and when: rows that are only ever added, each sealed with the one before."""

from django.db import models


class AuditHead(models.Model):
    """The end of the chain; its row lock is what makes the numbering dense."""

    seq = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"audit at {self.seq}"


class AuditEntry(models.Model):
    """One decision or change of a setting. `key` names the key of the seal."""

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    seal = models.CharField(max_length=64)
    key = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.who} {self.what} {self.subject}"


class AuditCheck(models.Model):
    """One reading of the whole record against its seals: when, how many entries, and what was found."""

    at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"record of {self.entries} checked at {self.at}"
