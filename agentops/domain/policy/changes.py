"""A change of policy: what differs, in words, and whether it gives an agent more room than it had."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agentops.domain.phrases import Phrase, join_phrases, say, say_date
from agentops.domain.policy.rules import Rule
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RouteSetting, RoutingSetting, TaskSetting
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
        _row("tier", say("What it does"), _say_tier(before.tier), _say_tier(after.tier), new.rank - old.rank),
        _row("confirmation", say("Who confirms"), say(asked.words), say(asks.words), asks.rank - asked.rank),
        _row("ask_requester", say("The caller is asked first"), *_yes_no(before.ask_requester, after.ask_requester),
             after.ask_requester - before.ask_requester),
        _row("one_on_duty", say("Somebody alone on duty may do it"), *_yes_no(before.one_on_duty, after.one_on_duty),
             before.one_on_duty - after.one_on_duty),
        _row("answerers", say("Who may answer"), say(before.answerers.words), say(after.answerers.words),
             after.answerers.rank - before.answerers.rank),
        *_compare_teams(before.teams, after.teams),
        _row("hold_seconds", say("A yes is held for"), _say_hold(before, floor), _say_hold(after, floor),
             after.hold_for(floor) - before.hold_for(floor)),
        _row("expires_minutes", say("A request waits for"), _say_wait(before), _say_wait(after), 0),
        _row("on_expiry", say("If nobody answers in time"), say(before.on_expiry.words), say(after.on_expiry.words),
             after.on_expiry.rank - before.on_expiry.rank),
        *(_bound(name, label, getattr(before, name), getattr(after, name)) for name, label in _BOUNDS.items()),
        _row("enabled", say("Switched on"), *_yes_no(before.enabled, after.enabled), before.enabled - after.enabled),
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
        _row("permitted_tiers", say("May do"), _say_tiers(old), _say_tiers(new), len(old) - len(new)),
        *(_bound(name, label, getattr(before, name), getattr(after, name)) for name, label in _TASK_BOUNDS.items()),
        _row("answer_minutes", say("A request waits for"), say("%(number)s minutes", number=before.answer_minutes),
             say("%(number)s minutes", number=after.answer_minutes), 0),
        _row("enabled", say("Switched on"), *_yes_no(before.enabled, after.enabled), before.enabled - after.enabled),
        _row("prompt", say("Instructions"), before.prompt, after.prompt, 0),
        *_compare_routes(before.routes, after.routes, caps=caps or {}),
    ]  # fmt: skip
    return [one for one in pairs if one]


def compare_routing(before: RoutingSetting, after: RoutingSetting) -> list[Difference]:
    """What differs between two sets of routes for all types: on each day on which either begins something.

    Another model is neither stricter nor looser, more tokens are more room, and a model where there was none is.
    """
    rows = []
    for provider, decision, day in sorted({one.place for one in (*before.routes, *after.routes)}):
        was, now = (setting.find(provider, decision, on=day) for setting in (before, after))
        if _say_route(was) == _say_route(now):
            continue
        fewer = (was.max_tokens if was else 0) - (now.max_tokens if now else 0)
        rows.append(_row("routes", _label_route(decision, day), _say_route(was), _say_route(now), fewer))
    return [one for one in rows if one]


_BOUNDS = {
    "per_run": say("At most in one request"),
    "per_hour": say("At most in an hour"),
    "per_day": say("At most in a day"),
    "per_patient_day": say("At most in a day for one patient"),
}
_TASK_BOUNDS = {
    "max_iterations": say("Steps"),
    "max_tokens": say("Tokens"),
    "max_active_ms": say("Working time in ms"),
    "max_tool_calls": say("Tool calls"),
    "max_identical_calls": say("Times the same call"),
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
    was, now = (f"{bound:,}" if bound is not None else say("No limit") for bound in (before, after))
    return _row(name, label, was, now, 1 if new < old else -1)


def _compare_teams(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Difference | None]:
    """To name teams at all shuts the others out; of those that are named some may come and others go."""
    if not before or not after:
        told = say("Teams that may answer")
        yield _row("teams", told, _say_teams(before), _say_teams(after), bool(after) - bool(before))
        return
    come, gone = set(after) - set(before), set(before) - set(after)
    if come:
        yield _row("teams", say("Teams that may answer too"), say("None"), ", ".join(sorted(come)), -1)
    if gone:
        yield _row("teams", say("Teams that may answer no more"), say("None"), ", ".join(sorted(gone)), 1)


def _compare_rules(before: ToolSetting, after: ToolSetting, *, floor: ActionTier | None) -> Iterator[Difference | None]:
    """A rule may go or change only where another one asks for no less wherever it did."""
    old, new = ({rule.number: rule for rule in setting.rules} for setting in (before, after))
    for number in sorted(old.keys() | new.keys()):
        was, now = old.get(number), new.get(number)
        if was == now:
            continue
        covered = was is None or any(rule.covers(was) for rule in after.rules)
        first, then = (_say_rule(rule) for rule in (was, now))
        idle = now is not None and _is_idle(now, before, floor=floor)
        if now and idle and _is_idle(now, after, floor=floor):
            then = say("%(rule)s. This changes nothing: every call of this tool needs it already", rule=then)
        adds = now is not None and not idle and not any(rule.covers(now) for rule in before.rules)
        yield _row("rules", say("Rule %(number)s", number=number), first, then, -1 if not covered else int(adds))


def _say_rule(rule: Rule | None) -> Phrase:
    if rule is None:
        return say("None")
    return say("If %(words)s: %(outcome)s", words=rule.words, outcome=rule.outcome)


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
            _say_route(one) if one else say("As for all types") for one in (old.get(place), new.get(place))
        )
        label = _label_route(decision, day)
        yield _row("routes", label, before_words, after_words, -1 if was is None or now is None else was - now)


def _label_route(decision: str, day: date) -> Phrase:
    return say("Model to %(task)s, from %(since)s", task=say(DecisionType(decision).words), since=say_date(day))


def _say_route(route: RouteSetting | None) -> Phrase:
    if route is None:
        return say("None")
    return say("%(model)s, %(number)s tokens", model=route.model, number=f"{route.max_tokens:,}")


def _yes_no(*values: bool) -> tuple[str, str]:
    before, after = (say("Yes") if value else say("No") for value in values)
    return before, after


def _say_tier(tier: str) -> str:
    return say(read_tier(tier).words) if tier else say("Not classified: treated as “Cannot be undone”")


def _say_tiers(tiers: frozenset[ActionTier]) -> str:
    return join_phrases([say(tier.words) for tier in ActionTier if tier in tiers], between=", ") or say("Nothing")


def _say_teams(teams: tuple[str, ...]) -> str:
    return ", ".join(sorted(teams)) or say("Every team")


def _say_hold(setting: ToolSetting, floor: ActionTier | None) -> str:
    seconds = setting.hold_for(floor)
    held = say("%(number)s seconds", number=seconds) if seconds else say("Not at all")
    return say("%(held)s (the usual)", held=held) if setting.hold_seconds is None else held


def _say_wait(setting: ToolSetting) -> str:
    if setting.expires_minutes:
        return say("%(number)s minutes", number=setting.expires_minutes)
    return say("As long as the type of task says")
