"""Adding one entry, and the seal that ties it to the one before."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agentops.audit.seals import current_key, seal_entry
from agentops.models import AuditEntry, AuditHead


@transaction.atomic
def append_entry(*, who: str, what: str, subject: str, facts: dict[str, Any]) -> None:
    """Add one row in the caller's transaction; the head's lock keeps the numbering dense."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
    key = current_key()
    entry = AuditEntry(
        seq=head.seq + 1, at=timezone.now(), who=who, what=what, subject=subject, facts=facts, key=key.name
    )
    entry.seal = seal_entry(entry, previous=head.seal, seq=entry.seq, key=key)
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(seq=entry.seq, seal=entry.seal)
