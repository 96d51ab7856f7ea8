"""The argument rules of a tool as rows of its form: numbered, added at the end, removed by a tick."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agentops.domain.policy.rules import MOST_CONDITIONS, MOST_RULES, Condition, Kind, Operator, Rule, Subject
from agentops.domain.policy.settings import ToolSetting
from agentops.models import ToolPolicy

NEW = "new"
MOST_CHARS = 200
OUTCOMES = (
    ("|staff", gettext_lazy("a person decides")),
    ("|two", gettext_lazy("two people decide")),
    ("risky|staff", gettext_lazy("it counts as “Hard to undo”")),
    ("destructive|staff", gettext_lazy("it counts as “Cannot be undone”")),
    ("destructive|two", gettext_lazy("it counts as “Cannot be undone”, and two people decide")),
    ("risky|two", gettext_lazy("it counts as “Hard to undo”, and two people decide")),
)
"""What a rule may ask for, as tier and confirmation."""


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison in a row: what is looked at and how, and the value typed beside it."""

    name: str
    looks: str = ""
    value: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in the form. `key` is its number, or "new"; a row that is `gone` is to be removed."""

    key: str
    parts: tuple[Part, ...]
    outcome: str = OUTCOMES[0][0]
    gone: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def open_parts(self) -> tuple[Part, ...]:
        """The comparisons that are there, and an empty one to write one more in."""
        return self.parts[: max(sum(bool(part.looks or part.value) for part in self.parts) + 1, 2)]

    @property
    def folded_parts(self) -> tuple[Part, ...]:
        """The empty ones after these, up to as many as a rule can have."""
        return self.parts[len(self.open_parts) :]


def empty_row() -> RuleRow:
    """The row in which a rule is added."""
    return RuleRow(NEW, _fill_up([], key=NEW))


def row_of(rule: Rule) -> RuleRow:
    """A rule in its row."""
    key = str(rule.number)
    given = [(_look_of(one.subject, one.operator), _say_value(one)) for one in rule.conditions]
    parts = [Part(f"r{key}-{index}", *both) for index, both in enumerate(given)]
    return RuleRow(key, _fill_up(parts, key=key), f"{rule.tier or ''}|{rule.confirmation}")


def _fill_up(parts: list[Part], *, key: str) -> tuple[Part, ...]:
    """The comparisons of a rule, and empty ones up to as many as it can have."""
    return (*parts, *(Part(f"r{key}-{index}") for index in range(len(parts), MOST_CONDITIONS)))


def looks_of(policy: ToolPolicy) -> list[tuple[str, str]]:
    """What a rule of this tool may look at and how, as (value, words) of a list to choose from.

    Numbers that only name a row are there where a rule looks at them already.
    """
    used = {one.subject for rule in policy.setting.rules for one in rule.conditions}
    return [
        (_look_of(subject, operator), f"{_(subject.plain)}: {_(operator.words)}")
        for subject in policy.looked_at
        for operator in Operator
        if operator.kind is subject.kind and (not subject.is_handle or subject in used)
    ]


def read_rules(
    post: Mapping[str, str], *, keys: list[str], policy: ToolPolicy
) -> tuple[tuple[RuleRow, ...], tuple[Rule, ...]]:
    """The rows as they were sent, and the rules of those that are right. A new rule takes the next number.

    One that was added, checked and not saved yet comes back under the number that it would have.
    """
    setting: ToolSetting = policy.setting
    coming = setting.last_rule + 1
    numbers = {*(str(rule.number) for rule in setting.rules), str(coming)}
    rows: list[RuleRow] = []
    rules: list[Rule] = []
    for key in dict.fromkeys(keys):
        if key not in numbers and key != NEW:
            continue
        if key == NEW and not _typed(post, key=NEW):
            continue
        row, conditions = _read_row(post, key=key, policy=policy)
        rows.append(row)
        if row.gone or row.errors:
            continue
        if len(rules) == MOST_RULES:
            told = {f"r{key}-outcome": _("A tool can have %(most)s rules. Remove one first.") % {"most": MOST_RULES}}
            rows[-1] = replace(row, errors=told)
            continue
        number = int(key) if key != NEW else max([coming, *(rule.number + 1 for rule in rules)])
        tier, _sep, confirmation = row.outcome.partition("|")
        rules.append(
            Rule.model_validate(
                {"number": number, "conditions": conditions, "tier": tier or None, "confirmation": confirmation}
            )
        )
    return tuple(rows), tuple(rules)


def _read_row(post: Mapping[str, str], *, key: str, policy: ToolPolicy) -> tuple[RuleRow, tuple[Condition, ...]]:
    known = {
        _look_of(subject, operator): (subject, operator)
        for subject in policy.looked_at
        for operator in Operator
        if operator.kind is subject.kind
    }
    parts: list[Part] = []
    conditions: list[Condition] = []
    for looks, value in _typed(post, key=key) or [("", "")]:
        condition, error = _read_condition(known.get(looks), value)
        parts.append(Part(f"r{key}-{len(parts)}", looks, value, error))
        conditions += [condition] if condition else []
    outcome = post.get(f"r{key}-outcome", "")
    errors = {f"{part.name}-value": part.error for part in parts if part.error}
    if outcome not in dict(OUTCOMES):
        errors[f"r{key}-outcome"] = _("Choose what the rule asks for.")
    gone = bool(post.get(f"r{key}-gone"))
    return RuleRow(key, _fill_up(parts, key=key), outcome, gone, {} if gone else errors), tuple(conditions)


def _typed(post: Mapping[str, str], *, key: str) -> list[tuple[str, str]]:
    """What was chosen and typed for each comparison of a rule; those that were left empty close up."""
    names = [f"r{key}-{index}" for index in range(MOST_CONDITIONS)]
    given = [(post.get(f"{name}-looks", ""), post.get(f"{name}-value", "").strip()[:MOST_CHARS]) for name in names]
    return [(looks, value) for looks, value in given if looks or value]


def _read_condition(found: tuple[Subject, Operator] | None, value: str) -> tuple[Condition | None, str]:
    if found is None:
        return None, _("Choose what the rule looks at, or remove the rule.")
    subject, operator = found
    if operator.kind is Kind.TRUTH:
        return Condition(subject=subject, operator=operator), ""
    if not value:
        return None, _("Write what it is compared with.")
    if operator.kind is Kind.TEXT:
        return Condition(subject=subject, operator=operator, value=value), ""
    number = _read_number(value)
    if number is None:
        return None, _("Write a number, such as 48.")
    return Condition(subject=subject, operator=operator, value=number), ""


def _read_number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e9 else None


def _look_of(subject: Subject, operator: Operator) -> str:
    return f"{subject.source}|{subject.name}|{operator.value}"


def _say_value(condition: Condition) -> str:
    if condition.value is None:
        return ""
    return f"{condition.value:g}" if isinstance(condition.value, float) else condition.value
