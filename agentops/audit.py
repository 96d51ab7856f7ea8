"""An append-only record of decisions and changes: each row is sealed with the one before, so that a gap shows."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agentops.models import AuditEntry, AuditHead


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first place where the record does not hold: at which number, and what is wrong there."""

    seq: int
    kind: str


@transaction.atomic
def append_entry(*, who: str, what: str, subject: str, facts: dict[str, Any]) -> None:
    """Add one row in the caller's transaction; the head's lock keeps the numbering dense."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
    at = timezone.now()
    seq = head.seq + 1
    seal = _seal(head.seal, seq=seq, at=at, who=who, what=what, subject=subject, facts=facts)
    AuditEntry.objects.create(seq=seq, at=at, who=who, what=what, subject=subject, facts=facts, seal=seal)
    AuditHead.objects.filter(pk=1).update(seq=seq, seal=seal)


def verify_chain() -> Flaw | None:
    """Read the whole record; None when every row is there, in order and as it was written."""
    seal, seq = "", 0
    for entry in AuditEntry.objects.order_by("seq").iterator():
        seq += 1
        if entry.seq != seq:
            return Flaw(seq, "missing")
        expected = _seal(
            seal, seq=seq, at=entry.at, who=entry.who, what=entry.what, subject=entry.subject, facts=entry.facts
        )
        if not hmac.compare_digest(expected, entry.seal):
            return Flaw(seq, "altered")
        seal = entry.seal
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.seq, head.seal) != (seq, seal):
        return Flaw(seq + 1, "truncated")
    return None


def _seal(
    previous: str, *, seq: int, at: datetime, who: str, what: str, subject: str, facts: dict[str, Any]
) -> str:
    body = json.dumps([previous, seq, at.isoformat(), who, what, subject, facts], sort_keys=True, ensure_ascii=False)
    return hmac.new(settings.SECRET_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()
