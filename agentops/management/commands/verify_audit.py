"""`manage.py verify_audit`: reads the record of decisions against its seals; exit code 1 where it does not hold."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from agentops.audit import Flaw, check_record
from agentops.models import AuditCheck, AuditEntry, AuditHead


class Command(BaseCommand):
    help = "Read the record of decisions against its seals. One line per finding; exit code 1 if there is any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            type=Path,
            help="a file elsewhere that keeps where the record ended; it shows an end that was cut off together with "
            "its head, or a record that was begun anew",
        )

    def handle(self, *args: Any, anchor: Path | None, **options: Any) -> None:
        try:
            checked = check_record()
        except (OperationalError, ProgrammingError) as error:
            self.stdout.write(f"{Flaw(0, 'absent').sentence} ({type(error).__name__})")
            sys.exit(1)
        lines = [flaw.sentence for flaw in checked.flaws] + self.compare(anchor)
        AuditCheck.objects.create(at=timezone.now(), entries=checked.entries, findings=lines)
        for line in lines:
            self.stdout.write(line)
        if lines:
            sys.exit(1)
        self.stdout.write(f"{checked.entries:,} entries, whole. {self.fasten(anchor)}")

    def compare(self, anchor: Path | None) -> list[str]:
        """What the anchor remembers and the record does not hold any more."""
        if anchor is None or not anchor.exists():
            return []
        try:
            seq, seal = anchor.read_text().split()[-2:]
            kept = AuditEntry.objects.filter(seq=int(seq), seal=seal).exists() or int(seq) == 0
        except ValueError:
            raise CommandError(f"{anchor} does not read as an anchor: the last line is a number and a seal.") from None
        return [] if kept else [f"truncated: the record ended with entry {int(seq):,} once, which it does not hold."]

    def fasten(self, anchor: Path | None) -> str:
        """Add the record's end to the anchor, and say whether there is one."""
        head = AuditHead.objects.filter(pk=1).first()
        if anchor is None:
            return "Not anchored: an end cut off together with its head would not show (--anchor FILE)."
        if head is None:
            return "Nothing to anchor yet."
        with anchor.open("a") as file:
            file.write(f"{head.seq} {head.seal}\n")
        return f"Anchored at entry {head.seq:,}."
