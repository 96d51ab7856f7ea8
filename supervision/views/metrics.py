"""The seven figures against their targets."""

from django.core.exceptions import BadRequest
from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.metrics.definitions import METRICS
from supervision.metrics.table import PERIODS, read_metrics
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.wording import say_day, say_time

USUAL = "7"


@require_safe
@allowed(Permission.SEE_METRICS)
def show_metrics(request: DeskRequest) -> HttpResponseBase:
    """The page for one period; the address holds it, so that a figure can be sent to a colleague."""
    period, now = request.GET.get("period", USUAL), timezone.now()
    if period not in PERIODS:
        raise BadRequest("The period has to be today, 7 or 28.")
    page = read_metrics(period=period, now=now)
    since, today = timezone.localtime(page.since).date(), timezone.localtime(now).date()
    days = say_day(today) if since == today else f"{say_day(since)} to {say_day(today)}"
    context = {
        "page": page,
        "periods": [{"value": value, "label": label, "here": value == period} for value, (label, _) in PERIODS.items()],
        "metrics": METRICS,
        "days": days,
        "until": say_time(now),
    }
    return render_part(request, "metrics.html", {"metrics": "_metrics.html"}, context)
