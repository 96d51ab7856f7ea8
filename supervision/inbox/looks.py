"""What fresh looks at a request came to: what they found to be different, and that nobody can look just now."""

from dataclasses import dataclass
from datetime import datetime

from agentops.domain.cards import Renewal
from agentops.domain.lifecycle import CallStatus
from agentops.domain.looks import is_old
from agentops.models import CallEdit, ToolCall
from supervision.cards import read_card
from supervision.inbox.edits import NOBODY_ANSWERS
from supervision.wording import say_when


@dataclass(frozen=True, slots=True)
class Look:
    """`renewal` is what a fresh look found to be different, `at` when. `due`: the checks are so old that they should be
    made again; `alone`: no worker has taken that up.
    """

    renewal: Renewal | None
    at: str
    due: bool
    alone: bool


def read_look(call: ToolCall, *, now: datetime) -> Look | None:
    """What there is to say of fresh looks at a request that waits and that somebody described."""
    card = read_card(call)
    if card is None or call.status != CallStatus.AWAITING:
        return None
    due, late = is_old(card.checked_at, now=now), now - NOBODY_ANSWERS
    alone = due and CallEdit.objects.filter(call=call, looks=True, answered_at=None, asked_at__lt=late).exists()
    return Look(card.renewal, say_when(card.renewal.at, now=now) if card.renewal else "", due, alone)
