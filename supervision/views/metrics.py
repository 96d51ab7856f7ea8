"""The seven figures against their targets, and the runs behind each of them."""

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.exports import Row, export_csv
from supervision.metrics.listing import read_list
from supervision.metrics.page import MetricsPage, read_metrics
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.views.address import Address, frame, show_problem

CSV_HEADER = ("group", "figure", "above", "below", "value", "low", "high", "target", "verdict", "runs", "unit")


@require_safe
@allowed(Permission.SEE_METRICS)
def show_metrics(request: DeskRequest) -> HttpResponseBase:
    """The page for one period; the address holds it whole, so that a figure can be sent to a colleague."""
    now = timezone.now()
    address = Address(request.GET, now=now)
    if not address.is_valid():
        return show_problem(request, address)
    asked = address.asked
    page = read_metrics(asked)
    context = {"page": page, **frame(request, asked, now=now)}
    return render_part(request, "metrics.html", {"metrics": "_metrics.html"}, context)


@require_safe
@allowed(Permission.SEE_METRICS)
def show_behind(request: DeskRequest) -> HttpResponseBase:
    """The rows behind one figure, page by page: those above the line, the rest, and all below it."""
    now = timezone.now()
    address = Address(request.GET, now=now)
    if not address.is_valid():
        return show_problem(request, address)
    found = read_list(address.asked, before=address.cleaned_data["before"], now=now)
    actions.record_list(user=request.user, role=request.role, page="behind", runs=[row.run_id for row in found.rows])
    context = {"page": found, **frame(request, found.asked, now=now)}
    return render_part(request, "behind.html", {}, context)


@require_safe
@allowed(Permission.SEE_METRICS)
def export_metrics(request: DeskRequest) -> HttpResponseBase:
    """The table of the page as CSV: the same numbers, unrounded."""
    address = Address(request.GET, now=timezone.now())
    if not address.is_valid():
        return show_problem(request, address)
    page = read_metrics(address.asked)
    return export_csv("figures", CSV_HEADER, _csv_rows(page))


def _csv_rows(page: MetricsPage) -> list[Row]:
    rows: list[Row] = []
    for line in [*page.table.lines, *page.table.few, page.table.total]:
        for cell in line.cells:
            one = cell.figure
            low, high = (one.interval.low, one.interval.high) if one.interval else (None, None)
            unit = {"%": "share", "s": "ms", "$": "nanodollars"}.get(cell.metric.unit.value, cell.metric.unit.value)
            values = (
                line.name, cell.metric.slug, one.numerator, one.denominator, one.value, low, high, one.target,
                cell.verdict.value, line.runs, unit,
            )  # fmt: skip
            rows.append(dict(zip(CSV_HEADER, values, strict=True)))
    return rows
