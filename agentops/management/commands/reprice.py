"""`manage.py reprice`: price past model calls again by the price rows of today. Nothing else ever does."""

import argparse
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from agentops.management.repricing import Repriced, find_repriced, write_repriced

NANO = 1_000_000_000
LOOK_BACK = timedelta(days=90)


def read_day(text: str) -> date:
    """A day as 2026-11-27."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the day as 2026-11-27") from None


class Command(BaseCommand):
    help = "Price past model calls again by the price rows of today. With --dry-run it only says the difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say the difference and write nothing")
        parser.add_argument("--from", dest="since", type=read_day, help="the first day (default: 90 days back)")
        parser.add_argument("--model", default="", help="only the calls of this model")

    def handle(self, *args: Any, dry_run: bool, since: date | None, model: str, **options: Any) -> None:
        changes = list(find_repriced(since=since or timezone.localdate() - LOOK_BACK, model=model))
        for line in describe(changes):
            self.stdout.write(line)
        if not changes:
            return
        if dry_run:
            self.stdout.write("Nothing was written (--dry-run).")
            return
        self.stdout.write(f"Written: {write_repriced(changes):,} calls.")


def describe(changes: list[Repriced]) -> list[str]:
    """One line a model, and the sum: calls, what they cost by their rows, what they would cost, and the difference."""
    if not changes:
        return ["Every call is priced as the price rows say."]
    by_model: dict[str, list[Repriced]] = defaultdict(list)
    for one in changes:
        by_model[one.model].append(one)
    lines = [_line(model, found) for model, found in sorted(by_model.items())]
    return [*lines, _line("All", changes)]


def _line(name: str, found: list[Repriced]) -> str:
    old, new = (sum(getattr(one, which) or 0 for one in found) for which in ("old", "new"))
    unknown = [sum(getattr(one, which) is None for one in found) for which in ("old", "new")]
    sign = "+" if new >= old else "-"
    return (
        f"{name}: {len(found):,} calls, ${old / NANO:,.6f} ({unknown[0]:,} unpriced) -> "
        f"${new / NANO:,.6f} ({unknown[1]:,} unpriced), difference {sign}${abs(new - old) / NANO:,.6f}"
    )
