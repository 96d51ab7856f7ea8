"""Money is reserved like tokens: in the commit before the call, under a lock, so that no two calls spend it twice.

Where no budget holds a run, nothing here is read or written. The lock is taken after the run's own, always in the
order of the rows' keys.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils import timezone

from agentops.domain.budgets import UNPRICED, BudgetPeriod, name_refusal, price_at_most
from agentops.domain.limits import TurnBudget
from agentops.ledger.progress import Totals, TurnQuote
from agentops.models import Budget, BudgetUse, CostReservation
from agentops.models.rows import PRICES, RunRow

_COUNTED = (BudgetPeriod.DAY, BudgetPeriod.MONTH)


@dataclass(slots=True)
class Book:
    """The budgets that hold one run, open in one transaction: settle first, then reserve, then close."""

    run: RunRow
    totals: Totals
    held: CostReservation
    today: date
    budgets: list[Budget]
    uses: dict[tuple[str, str, date], BudgetUse] = field(default_factory=dict)

    def settle(self, *, lost: bool) -> None:
        """Turn what was set aside for the last call into what it cost; all of it where nobody knows."""
        cost = max(self.totals.cost_nano - self.run.cost_nano, 0)
        unknown = lost or self.totals.unpriced > self.run.unpriced_calls
        charged = max(self.held.nano, cost) if unknown else cost
        for use in self._in_force(self.held.scope, self.held.on):
            use.spent_nano += charged
            use.reserved_nano = max(use.reserved_nano - self.held.nano, 0)
        self.held.unknown_nano += charged - cost
        self.held.nano = 0

    def reserve(self, *, quoted: TurnQuote, budget: TurnBudget) -> str:
        """Set aside the most that the coming call can cost; or the outcome that forbids it."""
        if not self.budgets or not quoted.model:
            return ""
        prompt = budget.reserved - budget.max_tokens
        rows = PRICES.rows(model=quoted.model)
        most = price_at_most(
            model=quoted.model, prompt_tokens=prompt, max_tokens=budget.max_tokens, on=self.today, rows=rows
        )
        if most is None:
            return UNPRICED
        refused = self._find_refusal(most)
        if refused:
            return name_refusal(BudgetPeriod(refused.period))
        self.held.scope, self.held.on, self.held.nano = self.run.slug, self.today, most
        for use in self._in_force(self.run.slug, self.today):
            use.reserved_nano += most
        return ""

    def close(self) -> None:
        """Write what was settled and reserved."""
        for use in self.uses.values():
            use.save(update_fields=["spent_nano", "reserved_nano", "refused_at"])
        self.held.save()

    def _find_refusal(self, most: int) -> Budget | None:
        """The first budget that has too little left."""
        spent = self.totals.cost_nano + self.held.unknown_nano
        for budget in self.budgets:
            period = BudgetPeriod(budget.period)
            if period is BudgetPeriod.RUN:
                if spent + most > budget.limit_nano:
                    return budget
                continue
            use = self.uses[(budget.scope, budget.period, period.starts_on(self.today))]
            if use.spent_nano + use.reserved_nano + most > budget.limit_nano:
                use.refused_at = use.refused_at or timezone.now()
                return budget
        return None

    def _in_force(self, slug: str, day: date) -> list[BudgetUse]:
        """The rows in which money of this type of task, spent on that day, is counted."""
        keys = [(scope, period.value, period.starts_on(day)) for scope in ("", slug) for period in _COUNTED]
        return [self.uses[key] for key in keys if key in self.uses]


def open_book(run: RunRow, *, totals: Totals, lost: bool = False) -> Book | None:
    """The run's budgets, with the last call settled; None where none holds it, by a column that was read already.

    Call it under the run's lock. `lost` says that whoever made the last call did not live to say what it cost.
    """
    if not run.budgeted:
        return None
    today = timezone.localtime(run.now).date()
    held = CostReservation.objects.filter(pk=run.pk).first()
    held = held or CostReservation(run_id=run.pk, scope=run.slug, on=today)
    budgets = list(Budget.objects.filter(scope__in=["", run.slug]).order_by("scope", "pk"))
    book = Book(run, totals, held, today, budgets)
    book.uses = _lock_uses(book)
    book.settle(lost=lost and held.nano > 0)
    return book


def _lock_uses(book: Book) -> dict[tuple[str, str, date], BudgetUse]:
    """Lock the rows of today's budgets, made where it is the first call of the period, and of the day that was
    reserved on.
    """
    wanted = Q(pk__in=[])
    for scope in {"", book.run.slug, book.held.scope}:
        for day in {book.today, book.held.on}:
            for period in _COUNTED:
                wanted |= Q(scope=scope, period=period, starts_on=period.starts_on(day))
    missing = [
        BudgetUse(scope=one.scope, period=one.period, starts_on=BudgetPeriod(one.period).starts_on(book.today))
        for one in book.budgets
        if one.period in _COUNTED
    ]
    rows = BudgetUse.objects.select_for_update().filter(wanted).order_by("pk")
    found = {(row.scope, row.period, row.starts_on): row for row in rows}
    missing = [row for row in missing if (row.scope, row.period, row.starts_on) not in found]
    if missing:
        BudgetUse.objects.bulk_create(missing, ignore_conflicts=True)
        found = {(row.scope, row.period, row.starts_on): row for row in rows.all()}
    return found
