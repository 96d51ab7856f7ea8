"""A change of policy: what differs, in words, and whether it gives an agent more room than it had."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agentops.domain.policy.rules import Rule
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RouteSetting, TaskSetting
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier, effective_tier, permitted_tiers, read_tier

UNBOUNDED = float("inf")


class Direction(StrEnum):
    """Where a change leads: to less room for the agent, to more, or neither."""

    STRICTER = "stricter"
    LOOSER = "looser"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs, before and after as people read it. `name` is the setting's own."""

    name: str
    label: str
    before: str
    after: str
    direction: Direction


def is_looser(differences: list[Difference]) -> bool:
    """Whether a change gives the agent more room anywhere: it then takes a second admin, whatever else it tightens."""
    return any(one.direction is Direction.LOOSER for one in differences)


def is_stricter(differences: list[Difference]) -> bool:
    """Whether a change takes room away anywhere."""
    return any(one.direction is Direction.STRICTER for one in differences)


def compare_tools(before: ToolSetting, after: ToolSetting, *, floor: ActionTier | None) -> list[Difference]:
    """What differs between two settings of one tool, in the order of the form."""
    old, new = (effective_tier(floor=floor, configured=one.tier) for one in (before, after))
    asked, asks = (one.confirmation_for(floor) for one in (before, after))
    pairs = [
        _row("tier", "What it does", _say_tier(before.tier), _say_tier(after.tier), new.rank - old.rank),
        _row("confirmation", "Who confirms", asked.words, asks.words, asks.rank - asked.rank),
        _row("ask_requester", "The caller is asked first", *_yes_no(before.ask_requester, after.ask_requester),
             after.ask_requester - before.ask_requester),
        _row("one_on_duty", "Somebody alone on duty may do it", *_yes_no(before.one_on_duty, after.one_on_duty),
             before.one_on_duty - after.one_on_duty),
        _row("answerers", "Who may answer", before.answerers.words, after.answerers.words,
             after.answerers.rank - before.answerers.rank),
        _row("hold_seconds", "A yes is held for", _say_hold(before, floor), _say_hold(after, floor),
             after.hold_for(floor) - before.hold_for(floor)),
        _row("expires_minutes", "A request waits for", _say_wait(before), _say_wait(after), 0),
        *(_bound(name, label, getattr(before, name), getattr(after, name)) for name, label in _BOUNDS.items()),
        _row("enabled", "Switched on", *_yes_no(before.enabled, after.enabled), before.enabled - after.enabled),
        *_compare_rules(before, after, floor=floor),
    ]  # fmt: skip
    return [one for one in pairs if one]


def compare_tasks(
    before: TaskSetting, after: TaskSetting, *, caps: Mapping[tuple[str, str], int] | None = None
) -> list[Difference]:
    """What differs between two settings of one type of task.

    `caps` are those of all types, by provider and decision: they count where it has no model of its own.
    """
    old, new = permitted_tiers(before.permitted_tiers), permitted_tiers(after.permitted_tiers)
    pairs = [
        _row("permitted_tiers", "May do", _say_tiers(old), _say_tiers(new), len(old) - len(new)),
        *(_bound(name, label, getattr(before, name), getattr(after, name)) for name, label in _TASK_BOUNDS.items()),
        _row("answer_minutes", "A request waits for", f"{before.answer_minutes} minutes",
             f"{after.answer_minutes} minutes", 0),
        _row("enabled", "Switched on", *_yes_no(before.enabled, after.enabled), before.enabled - after.enabled),
        _row("prompt", "Instructions", before.prompt, after.prompt, 0),
        *_compare_routes(before.routes, after.routes, caps=caps or {}),
    ]  # fmt: skip
    return [one for one in pairs if one]


_BOUNDS = {
    "per_run": "At most in one request",
    "per_hour": "At most in an hour",
    "per_day": "At most in a day",
    "per_patient_day": "At most in a day for one patient",
}
_TASK_BOUNDS = {
    "max_iterations": "Steps",
    "max_tokens": "Tokens",
    "max_active_ms": "Working time in ms",
    "max_tool_calls": "Tool calls",
    "max_identical_calls": "Times the same call",
}


def _row(name: str, label: str, before: str, after: str, stricter_by: float) -> Difference | None:
    if before == after and not stricter_by:
        return None
    direction = Direction.STRICTER if stricter_by > 0 else Direction.LOOSER if stricter_by < 0 else Direction.NEITHER
    return Difference(name, label, before, after, direction)


def _bound(name: str, label: str, before: int | None, after: int | None) -> Difference | None:
    old, new = (UNBOUNDED if bound is None else bound for bound in (before, after))
    if old == new:
        return None
    was, now = (f"{bound:,}" if bound is not None else "No limit" for bound in (before, after))
    return _row(name, label, was, now, 1 if new < old else -1)


def _compare_rules(
    before: ToolSetting, after: ToolSetting, *, floor: ActionTier | None
) -> Iterator[Difference | None]:
    """A rule may go or change only where another one asks for no less wherever it did."""
    old, new = ({rule.number: rule for rule in setting.rules} for setting in (before, after))
    for number in sorted(old.keys() | new.keys()):
        was, now = old.get(number), new.get(number)
        if was == now:
            continue
        covered = was is None or any(rule.covers(was) for rule in after.rules)
        first, then = (f"If {rule.words}: {rule.outcome}" if rule else "None" for rule in (was, now))
        idle = now is not None and _is_idle(now, before, floor=floor)
        if now and idle and _is_idle(now, after, floor=floor):
            then += ". This changes nothing: every call of this tool needs it already"
        adds = now is not None and not idle and not any(rule.covers(now) for rule in before.rules)
        yield _row("rules", f"Rule {number}", first, then, -1 if not covered else int(adds))


def _is_idle(rule: Rule, setting: ToolSetting, *, floor: ActionTier | None) -> bool:
    """Whether every call takes already what this rule asks for."""
    tier = effective_tier(floor=floor, configured=setting.tier)
    raises = rule.raises_to is not None and rule.raises_to.rank > tier.rank
    return not raises and rule.asks.rank <= setting.confirmation_for(floor).rank


def _compare_routes(
    before: tuple[RouteSetting, ...], after: tuple[RouteSetting, ...], *, caps: Mapping[tuple[str, str], int]
) -> Iterator[Difference | None]:
    """Another model is neither stricter nor looser; more tokens are more room, and so is what nobody can tell."""
    old, new = ({route.place: route for route in routes} for routes in (before, after))
    for place in sorted(old.keys() | new.keys()):
        provider, decision, day = place
        general = caps.get((provider, decision))
        was, now = (one.max_tokens if one else general for one in (old.get(place), new.get(place)))
        before_words, after_words = (
            f"{one.model}, {one.max_tokens:,} tokens" if one else "As for all types"
            for one in (old.get(place), new.get(place))
        )
        label = f"Model to {DecisionType(decision).words}, from {day:%-d %B %Y}"
        yield _row("routes", label, before_words, after_words, -1 if was is None or now is None else was - now)


def _yes_no(*values: bool) -> tuple[str, str]:
    before, after = ("Yes" if value else "No" for value in values)
    return before, after


def _say_tier(tier: str) -> str:
    return read_tier(tier).words if tier else "Not classified: treated as “Cannot be undone”"


def _say_tiers(tiers: frozenset[ActionTier]) -> str:
    return ", ".join(tier.words for tier in ActionTier if tier in tiers) or "Nothing"


def _say_hold(setting: ToolSetting, floor: ActionTier | None) -> str:
    seconds = setting.hold_for(floor)
    usual = " (the usual)" if setting.hold_seconds is None else ""
    return f"{seconds} seconds{usual}" if seconds else f"Not at all{usual}"


def _say_wait(setting: ToolSetting) -> str:
    return f"{setting.expires_minutes} minutes" if setting.expires_minutes else "As long as the type of task says"
