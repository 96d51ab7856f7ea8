"""Holding what came of the examples against what was expected, and keeping the verdict as rows."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agentops.domain.golden import Came, Example, find_differences, find_live_differences
from agentops.management.golden.playing import Played
from agentops.management.golden.theatre import play_apart
from agentops.models import GoldenExample, GoldenResult, GoldenRun
from agentops.toolsets.clinic import practice

OWN_CONTACTS = frozenset(
    {practice.PHONE_E164, practice.EMAIL, practice.SITE, *(line.replace(" ", "") for line in practice.HELPLINES)}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One example, what came of it, and how that differs from what was expected."""

    example: Example
    saved: bool
    came: list[Came]
    took_ms: int
    differences: list[str]


def load_saved() -> list[Example]:
    """What people saved from runs, by name."""
    return [Example.model_validate(row.example) for row in GoldenExample.objects.order_by("name")]


def check_examples(*, shipped: list[Example], saved: list[Example], live: bool = False) -> Iterator[Verdict]:
    """Play all of them apart from everything that is in use, and compare; each is told when it is over."""
    by_name = {example.name: example for example in [*shipped, *saved]}
    own = {example.name for example in saved}
    for played in play_apart([*shipped, *saved], live=live):
        yield _judge(by_name[played.name], played, saved=played.name in own, live=live)


def _judge(example: Example, played: Played, *, saved: bool, live: bool) -> Verdict:
    compare = find_live_differences if live else find_differences
    differences = compare(example, played.came, own_contacts=OWN_CONTACTS)
    return Verdict(example, saved, played.came, played.took_ms, differences)


@transaction.atomic
def keep_verdicts(verdicts: Iterable[Verdict], *, live: bool) -> GoldenRun:
    """Write down one round of all the examples."""
    verdicts = list(verdicts)
    failed = sum(bool(one.differences) for one in verdicts)
    run = GoldenRun.objects.create(
        at=timezone.now(),
        version=read_version(),
        live=live,
        passed=len(verdicts) - failed,
        failed=failed,
        took_ms=sum(one.took_ms for one in verdicts),
    )
    GoldenResult.objects.bulk_create([_row(run, one) for one in verdicts])
    return run


def _row(run: GoldenRun, verdict: Verdict) -> GoldenResult:
    example = verdict.example
    return GoldenResult(
        run=run,
        name=example.name,
        about=example.about[:300],
        task_type=example.task_type[:40],
        saved=verdict.saved,
        differences=verdict.differences,
        took_ms=verdict.took_ms,
    )


def read_version() -> str:
    """Which code this is: as the deployment says, else the commit, else nothing that could mislead."""
    said = os.environ.get("HANDRAIL_VERSION", "").strip()
    return (said or _read_commit() or "unknown")[:80]


def _read_commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--tags"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
