"""Argument rules: what a call does or what is known of it, and what it then takes. A rule can only tighten."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from agentops.domain.phrases import Phrase, say, sayable
from agentops.domain.tiers import ActionTier

MOST_RULES = 20
MOST_CONDITIONS = 6


class Kind(StrEnum):
    """What sort of value a rule looks at."""

    TRUTH = "truth"
    NUMBER = "number"
    TEXT = "text"


class Operator(StrEnum):
    """How a value is compared. Each belongs to one kind of value."""

    YES = "yes"
    NO = "no"
    UNDER = "under"
    OVER = "over"
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"

    @property
    def kind(self) -> Kind:
        """The kind of value it compares."""
        return _KINDS[self]

    @property
    def words(self) -> str:
        """How it reads between what is looked at and the value."""
        return _WORDS[self]


_KINDS = {
    Operator.YES: Kind.TRUTH,
    Operator.NO: Kind.TRUTH,
    Operator.UNDER: Kind.NUMBER,
    Operator.OVER: Kind.NUMBER,
    Operator.IS: Kind.TEXT,
    Operator.IS_NOT: Kind.TEXT,
    Operator.CONTAINS: Kind.TEXT,
}
_WORDS = {
    Operator.YES: sayable("yes"),
    Operator.NO: sayable("no"),
    Operator.UNDER: sayable("under"),
    Operator.OVER: sayable("over"),
    Operator.IS: sayable("is"),
    Operator.IS_NOT: sayable("is not"),
    Operator.CONTAINS: sayable("contains"),
}


class Confirmation(StrEnum):
    """Who has to say yes before a call runs, from nobody to two people. Order of definition is order of strictness."""

    NOBODY = "nobody"
    STAFF = "staff"
    TWO = "two"

    @property
    def rank(self) -> int:
        """0 for nobody up to 2 for two people."""
        return _RANKS[self]

    @property
    def words(self) -> str:
        """What staff read instead of the name."""
        return {
            Confirmation.NOBODY: sayable("Nobody"),
            Confirmation.STAFF: sayable("One of the staff"),
            Confirmation.TWO: sayable("Two people"),
        }[self]


_RANKS = {who: rank for rank, who in enumerate(Confirmation)}


class Subject(BaseModel):
    """Something a rule may look at: a typed argument of the call, or a fact that is known of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Literal["argument", "fact"]
    name: str
    kind: Kind
    words: str

    @property
    def plain(self) -> str:
        """Its words for people. Two subjects are one by what is stored, so that old rules keep their meaning."""
        return sayable("the text") if (self.source, self.name) == ("argument", "body") else self.words

    @property
    def is_handle(self) -> bool:
        """Whether it only names a row or its version: a number that says nothing about what is asked for."""
        return self.source == "argument" and (self.name in ("id", "version") or self.name.endswith("_id"))


class Condition(BaseModel):
    """One comparison. `value` is a number or a text as the operator wants it; for yes and no there is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Subject
    operator: Operator
    value: float | str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wanted = {Kind.TRUTH: type(None), Kind.NUMBER: float, Kind.TEXT: str}[self.operator.kind]
        if self.operator.kind is not self.subject.kind or not isinstance(self.value, wanted):
            raise ValueError("the operator does not fit what is looked at")
        return self

    @cached_property
    def words(self) -> Phrase:
        """The comparison as it is quoted on a request."""
        subject = say(self.subject.plain)
        match self.operator:
            case Operator.YES:
                return subject
            case Operator.NO:
                return say("not: %(subject)s", subject=subject)
            case Operator.UNDER | Operator.OVER:
                value = f"{self.value:g}"
            case _:
                value = f"“{self.value}”"
        compared = say(self.operator.words)
        return say("%(subject)s %(compared)s %(value)s", subject=subject, compared=compared, value=value)

    def check(self, *, arguments: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
        """Whether it holds; None where that cannot be told: the value is missing or of another kind."""
        found = (arguments if self.subject.source == "argument" else facts).get(self.subject.name)
        match self.operator:
            case Operator.YES:
                return found if isinstance(found, bool) else None
            case Operator.NO:
                return not found if isinstance(found, bool) else None
            case Operator.UNDER | Operator.OVER:
                return self._check_number(found)
            case _:
                return self._check_text(found) if isinstance(found, str) else None

    def _check_number(self, found: Any) -> bool | None:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return None
        return found < self.value if self.operator is Operator.UNDER else found > self.value  # type: ignore[operator]

    def _check_text(self, found: str) -> bool:
        wanted, given = str(self.value).casefold(), found.casefold()
        if self.operator is Operator.CONTAINS:
            return wanted in given
        return (wanted == given) is (self.operator is Operator.IS)

    def implies(self, other: "Condition") -> bool:
        """Whether `other` surely holds wherever this one does, and can be told wherever this one can."""
        if self == other:
            return True
        same = self.subject == other.subject and self.operator is other.operator
        if not same or self.value is None or other.value is None:
            return False
        match self.operator:
            case Operator.UNDER:
                return other.value >= self.value  # type: ignore[operator]
            case Operator.OVER:
                return other.value <= self.value  # type: ignore[operator]
            case Operator.CONTAINS:
                return str(other.value).casefold() in str(self.value).casefold()
            case _:
                return False


class Rule(BaseModel):
    """A numbered rule: where all its conditions hold, a person decides, by a stricter tier or by more people.

    Every rule asks: that is why one that cannot be checked counts as one that applies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    conditions: tuple[Condition, ...]
    tier: Literal["risky", "destructive"] | None = None
    confirmation: Literal["staff", "two"] = "staff"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.number < 1 or not 1 <= len(self.conditions) <= MOST_CONDITIONS:
            raise ValueError("a rule has a number and one to six conditions")
        return self

    @cached_property
    def raises_to(self) -> ActionTier | None:
        """The tier a call is at least of where the rule applies."""
        return ActionTier(self.tier) if self.tier else None

    @cached_property
    def asks(self) -> Confirmation:
        """Who has to say yes where the rule applies."""
        return Confirmation(self.confirmation)

    @cached_property
    def words(self) -> Phrase:
        """When it applies, in words."""
        words, *others = [one.words for one in self.conditions]
        for other in others:
            words = say("%(first)s and %(last)s", first=words, last=other)
        return words

    @property
    def outcome(self) -> Phrase:
        """What it then takes, in words."""
        needs = say("needs two people") if self.asks is Confirmation.TWO else say("needs a person")
        if not self.tier:
            return needs
        return say("counts as “%(tier)s” and %(needs)s", tier=say(ActionTier(self.tier).words), needs=needs)

    def apply(self, *, arguments: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
        """The sentence to quote where the rule applies; empty where it surely does not."""
        found = [one.check(arguments=arguments, facts=facts) for one in self.conditions]
        if False in found:
            return ""
        if None in found:
            words = {"number": self.number, "words": self.words}
            return say("Rule %(number)s could not be checked (%(words)s), so a person decides.", **words)
        return say("Rule %(number)s: %(words)s.", number=self.number, words=self.words)

    def covers(self, other: "Rule") -> bool:
        """Whether this rule applies wherever the other does, and asks for no less."""
        weaker = all(any(old.implies(new) for old in other.conditions) for new in self.conditions)
        tier = self.raises_to.rank if self.raises_to else 0
        other_tier = other.raises_to.rank if other.raises_to else 0
        return weaker and tier >= other_tier and self.asks.rank >= other.asks.rank
