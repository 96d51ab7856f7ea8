"""`manage.py seed_history`: a plausible past, so that pages and measurements have something to show."""

import time
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from agentops.models import TaskType
from supervision.management.history.past import write_past
from supervision.management.history.stories import KINDS


class Command(BaseCommand):
    help = "Add ended runs that never were, marked as generated. Not for a real clinic's database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--runs", type=int, default=2_000, help="how many runs (2000)")
        parser.add_argument("--days", type=int, default=56, help="over how many days before today (56)")
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same past")
        parser.add_argument("--until", type=date.fromisoformat, help="the day after its last (today)")

    def handle(self, *args: Any, runs: int, days: int, seed: int, until: date | None, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("A generated past does not belong among real runs. Nothing was added.")
        if runs < 1 or days < 1:
            raise CommandError("Write at least one run and one day. Nothing was added.")
        missing = {kind.slug for kind in KINDS} - set(TaskType.objects.values_list("slug", flat=True))
        if missing:
            raise CommandError(f"The task types {', '.join(sorted(missing))} are not here. Run: manage.py seed")
        began = time.monotonic()
        last = until or timezone.localdate()
        try:
            rows = write_past(runs=runs, days=days, seed=seed, until=last, tell_how_far=self._tell(runs))
        except IntegrityError as error:
            raise CommandError("This past is here already. Take another --seed for more of it.") from error
        took = time.monotonic() - began
        pace = f"{rows:,} rows in {took:.1f} s, {rows / took:,.0f} a second"
        self.stdout.write(f"Added a generated past: {runs:,} runs, {pace}.")

    def _tell(self, runs: int) -> Any:
        """Long work says now and then how far it is."""
        return lambda done: self.stdout.write(f"{done:,} of {runs:,} runs") if done % 50_000 == 0 else None
