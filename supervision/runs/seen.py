"""Who had one run or its request open, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from supervision.models import Viewing
from supervision.wording import say_when

MOST = 6
_OPENED = {
    "request": gettext_noop("opened the request"),
    "handoff": gettext_noop("opened the hand-off"),
    "run": gettext_noop("opened this page"),
    "raw": gettext_noop("opened raw data"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody had it open."""

    who: str
    what: str
    at: str


def read_viewings_of(run_id: int, *, now: datetime) -> list[Look]:
    """The latest look of each person at each kind of page of this run."""
    looks: dict[tuple[str, str], Look] = {}
    for one in Viewing.objects.filter(run=run_id).order_by("-seen_at", "-pk")[:100]:
        looks.setdefault((one.who, one.page), Look(one.who, _OPENED[one.page], say_when(one.seen_at, now=now)))
    return list(looks.values())[:MOST]
