"""`manage.py check_alerts`: look at every rule once, send what is due, and print how each alert stands."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agentops.models import TaskType
from supervision.alerts.states import State
from supervision.alerts.words import STATE_WORDS, name_alert
from supervision.models import Alert
from supervision.watch import look_at_rules, send_due


class Command(BaseCommand):
    help = "Look at every alert rule once, send what is due, and print how each alert stands."

    def handle(self, **_: Any) -> None:
        """For a scheduler, where no web process looks (HANDRAIL_WATCH_SECONDS=0)."""
        look_at_rules(now=timezone.now())
        send_due(now=timezone.now())
        names = dict(TaskType.objects.values_list("slug", "name"))
        for alert in Alert.objects.filter(rule__enabled=True).select_related("rule").order_by("rule_id", "cell"):
            state = STATE_WORDS[State(alert.state)]
            self.stdout.write(f"{state:<8} {name_alert(alert.rule, alert.cell, names)}: {alert.value}")
