"""Who saw which patient on which card, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from supervision.models import Viewing
from supervision.wording import count, say_when

PAGE_SIZE = 100
_PAGES = {
    "request": gettext_noop("Request"),
    "handoff": gettext_noop("Hand-off"),
    "run": gettext_noop("Run, step by step"),
    "raw": gettext_noop("Raw data of run"),
    "queue": gettext_noop("List of requests"),
    "runs": gettext_noop("List of runs"),
    "runs_file": gettext_noop("File of runs"),
    "behind": gettext_noop("Runs behind a figure"),
    "costly": gettext_noop("Costliest runs"),
    "would_have": gettext_noop("Calls that a change would touch"),
}
SHOWN = 3
"""Patients of a list that are named at once; the others are unfolded."""


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the log."""

    at: str
    who: str
    role: str
    patient: str
    others: list[str]
    """Further patients, where it was a list."""

    listed: str
    page: str
    run_id: int | None
    call_id: int | None


def read_viewings(*, words: str, before: int | None, now: datetime) -> tuple[list[Look], int | None]:
    """A page of the log, for a person's or a patient's name or number, and where the next page begins."""
    rows = Viewing.objects.order_by("-pk")
    if words:
        rows = rows.filter(Q(who__icontains=words) | Q(patient__icontains=words) | Q(patients__icontains=words))
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(rows.defer("runs")[: PAGE_SIZE + 1])
    looks = [_look(one, now=now) for one in page[:PAGE_SIZE]]
    return looks, page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None


def _look(one: Viewing, *, now: datetime) -> Look:
    patients = [one.patient] if one.patient else one.patients.splitlines()
    return Look(
        at=say_when(one.seen_at, now=now),
        who=one.who,
        role=one.role,
        patient="; ".join(patients[:SHOWN]) or gettext("No patient known"),
        others=patients[SHOWN:],
        listed=count(one.listed, "run") if one.listed else "",
        page=gettext(_PAGES[one.page]),
        run_id=one.run_id,
        call_id=one.call_id,
    )
