"""`manage.py play_round`: the golden examples as somebody asked for them on the page. A worker runs it."""

from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser

from agentops.ledger import close_round, give_back_connection, report_round, take_round
from agentops.management.golden.checking import Verdict, check_examples, keep_verdicts, load_saved
from agentops.management.golden.shelf import load_shipped
from agentops.management.golden.theatre import TheatreClosed

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Used by the workers: plays a round of the golden examples that was asked for on the page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("asked_id", type=int)

    def handle(self, *args: Any, asked_id: int, **options: Any) -> None:
        """Play it, unless another worker does or it was given up."""
        shipped, saved = load_shipped(), load_saved()
        if not take_round(asked_id=asked_id, total=len(shipped) + len(saved)):
            return
        verdicts: list[Verdict] = []
        try:
            for verdict in check_examples(shipped=shipped, saved=saved):
                verdicts.append(verdict)
                if not report_round(asked_id=asked_id, played=len(verdicts)):
                    return
                give_back_connection()
        except TheatreClosed:
            log.exception("golden_round_failed")
            close_round(asked_id=asked_id, problem="failed")
            return
        run = keep_verdicts(verdicts, live=False)
        close_round(asked_id=asked_id, run_id=run.pk)
