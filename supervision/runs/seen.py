"""Who had one run or its request open, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from supervision.models import Viewing
from supervision.wording import say_when

MOST = 8
_OPENED = {
    "request": gettext_noop("opened the request"),
    "handoff": gettext_noop("opened the hand-off"),
    "run": gettext_noop("opened this page"),
    "raw": gettext_noop("opened raw data"),
    "queue": gettext_noop("saw it in the list of requests"),
    "runs": gettext_noop("saw it in the list of runs"),
    "runs_file": gettext_noop("took it away in a file"),
    "behind": gettext_noop("saw it behind a figure"),
    "costly": gettext_noop("saw it among the costliest"),
    "would_have": gettext_noop("saw it behind a change of policy"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody had it open."""

    who: str
    what: str
    at: str


def read_viewings_of(run_id: int, *, now: datetime) -> list[Look]:
    """The latest look of each person at each kind of page of this run, and at each kind of list that it was in."""
    looks: dict[tuple[str, str], Look] = {}
    in_lists = Viewing.objects.filter(first_run__lte=run_id, last_run__gte=run_id, listed__gt=0)
    rows = [
        *Viewing.objects.filter(run=run_id).order_by("-seen_at", "-pk")[:100],
        *in_lists.filter(runs__contains=f",{run_id},").defer("runs", "patients").order_by("-seen_at", "-pk")[:100],
    ]
    for one in sorted(rows, key=lambda one: (one.seen_at, one.pk), reverse=True):
        looks.setdefault((one.who, one.page), Look(one.who, _OPENED[one.page], say_when(one.seen_at, now=now)))
    return list(looks.values())[:MOST]
