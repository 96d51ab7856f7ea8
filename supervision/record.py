"""The record of decisions and changes as people read it: newest first, searched, checked against its seals."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agentops.audit import check_record
from agentops.domain.visible_text import show_text
from agentops.models import AuditCheck, AuditEntry
from supervision.models import REASONS
from supervision.wording import say_time, say_when

PAGE_SIZE = 100
LIVE_ENTRIES = 1_000
"""So many of the latest entries are checked when the page is shown; reading them takes a moment, not more."""

COLUMNS = ("number", "at", "who", "what", "subject", "facts", "seal")

WHAT = {
    "call.confirmed": gettext_lazy("First yes of two"),
    "call.approved": gettext_lazy("Said yes"),
    "call.rejected": gettext_lazy("Said no"),
    "call.undone": gettext_lazy("Took a yes back"),
    "call.hold_ended": gettext_lazy("Had it done at once"),
    "call.extended": gettext_lazy("Gave more time"),
    "call.change_sent": gettext_lazy("Sent a change"),
    "call.changed": gettext_lazy("Changed it first"),
    "call.caller_answered": gettext_lazy("Wrote down what the caller answered"),
    "call.happened": gettext_lazy("Found that it happened"),
    "call.not_happened": gettext_lazy("Found that it did not happen"),
    "work.taken": gettext_lazy("Took it on"),
    "work.left": gettext_lazy("Left it to a colleague"),
    "handoff.closed": gettext_lazy("Closed what was handed over"),
    "run.started": gettext_lazy("Started a request"),
    "run.stopped": gettext_lazy("Ended a run"),
    "tool.changed": gettext_lazy("Changed a tool"),
    "tool.change_proposed": gettext_lazy("Proposed a change of a tool"),
    "tool.change_declined": gettext_lazy("Declined a change of a tool"),
    "task_type.changed": gettext_lazy("Changed a type of task"),
    "task_type.change_proposed": gettext_lazy("Proposed a change of a type of task"),
    "task_type.change_declined": gettext_lazy("Declined a change of a type of task"),
    "routing.changed": gettext_lazy("Changed the models for all types"),
    "routing.change_proposed": gettext_lazy("Proposed a change of the models for all types"),
    "routing.change_declined": gettext_lazy("Declined a change of the models for all types"),
    "work.stopped": gettext_lazy("Stopped the assistant"),
    "work.resumed": gettext_lazy("Lifted a stop"),
    "budget.set": gettext_lazy("Set a budget"),
    "targets.changed": gettext_lazy("Changed the targets"),
    "alert_rule.saved": gettext_lazy("Saved a rule for alerts"),
    "alert.acknowledged": gettext_lazy("Took note of an alert"),
    "alert.silenced": gettext_lazy("Silenced an alert"),
    "alert.unsilenced": gettext_lazy("Let an alert be heard again"),
    "alert_channel.added": gettext_lazy("Added a way to send alerts"),
    "alert_channel.on": gettext_lazy("Switched a way to send alerts on"),
    "alert_channel.off": gettext_lazy("Switched a way to send alerts off"),
    "golden.saved": gettext_lazy("Kept a run as a golden example"),
    "golden.asked": gettext_lazy("Had the golden examples played"),
    "person.added": gettext_lazy("Added a person"),
    "person.changed": gettext_lazy("Changed a person"),
    "person.deactivated": gettext_lazy("Shut somebody out"),
    "person.activated": gettext_lazy("Let somebody in again"),
    "person.link_made": gettext_lazy("Made a link to choose a password"),
    "people.second_factor": gettext_lazy("Set who needs a second factor"),
    "password.chosen": gettext_lazy("Chose a password"),
    "login.done": gettext_lazy("Logged in"),
    "login.paused": gettext_lazy("Log-in paused after too many tries"),
    "login.code_wrong": gettext_lazy("Typed a wrong code"),
    "second_factor.added": gettext_lazy("Set up a second factor"),
    "second_factor.codes_renewed": gettext_lazy("Made new recovery codes"),
    "second_factor.removed": gettext_lazy("Removed the second factor"),
    "second_factor.reset": gettext_lazy("Reset somebody’s second factor"),
}
"""What an entry is of, in words for people."""

_UNTOLD = frozenset({"by", "change"})
"""Facts for the machine: an account's name beside the person's own, the number of a row."""

_FACTS = {"code": gettext_lazy("with a second factor"), "differences": gettext_lazy("changed")}
"""Facts whose stored name says nothing to people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for; `errors` says by field what could not be read."""

    words: str = ""
    who: str = ""
    what: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One entry on the page."""

    number: int
    at: str
    who: str
    what: str
    code: str
    subject: str
    call_id: int | None
    run_id: int | None
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the record holds: what was read just now, and when it was last read whole."""

    at: str
    latest: int
    flaws: list[str]
    whole_at: str
    whole_entries: int
    whole_flaws: list[str]
    is_whole: bool

    @property
    def holds(self) -> bool:
        """Nothing was found, now or when it was last read whole."""
        return not self.flaws and not self.whole_flaws


def read_asked(sent: Any) -> Asked:
    """The search as typed, with a sentence for each field that cannot be read."""
    errors: list[tuple[str, str]] = []
    since, until = _read_day(sent, "since", errors), _read_day(sent, "until", errors)
    if since and until and until < since:
        errors.append(("until", _("The last day is before the first. Change one of them.")))
    words, who, about = (sent.get(name, "").replace("\x00", "").strip()[:200] for name in ("q", "who", "about"))
    what = sent.get("what", "")
    return Asked(words, who, what if what in WHAT else "", about, since, until, tuple(errors))


def read_record(asked: Asked, *, before: int | None, now: datetime) -> tuple[list[Line], int | None]:
    """A page of the record, and the number before which the next page begins."""
    entries = _find(asked).order_by("-seq")
    if before:
        entries = entries.filter(seq__lt=before)
    page = list(entries[: PAGE_SIZE + 1])
    lines = [_line(entry, now=now) for entry in page[:PAGE_SIZE]]
    return lines, page[PAGE_SIZE - 1].seq if len(page) > PAGE_SIZE else None


def read_rows(asked: Asked) -> Iterator[dict[str, Any]]:
    """Everything that was asked for, oldest first, as rows of a file."""
    for entry in _find(asked).order_by("seq").iterator(chunk_size=500):
        yield {
            "number": entry.seq,
            "at": entry.at.isoformat(),
            "who": entry.who,
            "what": entry.what,
            "subject": entry.subject,
            "facts": json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
            "seal": entry.seal,
        }


def check_health(*, now: datetime) -> Health:
    """Check the latest entries now; the whole record where it is no longer than that."""
    checked = check_record(latest=LIVE_ENTRIES, most=20)
    whole = AuditCheck.objects.order_by("-pk").first()
    return Health(
        at=say_time(now),
        latest=checked.entries,
        flaws=[flaw.sentence for flaw in checked.flaws],
        whole_at=say_when(whole.at, now=now) if whole else "",
        whole_entries=whole.entries if whole else 0,
        whole_flaws=whole.findings if whole and checked.first > 1 else [],
        is_whole=checked.first == 1,
    )


def _read_day(sent: Any, name: str, errors: list[tuple[str, str]]) -> date | None:
    typed = sent.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        errors.append((name, _("Write the day as year-month-day, for example 2026-11-27.")))
        return None


def _find(asked: Asked) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.all()
    if asked.words:
        codes = [code for code, label in WHAT.items() if asked.words.lower() in f"{label} {code}".lower()]
        stored = json.dumps(asked.words)[1:-1]
        found = Q(who__icontains=asked.words) | Q(subject__icontains=asked.words) | Q(what__in=codes)
        entries = entries.annotate(text=Cast("facts", TextField()))
        entries = entries.filter(found | Q(text__icontains=asked.words) | Q(text__icontains=stored))
    if asked.who:
        entries = entries.filter(who__icontains=asked.who)
    if asked.what:
        entries = entries.filter(what=asked.what)
    if asked.about:
        entries = entries.filter(subject__icontains=asked.about)
    if asked.since:
        entries = entries.filter(at__gte=_begin(asked.since))
    if asked.until:
        entries = entries.filter(at__lt=_begin(asked.until + timedelta(days=1)))
    return entries


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _line(entry: AuditEntry, *, now: datetime) -> Line:
    kind, _space, number = entry.subject.partition(" ")
    known = int(number) if number.isdecimal() and len(number) < 15 else None
    return Line(
        number=entry.seq,
        at=say_when(entry.at, now=now),
        who=show_text(entry.who),
        what=str(WHAT.get(entry.what, entry.what)),
        code=entry.what,
        subject=_name(kind, known, entry.subject),
        call_id=known if kind == "call" else None,
        run_id=known if kind == "run" else None,
        facts=[
            (str(_FACTS.get(name, name.replace("_", " "))), show_text(_say_fact(name, value, now=now)))
            for name, value in _pairs(entry.facts)
        ],
    )


def _name(kind: str, number: int | None, subject: str) -> str:
    if number is not None and kind == "call":
        return _("Request %(number)s") % {"number": number}
    if number is not None and kind == "run":
        return _("Run %(number)s") % {"number": number}
    if kind == "person":
        return _("Person %(name)s") % {"name": show_text(subject.partition(" ")[2])}
    return _("Everything") if subject == "all" else show_text(subject)


def _pairs(facts: Any) -> list[tuple[str, Any]]:
    pairs = sorted(facts.items()) if isinstance(facts, dict) else []
    return [(name, value) for name, value in pairs if value not in ("", [], {}, None, False) and name not in _UNTOLD]


def _say_fact(name: str, value: Any, *, now: datetime) -> str:
    known = {**dict(REASONS), **{words: words for _code, words in REASONS}}
    words = known.get(value) if name == "reason" and isinstance(value, str) else None
    return _(words) if words else _say(value, now=now)


def _say_change(value: Any, *, now: datetime) -> str:
    """A value before and after; anything else as it is."""
    if isinstance(value, list) and len(value) == 2:
        return " → ".join(_say(one, now=now) for one in value)
    return _say(value, now=now)


def _say(value: Any, *, now: datetime) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_say_change(both, now=now)}" for name, both in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    if len(text) == 64 and text.isalnum():
        return f"{text[:12]}…"
    try:
        return say_when(datetime.fromisoformat(text), now=now) if "T" in text else text
    except ValueError:
        return text
