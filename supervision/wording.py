"""How the desk says times, durations, money, counts and ends: plain words, real dates, the clinic's clock."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext as _

from agentops.domain.visible_text import show_text

NANO = 1_000_000_000
SOON = timedelta(minutes=5)

_ENDS = {
    "answered": gettext_noop("The assistant gave its answer."),
    "asked_back": gettext_noop("The assistant asked the caller a question."),
    "urgent_help": gettext_noop("It sounded urgent, so a person was called at once."),
    "asked_for_a_person": gettext_noop("The assistant asked for a person."),
    "limit_iterations": gettext_noop("It used all its steps and stopped."),
    "budget_run": gettext_noop("What one request may cost was used up, and it stopped."),
    "budget_day": gettext_noop("What may be spent on a day was used up, and it stopped."),
    "budget_month": gettext_noop("What may be spent in a month was used up, and it stopped."),
    "budget_unpriced": gettext_noop("Its model has no known price, so it could not be held to the budget."),
    "limit_tokens": gettext_noop("It used up its tokens and stopped."),
    "limit_active_time": gettext_noop("It used up its working time and stopped."),
    "limit_tool_calls": gettext_noop("It used all its tool calls and stopped."),
    "limit_repeated_call": gettext_noop("It repeated the same look-up and was stopped."),
    "stopped_answer": gettext_noop("Its answer was stopped because it must not leave the clinic."),
    "workers_lost": gettext_noop("The machine broke down while it worked on this, more than once."),
    "stopped_text": gettext_noop("Its text was stopped because it must not leave the clinic."),
    "unusable_calls": gettext_noop("It asked for tools in a way that could not be read."),
    "model_said_nothing": gettext_noop("The model gave no answer."),
    "model_refused": gettext_noop("The model would not answer this."),
    "context_full": gettext_noop("The conversation became too long for the model."),
    "unknown_stop_reason": gettext_noop("The model stopped for a reason that is not known here."),
    "model_unavailable": gettext_noop("The model gave no usable answer."),
    "api_key_rejected": gettext_noop("The model’s provider did not accept the key. An administrator has to check it."),
    "overloaded": gettext_noop("The model was overloaded."),
    "rate_limited": gettext_noop("The model’s provider asked us to slow down."),
    "unavailable": gettext_noop("The model could not be reached."),
    "timeout": gettext_noop("The model did not answer in time."),
    "bad_request": gettext_noop("The model’s provider could not read the question."),
    "model_not_found": gettext_noop(
        "The model’s provider does not know this model. An administrator has to check its name."
    ),
    "unreadable": gettext_noop("The model’s answer could not be read."),
    "truncated": gettext_noop("The model’s answer broke off."),
    "cancelled": gettext_noop("A person stopped it."),
}


def say_time(moment: datetime) -> str:
    """ "2:34pm", "2pm"; where days have 24 hours "14:34"."""
    clock = timezone.localtime(moment)
    if not (get_language() or "en").startswith("en"):
        return f"{clock:%H:%M}"
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def say_clock(moment: datetime) -> str:
    """ "2:34:05pm", "14:34:05": the time where seconds count."""
    clock = timezone.localtime(moment)
    if not (get_language() or "en").startswith("en"):
        return f"{clock:%H:%M:%S}"
    return f"{clock.hour % 12 or 12}:{clock:%M:%S}{'am' if clock.hour < 12 else 'pm'}"


def say_day(day: date) -> str:
    """ "Thursday 12 March", "jueves 12 de marzo"."""
    return date_format(day, _("l j F"))


def say_when(moment: datetime, *, now: datetime) -> str:
    """ "2:34pm" today, "Thursday 12 March, 2:34pm" on another day of this year, with the year before that."""
    there, today = timezone.localtime(moment), timezone.localtime(now).date()
    if there.date() == today:
        return say_time(moment)
    year = f" {there.year}" if there.year != today.year else ""
    return f"{say_day(there.date())}{year}, {say_time(moment)}"


def say_ago(moment: datetime, *, now: datetime) -> str:
    """ "12 seconds ago", "3 minutes ago", then the time itself."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 60:
        return gettext("%(number)s ago") % {"number": count(seconds, "second")}
    if seconds < 3600:
        return gettext("%(number)s ago") % {"number": count(seconds // 60, "minute")}
    return gettext("at %(at)s") % {"at": say_when(moment, now=now)}


def say_left(until: datetime | None, *, now: datetime) -> tuple[str, str, bool]:
    """Time left as a row shows it: the words, the small word under them, and whether it is nearly over."""
    if until is None:
        return "", "", False
    left = until - now
    if left <= timedelta(0):
        return "0 min", gettext("left"), True
    if left < timedelta(minutes=1):
        return "< 1 min", gettext("left"), True
    if left < timedelta(hours=1):
        return (
            gettext("%(minutes)s min") % {"minutes": int(left.total_seconds() // 60)},
            gettext("left"),
            left < SOON,
        )
    there = timezone.localtime(until)
    today = there.date() == timezone.localtime(now).date()
    day = gettext("today") if today else date_format(there, "D j M")
    return gettext("by %(at)s") % {"at": say_time(until)}, day, False


def say_left_long(until: datetime | None, *, now: datetime) -> str:
    """ "3 minutes left", "Less than a minute left", "Open until 5pm"."""
    if until is None:
        return gettext("No time limit")
    left = until - now
    if left <= timedelta(0):
        return gettext("Time is up")
    if left < timedelta(minutes=1):
        return gettext("Less than a minute left")
    if left < timedelta(hours=1):
        return gettext("%(number)s left") % {"number": count(int(left.total_seconds() // 60), "minute")}
    return gettext("Open until %(at)s") % {"at": say_when(until, now=now)}


def say_duration(ms: int) -> str:
    """ "0.4 s", "28 s", "4 min 12 s", "2 h 5 min"."""
    if ms < 10:
        return gettext("%(ms)s ms") % {"ms": ms} if ms else "0 s"
    if ms < 10_000:
        return f"{ms / 1000:.2f} s" if ms < 100 else f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return (
            gettext("%(minutes)s min %(seconds)s s") % {"minutes": seconds // 60, "seconds": seconds % 60}
            if seconds % 60
            else gettext("%(minutes)s min") % {"minutes": seconds // 60}
        )
    return gettext("%(hours)s h %(minutes)s min") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}


def say_cost(nano: int | None, *, unpriced: int = 0) -> str:
    """ "$0.0012"; "≥ $0.0012, 1 call unpriced" where a part is not known; "unpriced" where nothing is."""
    if nano is None or (unpriced and not nano):
        return gettext("unpriced")
    figure = say_money(nano / NANO)
    return (
        gettext("≥ %(figure)s, %(number)s unpriced") % {"figure": figure, "number": count(unpriced, "call")}
        if unpriced
        else figure
    )


def say_money(dollars: float) -> str:
    """US dollars with as many places as carry meaning: "$0", "$0.0012", "$0.031", "$24.63"."""
    if not dollars:
        return "$0"
    if dollars < 0.0001:
        return "< $0.0001"
    places = 4 if dollars < 0.01 else 3 if dollars < 1 else 2
    return f"${dollars:,.{places}f}"


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 request", "7 requests"."""
    return f"{number:,} {gettext(noun if number == 1 else plural or noun + 's')}"


def shorten(text: str, limit: int) -> str:
    """The text on one line as a person may see it, cut at a word with "…" where that is longer than `limit`."""
    return cut_line(show_text(" ".join(text.split())), limit)


def cut_line(line: str, limit: int) -> str:
    """A line that is shown already, cut at a word with "…" where it is longer than `limit` characters."""
    return line if len(line) <= limit else f"{line[: limit - 1].rsplit(' ', 1)[0]}…"


def say_findings(findings: Any) -> list[str]:
    """What validation did to a text, one sentence each; the removed value itself is never repeated."""
    said = []
    for one in findings if isinstance(findings, list) else []:
        if isinstance(one, dict):
            what = show_text(gettext(str(one.get("label") or one.get("rule") or "something")))
            did = gettext("Stopped because of") if one.get("action") == "stopped" else gettext("Replaced")
            said.append(f"{did} {what}")
    return said


def name_speaker(provider: str, model: str = "") -> str:
    """Who takes the model's turns, honestly: the offline planner is not an AI model and never passes for one."""
    if provider == "offline":
        return gettext("Offline planner, no AI model")
    return show_text(model) or ("Claude" if provider == "anthropic" else provider)


def name_configured_speaker() -> str:
    """Who takes the model's turns of new runs, by the settings."""
    return name_speaker(settings.MODEL_PROVIDER)


def say_end(code: str) -> str:
    """An outcome or failure code as a sentence; one that is not known here is shown as its own words."""
    return gettext(_ENDS[code]) if code in _ENDS else f"{show_text(code.replace('_', ' ').capitalize())}."


_SAID_ELSEWHERE = (
    gettext_noop("Look-up only"), gettext_noop("Easy to undo"), gettext_noop("Hard to undo"),
    gettext_noop("Cannot be undone"), gettext_noop("Phone"), gettext_noop("Text"), gettext_noop("Online"),
    gettext_noop("At the desk"), gettext_noop("Caller said"), gettext_noop("Looked up"), gettext_noop("Inferred"),
    gettext_noop("Changed by staff"), gettext_noop("front desk"), gettext_noop("manager"), gettext_noop("admin"),
    gettext_noop("second"), gettext_noop("seconds"), gettext_noop("minute"), gettext_noop("minutes"),
    gettext_noop("call"), gettext_noop("calls"), gettext_noop("error"), gettext_noop("errors"),
    gettext_noop("attempt"), gettext_noop("attempts"), gettext_noop("item"), gettext_noop("items"),
    gettext_noop("other run"), gettext_noop("other runs"), gettext_noop("run"), gettext_noop("runs"),
    gettext_noop("more run"), gettext_noop("more runs"), gettext_noop("day"), gettext_noop("days"),
    gettext_noop("answer"), gettext_noop("answers"), gettext_noop("time"), gettext_noop("times"),
    gettext_noop("action"), gettext_noop("actions"), gettext_noop("approved request"),
    gettext_noop("approved requests"), gettext_noop("waiting request"), gettext_noop("waiting requests"),
    gettext_noop("Nobody"), gettext_noop("One of the staff"), gettext_noop("Two people"),
    gettext_noop("Anybody at the desk"), gettext_noop("Managers and admins"), gettext_noop("Admins only"),
    gettext_noop("The caller is asked first"), gettext_noop("Somebody alone on duty may do it"),
    gettext_noop("A yes is held for"), gettext_noop("A request waits for"), gettext_noop("May do"),
    gettext_noop("At most in one request"), gettext_noop("At most in an hour"), gettext_noop("At most in a day"),
    gettext_noop("At most in a day for one patient"), gettext_noop("Working time in ms"),
    gettext_noop("Times the same call"), gettext_noop("No limit"), gettext_noop("Not at all"),
    gettext_noop("As long as the type of task says"),
    gettext_noop("Not sorted yet"), gettext_noop("a request nobody has read yet"), gettext_noop("Booking"),
    gettext_noop("a new appointment, or a look for a free one"), gettext_noop("Moving"),
    gettext_noop("another time or clinician for an appointment that exists"), gettext_noop("Cancelling"),
    gettext_noop("an appointment is to be given up"), gettext_noop("Messages"),
    gettext_noop("a text is to be sent to a patient"), gettext_noop("Questions"),
    gettext_noop("a question about appointments, opening hours or the clinic"), gettext_noop("Other"),
    gettext_noop("anything else, emergencies and wishes to speak to a person among them"),
    gettext_noop("Book appointment"), gettext_noop("Book a free slot for a patient; the patient gets a text."),
    gettext_noop("Cancel appointment"), gettext_noop("Cancel a booked appointment."), gettext_noop("Draft message"),
    gettext_noop("Write a text to a patient without sending it; staff can read it."),
    gettext_noop("Escalate to human"), gettext_noop("Give this request to a person at the clinic and stop."),
    gettext_noop("Get patient info"),
    gettext_noop("Read one patient's contact details, usual clinician and desk notes."),
    gettext_noop("List patient appointments"),
    gettext_noop("List what a patient has booked from now on, soonest first."),
    gettext_noop("Reschedule appointment"),
    gettext_noop(
        "Move a booked appointment to another free slot; the old time becomes free and the patient gets a text."
    ),
    gettext_noop("Search appointments"), gettext_noop("Find free times to book or to move an appointment to."),
    gettext_noop("Search patients"), gettext_noop("Find a patient by name."), gettext_noop("Send message"),
    gettext_noop("Text a patient on the mobile number on record."),
)  # fmt: skip
"""Words that the machine or a count brings along: named here, so that they get their translation."""
