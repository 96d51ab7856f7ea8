"""How dangerous a tool is, and the gate that every proposed call passes."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class ActionTier(StrEnum):
    """What a call does to the world, from harmless to final. Order of definition is order of harm."""

    READ = "read"
    SAFE = "safe"
    RISKY = "risky"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for read up to 3 for destructive."""
        return _RANKS[self]

    @property
    def words(self) -> str:
        """What staff read instead of the name."""
        return {
            ActionTier.READ: "Look-up only",
            ActionTier.SAFE: "Easy to undo",
            ActionTier.RISKY: "Hard to undo",
            ActionTier.DESTRUCTIVE: "Cannot be undone",
        }[self]

    @property
    def needs_person(self) -> bool:
        """Whether a call of this tier waits for staff."""
        return self.rank >= ActionTier.RISKY.rank


_RANKS = {tier: rank for rank, tier in enumerate(ActionTier)}


def read_tier(value: str | None) -> ActionTier:
    """Read a stored tier. What nobody classified, and what cannot be read, is destructive."""
    try:
        return ActionTier(value or "")
    except ValueError:
        return ActionTier.DESTRUCTIVE


def permitted_tiers(values: Collection[str]) -> frozenset[ActionTier]:
    """The tiers that a stored list permits; an unreadable entry permits nothing."""
    known = {tier.value for tier in ActionTier}
    return frozenset(ActionTier(value) for value in values if value in known)


def effective_tier(*, floor: ActionTier | None, configured: str | None) -> ActionTier:
    """The stricter of the tool's floor in code and the tier an admin gave it; a missing one counts as destructive."""
    if floor is None:
        return ActionTier.DESTRUCTIVE
    return max(floor, read_tier(configured), key=lambda tier: tier.rank)


class Gate(StrEnum):
    """What the gate says of a call: run it, let a person decide, or refuse it."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer. `rule` is the sentence a person reads under "Why it needs you"; `code` names a refusal."""

    gate: Gate
    tier: ActionTier
    rule: str
    code: str = ""


def judge_call(*, tier: ActionTier, permitted: Collection[ActionTier], enabled: bool, approvable: bool) -> Verdict:
    """Decide on one well-formed call.

    Order matters: a stopped tool is refused before its tier is looked at; a tier that this task type does not permit
    is refused before anyone is asked.
    """
    if not enabled:
        return Verdict(Gate.REFUSE, tier, "This tool is switched off.", "tool_disabled")
    if tier not in permitted:
        rule = f"This assistant may not do what is “{tier.words.lower()}”."
        return Verdict(Gate.REFUSE, tier, rule, "tier_not_permitted")
    if not tier.needs_person:
        return Verdict(Gate.ALLOW, tier, f"“{tier.words}” runs without asking.")
    if not approvable:
        return Verdict(Gate.ASK, tier, "Nobody has described this tool in plain words, so it can only be turned down.")
    return Verdict(Gate.ASK, tier, f"“{tier.words}” always needs a person.")
