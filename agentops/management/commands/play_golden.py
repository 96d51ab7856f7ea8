"""`manage.py play_golden`: the inner half of `golden`, in a process and a database of its own."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from agentops.domain.golden import Example
from agentops.management.golden.playing import NotEmpty, furnish_theatre, open_theatre, play_examples


class Command(BaseCommand):
    help = "Used by `golden`: reads examples from standard input and plays them in a database without a table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--live", action="store_true", help="ask the configured model")

    def handle(self, *args: Any, live: bool, **options: Any) -> None:
        try:
            open_theatre()
        except NotEmpty as full:
            raise CommandError(str(full)) from None
        examples = [Example.model_validate(one) for one in json.load(sys.stdin)]
        call_command("migrate", verbosity=0)
        furnish_theatre()
        for played in play_examples(examples, live=live):
            line = {**asdict(played), "came": [came.model_dump(mode="json") for came in played.came]}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
            self.stdout.flush()
