"""How much of each budget is gone, and which has nothing left."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agentops.domain.budgets import BudgetPeriod
from agentops.domain.phrases import Phrase, say
from agentops.models import Budget, BudgetUse, TaskType
from supervision.phrases import named, tell
from supervision.wording import NANO, say_money, say_when

PERIOD_NAMES = {
    BudgetPeriod.RUN: gettext_noop("one request"),
    BudgetPeriod.DAY: gettext_noop("today"),
    BudgetPeriod.MONTH: gettext_noop("this month"),
}


@dataclass(frozen=True, slots=True)
class BudgetState:
    """One budget as it stands: what it holds, its limit, and what is spent or set aside of it."""

    scope: str
    period: BudgetPeriod
    limit_nano: int
    used_nano: int
    refused_at: datetime | None
    changed_by: str
    changed_at: datetime

    @property
    def cell(self) -> str:
        """Its name among the alerts."""
        return f"{PERIOD_NAMES[self.period]} {self.scope}".strip()[:40]

    @property
    def share(self) -> float:
        """What is gone of it; once it refused a call it is used up, whatever crumb is left."""
        share = self.used_nano / self.limit_nano if self.limit_nano else 1.0
        return max(share, 1.0) if self.refused_at else min(share, 1.0)

    @property
    def words(self) -> str:
        """What is gone of how much."""
        return tell(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """The same as a phrase, to be stored."""
        return say("%(used)s of %(all)s", used=say_money(self.used_nano / NANO), all=say_money(self.limit_nano / NANO))


def read_budgets(now: datetime) -> list[BudgetState]:
    """Every budget with what its day or month came to; a budget of one request has no such sum."""
    today = timezone.localtime(now).date()
    uses = {(use.scope, use.period, use.starts_on): use for use in _uses_of(now)}
    found = []
    for budget in Budget.objects.order_by("scope", "pk"):
        period = BudgetPeriod(budget.period)
        use = uses.get((budget.scope, budget.period, period.starts_on(today)))
        used = use.spent_nano + use.reserved_nano if use else 0
        refused = use.refused_at if use else None
        who = (budget.changed_by, budget.changed_at)
        found.append(BudgetState(budget.scope, period, budget.limit_nano, used, refused, *who))
    return found


def say_spent(now: datetime) -> list[str]:
    """One sentence for each budget that has nothing left; one query on what is nearly always nothing."""
    if not _uses_of(now).filter(refused_at__isnull=False).exists():
        return []
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    return [_say(state, names, now) for state in read_budgets(now) if state.refused_at]


def _say(state: BudgetState, names: dict[str, str], now: datetime) -> str:
    facts = {
        "words": state.words,
        "since": say_when(state.refused_at or now, now=now),
        "scope": f" ({names.get(state.scope, state.scope)})" if state.scope else "",
    }
    if state.period is BudgetPeriod.DAY:
        return _("Today’s budget%(scope)s is used up: %(words)s. Since %(since)s requests go to people.") % facts
    return _("This month’s budget%(scope)s is used up: %(words)s. Since %(since)s requests go to people.") % facts


def _uses_of(now: datetime) -> "QuerySet[BudgetUse]":
    today = timezone.localtime(now).date()
    return BudgetUse.objects.filter(starts_on__in=[today, BudgetPeriod.MONTH.starts_on(today)])
