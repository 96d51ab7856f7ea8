"""`manage.py judge_planner`: how well patients' words are read, on data that nobody here wrote."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from agentops.management.judging.scores import HALVES
from agentops.management.judging.sentences import judge_sentences
from agentops.management.judging.sgd import judge_sgd
from agentops.management.judging.star import judge_star

NO_CASES = 2


class Command(BaseCommand):
    """Print the scores. Exit code 2 where the data is not there."""

    help = "Score the reading of scheduling requests on the data sets in the cases folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the data is, which half of it, and whether to list what was misread."""
        parser.add_argument("--cases", help="folder of the data; default: HANDRAIL_CASES, else ../shared/cases")
        parser.add_argument("--half", choices=HALVES, default="all", help="score only the rows of one half, by hash")
        parser.add_argument("--misses", action="store_true", help="list what was misread")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the three judges."""
        folder = find_cases(options["cases"])
        if not (folder / "scheduling").is_dir():
            self.stderr.write(f"No data at {folder}/scheduling. Give --cases or set HANDRAIL_CASES.")
            sys.exit(NO_CASES)
        for judge in (judge_sgd, judge_star, judge_sentences):
            report = judge(folder, half=options["half"])
            for line in report.lines():
                self.stdout.write(line)
            for miss in report.misses if options["misses"] else ():
                self.stdout.write(f"    misread: {miss}")
            self.stdout.write("")


def find_cases(given: str | None) -> Path:
    """The folder of the data: as given, else from the environment, else beside the project."""
    chosen = given or os.environ.get("HANDRAIL_CASES")
    return Path(chosen) if chosen else Path(settings.BASE_DIR).parent / "shared" / "cases"
