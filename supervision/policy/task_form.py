"""A type of task as a form: what stands in its fields, what is wrong with them in words, and the setting it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agentops.domain.policy.task_settings import TaskSetting
from agentops.domain.tiers import ActionTier, permitted_tiers
from agentops.models import TaskType, read_routing_policy
from supervision.policy.route_rows import RouteRow, fill_rows, read_rows

NUMBERS = {
    "max_iterations": (gettext_noop("Steps"), 1, 100, 1),
    "max_tokens": (gettext_noop("Tokens"), 256, 2_000_000, 1),
    "max_active_ms": (gettext_noop("Working time, in seconds"), 1, 600, 1_000),
    "max_tool_calls": (gettext_noop("Tool calls"), 1, 200, 1),
    "max_identical_calls": (gettext_noop("The same call, times"), 1, 20, 1),
    "answer_minutes": (gettext_noop("A request waits for, in minutes"), 5, 10_080, 1),
}
"""Each limit: its words, the least and the most that may stand in its field, and how many of the stored unit one is."""

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What stands in the form. `errors` say per field what is wrong; `setting` is there where nothing is."""

    fields: Mapping[str, str]
    rows: tuple[RouteRow, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    setting: TaskSetting | None = None


def draft_of_task(setting: TaskSetting, *, today: date, errors: Mapping[str, str] | None = None) -> TaskDraft:
    """The form filled with a setting."""
    fields = {name: f"{getattr(setting, name) / unit:g}" for name, (_w, _l, _m, unit) in NUMBERS.items()}
    # Six digits are as far as ":g" goes.
    fields["max_tokens"] = f"{setting.max_tokens:,}"
    tiers = permitted_tiers(setting.permitted_tiers)
    fields["upto"] = max(tiers, key=lambda tier: tier.rank).value if tiers else NOTHING
    fields |= {"enabled": "on" if setting.enabled else "", "prompt": setting.prompt}
    rows = fill_rows(setting.routes, general=read_routing_policy().setting.routes, today=today)
    return TaskDraft(fields, rows, errors or {}, setting)


def read_task_draft(post: Mapping[str, str], *, task: TaskType, today: date) -> TaskDraft:
    """What somebody sent; whatever is wrong, everything typed is kept."""
    names = (*NUMBERS, "upto", "enabled", "prompt")
    fields = {name: post.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip() for name in names}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: _read_number(name, fields[name], errors) for name in NUMBERS}
    known = [NOTHING, *(tier.value for tier in ActionTier)]
    if fields["upto"] not in known:
        errors["upto"] = _("Choose one of these.")
    elif fields["upto"] == NOTHING:
        values["permitted_tiers"] = ()
    else:
        values["permitted_tiers"] = tuple(tier.value for tier in ActionTier)[: known.index(fields["upto"])]
    if not fields["prompt"]:
        errors["prompt"] = _("Write what the assistant is to do.")
    general = read_routing_policy().setting.routes
    rows, routes = read_rows(post, task.setting.routes, general=general, today=today)
    for row in rows:
        errors |= row.errors
    values |= {"enabled": bool(fields["enabled"]), "prompt": fields["prompt"], "routes": routes}
    return TaskDraft(fields, rows, errors, None if errors else TaskSetting.model_validate(values))


def _read_number(name: str, text: str, errors: dict[str, str]) -> int | None:
    _words, least, most, unit = NUMBERS[name]
    plain = text.replace(",", "").replace(" ", "")
    if plain.isascii() and plain.isdecimal() and len(plain) < 9 and least <= int(plain) <= most:
        return int(plain) * unit
    errors[name] = _("Write a whole number from %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
    return None
