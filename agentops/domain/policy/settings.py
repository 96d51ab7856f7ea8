"""What an admin owns of a tool, as one value: it is stored, versioned, compared and judged by."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentops.domain.holds import LONGEST_SECONDS, usual_seconds
from agentops.domain.phrases import sayable
from agentops.domain.policy.rules import MOST_RULES, Confirmation, Rule
from agentops.domain.tiers import ActionTier, effective_tier

MOST_CALLS = 10_000
LONGEST_MINUTES = 7 * 24 * 60
REQUESTER_CHANNELS = frozenset({"phone", "text", "online"})
"""Where somebody speaks or writes to us, who can be asked. At the desk staff talk to them themselves."""

MOST_TEAMS = 20

Bound = Annotated[int, Field(ge=1, le=MOST_CALLS)] | None
Team = Annotated[str, Field(min_length=1, max_length=60)]


class Answerers(StrEnum):
    """Who may answer a request of this tool, from everybody to admins. Order of definition is order of strictness."""

    ANYBODY = "anybody"
    LEADERS = "leaders"
    ADMINS = "admins"

    @property
    def rank(self) -> int:
        """0 for anybody up to 2 for admins only."""
        return list(Answerers).index(self)

    @property
    def words(self) -> str:
        """What staff read instead of the name."""
        return {
            Answerers.ANYBODY: sayable("Anybody at the desk"),
            Answerers.LEADERS: sayable("Managers and admins"),
            Answerers.ADMINS: sayable("Admins only"),
        }[self]


class Expiry(StrEnum):
    """What follows where nobody answered a request in time; it is never done. Order is order of strictness."""

    GO_ON = "go_on"
    CALL_BACK = "call_back"

    @property
    def rank(self) -> int:
        """0 where nobody is asked to do anything, 1 where a person is."""
        return list(Expiry).index(self)

    @property
    def words(self) -> str:
        """What staff read instead of the name."""
        return {
            Expiry.GO_ON: sayable("The assistant goes on without it"),
            Expiry.CALL_BACK: sayable("A person calls back"),
        }[self]


class ToolSetting(BaseModel):
    """Everything an admin decides about one tool. The empty tier is one that nobody gave: destructive.

    `answerers` are the roles whose people may answer; where `teams` are named, only those of these teams may.
    `ask_requester` puts a call to the caller first, where somebody speaks or writes to us, and then to staff.
    `hold_seconds` None is as the tier says, `expires_minutes` None as the type of task says, a bound None is no bound.
    `last_rule` is the highest number a rule ever had: numbers are quoted on requests and never used twice.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tier: str = ""
    enabled: bool = True
    confirmation: Confirmation = Confirmation.NOBODY
    answerers: Answerers = Answerers.ANYBODY
    teams: Annotated[tuple[Team, ...], Field(max_length=MOST_TEAMS)] = ()
    ask_requester: bool = False
    one_on_duty: bool = False
    hold_seconds: Annotated[int, Field(ge=0, le=LONGEST_SECONDS)] | None = None
    expires_minutes: Annotated[int, Field(ge=5, le=LONGEST_MINUTES)] | None = None
    on_expiry: Expiry = Expiry.CALL_BACK
    per_run: Bound = None
    per_hour: Bound = None
    per_day: Bound = None
    per_patient_day: Bound = None
    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)] = ()
    last_rule: int = 0

    @cached_property
    def reads_arguments(self) -> bool:
        """Whether any rule looks at what a call was given."""
        return any(one.subject.source == "argument" for rule in self.rules for one in rule.conditions)

    def admits(self, team: str) -> bool:
        """Whether people of this team may answer; the empty one is that of people who are in none."""
        return not self.teams or team in self.teams

    def shuts_out(self, before: "ToolSetting") -> bool:
        """Whether somebody who may answer by the setting before may not by this one."""
        if self.answerers.rank > before.answerers.rank:
            return True
        return bool(self.teams) and (not before.teams or not set(before.teams) <= set(self.teams))

    @property
    def bounded(self) -> bool:
        """Whether calls have to be counted."""
        return any((self.per_run, self.per_hour, self.per_day, self.per_patient_day))

    def hold_for(self, floor: ActionTier | None) -> int:
        """How many seconds a yes is held."""
        tier = effective_tier(floor=floor, configured=self.tier)
        return usual_seconds(tier) if self.hold_seconds is None else self.hold_seconds

    def confirmation_for(self, floor: ActionTier | None) -> Confirmation:
        """Who has to say yes where no rule applies: what is risky needs staff, whatever else is set."""
        return self.confirmation_at(effective_tier(floor=floor, configured=self.tier))

    def confirmation_at(self, tier: ActionTier) -> Confirmation:
        """Who has to say yes to a call of this tier: staff at least where the caller is asked first."""
        asks = tier.needs_person or self.ask_requester
        least = Confirmation.STAFF if asks else Confirmation.NOBODY
        return self.confirmation if self.confirmation.rank > least.rank else least


UNREADABLE = ToolSetting(enabled=False)
"""What counts where a stored policy cannot be read: nothing is done."""


def read_setting(document: Any) -> ToolSetting:
    """A stored setting; one that cannot be read lets nothing run."""
    try:
        return ToolSetting.model_validate(document)
    except ValidationError:
        return UNREADABLE
