"""What runs cost."""

from collections.abc import Iterator

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.exports import Row, export_csv
from supervision.metrics.cost import CostPage, find_mondays, read_costs
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.views.address import Address, frame, show_problem

CSV_HEADER = ("task_type", "week", "cost_nanodollars", "unpriced_calls", "budget")


@require_safe
@allowed(Permission.SEE_COST)
def show_costs(request: DeskRequest) -> HttpResponseBase:
    """By type of task and week, by model, the costliest runs, and models that will answer no more."""
    now = timezone.now()
    address = Address(request.GET, now=now)
    if not address.is_valid():
        return show_problem(request, address)
    page = read_costs(address.asked)
    costly = [run for run, _said, _cost in page.costly.rows]
    actions.record_list(user=request.user, role=request.role, page="costly", runs=costly)
    context = {"page": page, **frame(request, address.asked, now=now)}
    return render_part(request, "costs.html", {}, context)


@require_safe
@allowed(Permission.SEE_COST)
def export_costs(request: DeskRequest) -> HttpResponseBase:
    """The weeks of the page as CSV: the same numbers, unrounded."""
    address = Address(request.GET, now=timezone.now())
    if not address.is_valid():
        return show_problem(request, address)
    asked = address.asked
    weeks = [monday.isoformat() for monday in find_mondays(asked.end)]
    return export_csv("costs", CSV_HEADER, _rows(read_costs(asked), weeks))


def _rows(page: CostPage, weeks: list[str]) -> Iterator[Row]:
    for line in [*page.weekly.lines, page.weekly.total]:
        for week, nano, unpriced in zip(weeks, line.nanos, line.unpriced, strict=True):
            budget = line.budget.removeprefix("$").replace(",", "")
            yield dict(zip(CSV_HEADER, (line.name, week, nano, unpriced, budget), strict=True))
