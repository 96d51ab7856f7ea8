"""A fresh look at a waiting call, for whoever has it open: asked of its tool through a worker, like a change."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from agentops.after_commit import ring_for_edit
from agentops.control.outcomes import Asked
from agentops.domain.lifecycle import CallStatus
from agentops.domain.looks import LOOK_EVERY, is_old
from agentops.models import CallEdit, ToolCall

NOBODY_LOOKS = timedelta(minutes=2)
"""A look that no worker took up is asked for anew after this long; until then the sweeper finds it."""


@transaction.atomic
def look_again(*, call_id: int, by: str) -> Asked | None:
    """Ask a worker to make the card of a waiting call anew. None where that was just done, is under way, or where
    nobody described the call.
    """
    call = ToolCall.objects.filter(pk=call_id, status=CallStatus.AWAITING, expires_at__gt=Now()).first()
    if call is None or not _is_due(call):
        return None
    asked = {"who": by, "version": call.version, "digest": call.digest, "asked_at": Now(), "answered_at": None}
    look, created = CallEdit.objects.get_or_create(call=call, looks=True, defaults=asked)
    now = Now()
    free = Q(answered_at__isnull=False, asked_at__lt=now - LOOK_EVERY) | Q(asked_at__lt=now - NOBODY_LOOKS)
    again = CallEdit.objects.filter(free, pk=look.pk)
    if not created and not again.update(**asked, code="", problem=""):
        return None
    ring_for_edit(look.pk)
    return Asked(look.pk)


def _is_due(call: ToolCall) -> bool:
    card = call.card if isinstance(call.card, dict) else {}
    return is_old(parse_datetime(str(card.get("checked_at") or "")), now=timezone.now())
