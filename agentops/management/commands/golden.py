"""`manage.py golden`: every golden example through the real loop, away from the real data; for every deploy."""

import json
import sys
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from agentops.domain.golden import Example
from agentops.management.golden.checking import Verdict, check_examples, keep_verdicts, load_saved
from agentops.management.golden.shelf import keep_shipped, load_shipped
from agentops.management.golden.theatre import TheatreClosed
from agentops.models import GoldenExample

FAILED = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which examples are played."""

    shipped: list[Example]
    saved: list[Example]


class Command(BaseCommand):
    """Prints what held and what did not. Exit code 1 where one did not hold."""

    help = "Play every golden example through the real loop in a database of its own, and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", metavar="NAME", help="play this example alone; its result is not kept")
        parser.add_argument("--live", action="store_true", help="ask the configured model; needs a key, and costs")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object an example")
        parser.add_argument("--dry-run", action="store_true", help="do not keep the results for the page")
        parser.add_argument(
            "--accept", metavar="NAME", nargs="+", help="take what comes of these as what is expected from now on"
        )

    def handle(
        self,
        *args: Any,
        only: str | None,
        live: bool,
        as_json: bool,
        dry_run: bool,
        accept: list[str] | None,
        **options: Any,
    ) -> None:
        if live and settings.MODEL_PROVIDER != "anthropic":
            raise CommandError("--live needs HANDRAIL_MODEL=anthropic and ANTHROPIC_API_KEY.")
        wanted = _choose(accept or ([only] if only else []), live=live)
        try:
            verdicts = [*check_examples(shipped=wanted.shipped, saved=wanted.saved, live=live)]
        except TheatreClosed as closed:
            raise CommandError(f"The examples could not be played. {closed}") from None
        self.print_verdicts(verdicts, as_json=as_json)
        if accept:
            for verdict in verdicts:
                self.accept(verdict)
            return
        if not (only or dry_run):
            keep_verdicts(verdicts, live=live)
        if any(verdict.differences for verdict in verdicts):
            sys.exit(FAILED)

    def print_verdicts(self, verdicts: list[Verdict], *, as_json: bool) -> None:
        """A table by task type with the differences below their example, or a line of JSON for each."""
        if as_json:
            for verdict in verdicts:
                self.stdout.write(json.dumps(_as_json(verdict), ensure_ascii=False))
            return
        for task_type, group in groupby(sorted(verdicts, key=_by_task), key=lambda one: one.example.task_type):
            ones = list(group)
            held = sum(not one.differences for one in ones)
            self.stdout.write(f"\n{task_type}: {held} of {len(ones)} hold")
            for one in ones:
                mark = "did not hold" if one.differences else "holds"
                self.stdout.write(f"  {one.example.name:<48} {mark:<13} {one.took_ms:>6} ms")
                for difference in one.differences:
                    self.stdout.write(f"      {difference}")
        failed = sum(bool(one.differences) for one in verdicts)
        self.stdout.write(f"\n{len(verdicts) - failed} hold, {failed} did not.")

    def accept(self, verdict: Verdict) -> None:
        """Rewrite what is expected. Whoever does it has just read the differences above."""
        example = verdict.example.accepting(verdict.came)
        if verdict.saved:
            GoldenExample.objects.filter(name=example.name).update(
                example=example.to_json(), task_type=example.task_type
            )
        else:
            keep_shipped(example)
        self.stdout.write(f"Accepted: {example.name}. Play it once more to see that it holds.")


def _choose(names: list[str], *, live: bool) -> Wanted:
    try:
        shipped, saved = load_shipped(), load_saved()
    except (OperationalError, ProgrammingError):
        raise CommandError("What people saved cannot be read. Run first: manage.py migrate") from None
    unknown = set(names) - {example.name for example in [*shipped, *saved]}
    if unknown:
        raise CommandError(f"There is no golden example named {', '.join(sorted(unknown))}.")
    if names:
        shipped, saved = [e for e in shipped if e.name in names], [e for e in saved if e.name in names]
    if live:
        shipped, saved = [e for e in shipped if e.live], [e for e in saved if e.live]
        if not shipped and not saved:
            raise CommandError("None of these can be put to a model that is really asked.")
    return Wanted(shipped, saved)


def _by_task(verdict: Verdict) -> tuple[str, str]:
    return verdict.example.task_type, verdict.example.name


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.example.name,
        "task_type": verdict.example.task_type,
        "saved": verdict.saved,
        "took_ms": verdict.took_ms,
        "differences": verdict.differences,
        "came": [came.model_dump(mode="json") for came in verdict.came],
    }
