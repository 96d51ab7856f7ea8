"""What became of a tool's calls in the last thirty days, as far as people had to do with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Count, Q

from agentops.models import ToolCall

SPAN = timedelta(days=30)
FIGURES = ("asked", "yes", "changed", "no", "expired", "failed", "in_doubt")


def figures_by_tool(*, now: datetime, tool: str | None = None) -> dict[str, dict[str, int]]:
    """For each tool how many calls were put to people, and what they said or what came of it."""
    calls = ToolCall.objects.filter(proposed_at__gt=now - SPAN)
    if tool is not None:
        calls = calls.filter(tool=tool)
    answered = Q(decided_at__isnull=False)
    counted = calls.values("tool").annotate(
        asked=Count("pk", filter=Q(expires_at__isnull=False)),
        yes=Count("pk", filter=answered & ~Q(status="rejected")),
        changed=Count("pk", filter=Q(status="superseded")),
        no=Count("pk", filter=Q(status="rejected")),
        expired=Count("pk", filter=Q(status="expired")),
        failed=Count("pk", filter=Q(status="failed")),
        in_doubt=Count("pk", filter=Q(status__in=["in_doubt", "happened", "not_happened"])),
    )
    rows = cast("Iterable[dict[str, Any]]", counted.order_by())
    return {row["tool"]: {name: row[name] for name in FIGURES} for row in rows}
