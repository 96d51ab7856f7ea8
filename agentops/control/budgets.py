"""What may be spent: set, changed and lifted by people."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from agentops.audit import append_entry
from agentops.control.outcomes import BadRequest
from agentops.domain.budgets import BudgetPeriod
from agentops.domain.phrases import say
from agentops.models import AgentRun, Budget, BudgetUse, CostReservation, TaskType

MOST_NANO = 1_000_000 * 1_000_000_000


@transaction.atomic
def set_budget(*, scope: str, period: str, limit_nano: int | None, by: str) -> bool:
    """Hold everything (an empty scope) or a type of task to so many nanodollars; None lifts the budget. False where
    nothing changed. From the commit on no call to the model is begun that it has no room for.

    What the period came to before the budget was set counts: by the runs that began in it.
    """
    if period not in set(BudgetPeriod) or (scope and not TaskType.objects.filter(slug=scope).exists()):
        raise BadRequest("unknown_budget", say("There is no such budget."))
    if limit_nano is not None and not 0 <= limit_nano <= MOST_NANO:
        raise BadRequest("limit", say("Write an amount from 0 to 1,000,000 dollars."))
    kept = BudgetPeriod(period)
    budget = Budget.objects.select_for_update().filter(scope=scope, period=kept).first()
    was = budget.limit_nano if budget else None
    if was == limit_nano:
        return False
    if limit_nano is None:
        Budget.objects.filter(scope=scope, period=kept).delete()
    else:
        changes = {"limit_nano": limit_nano, "changed_by": by, "changed_at": timezone.now()}
        Budget.objects.update_or_create(scope=scope, period=kept, defaults=changes)
        if kept is not BudgetPeriod.RUN:
            _begin_use(scope, kept, is_new=budget is None)
    facts = {"was_nano": was, "limit_nano": limit_nano}
    append_entry(who=by, what="budget.set", subject=f"{kept} {scope}".strip(), facts=facts)
    return True


def _begin_use(scope: str, period: BudgetPeriod, *, is_new: bool) -> None:
    """Count what the period came to so far where the budget is new, and forget that it had nothing left."""
    first = period.starts_on(timezone.localdate())
    changes: dict[str, object] = {"refused_at": None}
    if is_new:
        changes |= _count_so_far(scope, first)
    BudgetUse.objects.update_or_create(scope=scope, period=period, starts_on=first, defaults=changes)


def _count_so_far(scope: str, first: date) -> dict[str, object]:
    begin = timezone.make_aware(datetime.combine(first, time()))
    runs = AgentRun.objects.filter(created_at__gte=begin)
    held = CostReservation.objects.filter(on__gte=first)
    if scope:
        runs, held = runs.filter(task_type__slug=scope), held.filter(scope=scope)
    unknown = held.aggregate(nano=Sum("nano"), unknown=Sum("unknown_nano"))
    spent = (runs.aggregate(nano=Sum("cost_nano"))["nano"] or 0) + (unknown["unknown"] or 0)
    return {"spent_nano": spent, "reserved_nano": unknown["nano"] or 0}
