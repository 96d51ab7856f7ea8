"""What every page of a manager says of alerts: the raised ones that nobody has taken on."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from agentops.models import TaskType
from supervision.alert_rows import Alert
from supervision.alerts.words import name_alert
from supervision.phrases import named

NAMED = 2


class Raised(NamedTuple):
    """How many there are, how many of them are more than a warning, and what the worst are of."""

    number: int
    alerts: int
    names: list[str]


def read_raised(now: datetime) -> Raised | None:
    """One query on an index of what is raised, which is nearly always nothing; None where it is nothing."""
    audible = Q(silenced_until=None) | Q(silenced_until__lte=now)
    found = Alert.objects.filter(audible, state__in=["warn", "alert"], acknowledged_by="", rule__enabled=True)
    rows = list(found.select_related("rule").order_by("state", "-since")[:200])  # "alert" stands before "warn"
    if not rows:
        return None
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    said = [name_alert(row.rule, row.cell, names) for row in rows[:NAMED]]
    return Raised(len(rows), sum(row.state == "alert" for row in rows), said)
