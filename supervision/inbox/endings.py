"""How something left the list while it was on somebody's screen: a word for each ending, and by whom."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext

from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.models import HandoffClosing


@dataclass(frozen=True, slots=True)
class Ending:
    """The ending of the row with this key."""

    key: str
    word: str
    who: str = ""


def read_endings(keys: Collection[str]) -> list[Ending]:
    """How each of these rows ended; what is not known is left out."""
    calls = ToolCall.objects.filter(pk__in=_ids("call", keys)).only("status", "decided_by")
    closings = HandoffClosing.objects.filter(run__in=_ids("handoff", keys))
    return [
        *(Ending(f"call-{call.pk}", *_end_of(call)) for call in calls),
        *(Ending(f"handoff-{one.run_id}", gettext("done"), show_text(one.who)) for one in closings),
    ]


def _ids(kind: str, keys: Collection[str]) -> list[int]:
    numbers = [key.removeprefix(f"{kind}-") for key in keys if key.startswith(f"{kind}-")]
    return [int(one) for one in numbers if one.isascii() and one.isdecimal() and len(one) < 10]


def _end_of(call: ToolCall) -> tuple[str, str]:
    match CallStatus(call.status):
        case CallStatus.EXPIRED:
            return gettext("ran out"), ""
        case CallStatus.INVALIDATED | CallStatus.CANCELLED:
            return gettext("withdrawn"), ""
        case CallStatus.SUPERSEDED:
            return gettext("changed"), ""
        case CallStatus.AWAITING | CallStatus.IN_DOUBT | CallStatus.ASKING:
            return gettext("still waiting"), ""
        case CallStatus.HAPPENED | CallStatus.NOT_HAPPENED:
            return gettext("cleared up"), ""
        case _:
            return gettext("answered"), show_text(call.decided_by)
