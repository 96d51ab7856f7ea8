"""The versions of the policy as a whole: each change of a tool or of a type of task that came into force made one."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from agentops.domain.visible_text import show_text
from agentops.models import FIRST_POLICY, TaskType, ToolPolicy, find_in_force
from supervision.phrases import named
from supervision.wording import say_day

UNKNOWN = 0
"""The version of a run that ended before versions were kept with runs."""


def name_policies() -> dict[int, str]:
    """What each version is called, by what was changed with it and when; the newest is the last one."""
    names = {
        "tool": dict(ToolPolicy.objects.exclude(label="").values_list("tool", "label")),
        "task_type": dict(TaskType.objects.values_list("slug", "name")),
    }
    changes = find_in_force().values_list("kind", "subject", "settled_at")
    return {
        UNKNOWN: _("Before versions were kept"),
        FIRST_POLICY: _("Version %(n)s, as installed") % {"n": FIRST_POLICY},
        **{
            n: _name_version(n, _name_subject(names.get(kind), subject), settled_at)
            for n, (kind, subject, settled_at) in enumerate(changes, FIRST_POLICY + 1)
        },
    }


def _name_subject(known: dict[str, str] | None, subject: str) -> str:
    """A tool or a type of task by its name; what is of all types, by no subject of its own."""
    return _("Models for all types") if known is None else named(known.get(subject, subject))


def _name_version(number: int, changed: str, settled_at: datetime | None) -> str:
    day = say_day(timezone.localtime(settled_at).date()) if settled_at else ""
    return _("Version %(n)s: %(what)s, %(day)s") % {"n": number, "what": show_text(changed), "day": day}
