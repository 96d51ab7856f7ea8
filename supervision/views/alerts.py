"""How every rule stands, and what somebody does about it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agentops.domain.visible_text import show_text
from agentops.models import TaskType
from supervision import actions
from supervision.alerts.states import State
from supervision.alerts.words import STATE_WORDS, name_alert
from supervision.models import Alert, AlertChannel, AlertEvent, AlertRule, WatchMark
from supervision.phrases import named, tell_kept
from supervision.roles import Permission, may
from supervision.views.access import DeskRequest, allowed, clean_note, form_of, render_part
from supervision.wording import say_ago, say_when

EVENTS_SHOWN = 50
HOURS = (1, 4, 24, 72)
WHAT = {
    "acknowledged": gettext_lazy("Taken on"),
    "silenced": gettext_lazy("Silenced"),
    "unsilenced": gettext_lazy("Silence ended"),
    "again": gettext_lazy("Said again"),
}


@require_safe
@allowed(Permission.SEE_ALERTS)
def list_alerts(request: DeskRequest) -> HttpResponseBase:
    """What is raised first, then everything else that is watched, then what was."""
    return _list(request)


@form_of("alerts")
@allowed(Permission.SET_ALERTS)
def silence_alert(request: DeskRequest) -> HttpResponseBase:
    """Tell nobody for a while."""
    alert_id, number = read_key(request, "alert"), read_key(request, "hours")
    done = actions.silence_alert(user=request.user, alert_id=alert_id, hours=number)
    if isinstance(done, actions.Refused):
        return _list(request, refused=done, alert_id=alert_id, status=400)
    messages.success(request, _("Silenced. It is watched all the same.") if number else _("The silence is over."))
    return redirect("alerts")


@form_of("alerts")
@allowed(Permission.SET_ALERTS)
def acknowledge_alert(request: DeskRequest) -> HttpResponseBase:
    """Say that somebody looks after it."""
    alert_id, note = read_key(request, "alert"), clean_note(request.POST.get("note", ""))
    done = actions.acknowledge_alert(user=request.user, alert_id=alert_id, note=note)
    if isinstance(done, actions.Refused):
        status = 400 if done.code == "note" else 409
        return _list(request, refused=done, alert_id=alert_id, note=note, status=status)
    messages.success(request, _("You have taken this on. Others see your name."))
    return redirect("alerts")


def read_key(request: DeskRequest, name: str) -> int:
    """A whole number of a form; -1 for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _list(
    request: DeskRequest,
    *,
    refused: actions.Refused | None = None,
    alert_id: int = 0,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    alerts = Alert.objects.filter(rule__enabled=True).select_related("rule")
    lines = [_line(alert, names, now) for alert in alerts.order_by("rule_id", "cell")]
    lines.sort(key=lambda line: -line["weight"])
    for line in lines:
        if line["alert"].pk == alert_id:
            line |= {"refused": refused, "typed": note}
    calm = [line for line in lines if not line["weight"]]
    mark = WatchMark.objects.first()
    context = {
        "raised_lines": [line for line in lines if line["weight"]],
        "calm_lines": [line for line in calm if line["state"] != State.NO_DATA.value],
        "silent_lines": [line for line in calm if line["state"] == State.NO_DATA.value],
        "events": [_event(event, names, now) for event in _newest_events()],
        "failing": [_failing(channel, now) for channel in AlertChannel.objects.exclude(failing_since=None)],
        "looked": say_ago(mark.at, now=now) if mark else "",
        "watched": AlertRule.objects.filter(enabled=True).count(),
        "hours": HOURS,
        "refused": refused if refused and not any(line.get("refused") for line in lines if line["weight"]) else None,
        "may_set": may(request.role, Permission.SET_ALERTS),
    }
    return render_part(request, "alerts.html", {}, context, status=status)


def _line(alert: Alert, names: dict[str, str], now: datetime) -> dict[str, Any]:
    state = State(alert.state)
    silenced = alert.silenced_until is not None and alert.silenced_until > now
    return {
        "alert": alert,
        "name": show_text(name_alert(alert.rule, alert.cell, names)),
        "state": state.value,
        "words": STATE_WORDS[state],
        "value": tell_kept(alert.value, alert.value_words),
        "usual": tell_kept(alert.usual, alert.usual_words),
        "weight": state.weight,
        "since": say_when(alert.since, now=now),
        "looked": say_ago(alert.looked_at, now=now),
        "silenced": say_when(alert.silenced_until, now=now) if silenced and alert.silenced_until else "",
        "taken_at": say_when(alert.acknowledged_at, now=now) if alert.acknowledged_at else "",
    }


def _newest_events() -> list[AlertEvent]:
    return list(AlertEvent.objects.select_related("alert__rule").order_by("-at", "-pk")[:EVENTS_SHOWN])


def _event(event: AlertEvent, names: dict[str, str], now: datetime) -> dict[str, Any]:
    moved = event.now and event.now != event.was
    words = STATE_WORDS[State(event.now)] if moved else WHAT.get(event.what, event.what)
    return {
        "at": say_when(event.at, now=now),
        "name": show_text(name_alert(event.alert.rule, event.alert.cell, names)),
        "words": words,
        "state": event.now if moved else "",
        "value": tell_kept(event.value, event.value_words),
        "who": show_text(event.who),
        "note": show_text(event.note),
    }


def _failing(channel: AlertChannel, now: datetime) -> dict[str, str]:
    since = say_when(channel.failing_since, now=now) if channel.failing_since else ""
    return {"name": show_text(channel.name), "since": since, "problem": channel.problem}
