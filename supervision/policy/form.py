"""A tool's setting as a form: what stands in its fields, what is wrong with them in words, and the setting it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from agentops.domain.holds import LONGEST_SECONDS
from agentops.domain.policy.rules import Confirmation, Rule
from agentops.domain.policy.settings import LONGEST_MINUTES, MOST_CALLS, Answerers, Expiry, ToolSetting
from agentops.domain.tiers import ActionTier
from agentops.models import ToolPolicy
from supervision.policy.answering import why_no_answerers
from supervision.policy.rule_rows import RuleRow, read_rules, row_of

NUMBERS = {
    "hold_seconds": (0, LONGEST_SECONDS),
    "expires_minutes": (5, LONGEST_MINUTES),
    "per_run": (1, MOST_CALLS),
    "per_hour": (1, MOST_CALLS),
    "per_day": (1, MOST_CALLS),
    "per_patient_day": (1, MOST_CALLS),
}
"""Fields that hold a whole number, between these two, or nothing."""

SWITCHES = ("enabled", "ask_requester", "one_on_duty")
FIELDS = ("tier", "confirmation", "answerers", "on_expiry", *NUMBERS, *SWITCHES)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form. `errors` say per field what is wrong; `setting` is there where nothing is."""

    fields: Mapping[str, str]
    rows: tuple[RuleRow, ...] = ()
    teams: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    setting: ToolSetting | None = None


def draft_of(setting: ToolSetting, *, errors: Mapping[str, str] | None = None) -> Draft:
    """The form filled with a setting."""
    values = setting.model_dump(mode="json")
    fields = {name: _text(values[name]) for name in FIELDS}
    return Draft(fields, tuple(row_of(rule) for rule in setting.rules), setting.teams, errors or {}, setting)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def read_draft(post: Mapping[str, str], *, keys: list[str], teams: list[str], policy: ToolPolicy) -> Draft:
    """What somebody sent: `keys` name the rows of rules in it. Whatever is wrong, everything typed is kept."""
    fields = {name: post.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: _read_number(name, fields[name], errors) for name in NUMBERS}
    values |= {name: bool(fields[name]) for name in SWITCHES}
    values["tier"] = _read_choice("tier", fields, [tier.value for tier in ActionTier], errors, empty=not policy.tier)
    values["confirmation"] = _read_choice("confirmation", fields, list(Confirmation), errors)
    values["answerers"] = _read_choice("answerers", fields, list(Answerers), errors)
    values["on_expiry"] = _read_choice("on_expiry", fields, list(Expiry), errors)
    named = values["teams"] = tuple(sorted(set(teams)))
    if told := why_no_answerers(values["answerers"], named):
        errors["teams"] = told
    rows, rules = read_rules(post, keys=keys, policy=policy)
    for row in rows:
        errors |= row.errors
    setting = None if errors else _make_setting(values, rules, policy=policy)
    return Draft(fields, rows, named, errors, setting)


def _make_setting(values: dict[str, Any], rules: tuple[Rule, ...], *, policy: ToolPolicy) -> ToolSetting:
    return ToolSetting.model_validate(values | {"rules": rules, "last_rule": policy.last_rule})


def _read_number(name: str, text: str, errors: dict[str, str]) -> int | None:
    least, most = NUMBERS[name]
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 9 and least <= int(text) <= most:
        return int(text)
    words = _("Write a whole number from %(least)s to %(most)s, or leave it empty.")
    errors[name] = words % {"least": f"{least:,}", "most": f"{most:,}"}
    return None


def _read_choice(
    name: str, fields: Mapping[str, str], known: list[Any], errors: dict[str, str], *, empty: bool = False
) -> str:
    value = fields[name]
    if value in known or (empty and not value):
        return value
    words = {"tier": _("Choose one of the four levels.")}
    errors[name] = words.get(name, _("Choose one of these."))
    return value
