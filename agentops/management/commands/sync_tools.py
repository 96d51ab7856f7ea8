"""`manage.py sync_tools`: copy what the code says of each tool into the database, where admins set the tiers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agentops.management.catalogue import sync_tools


class Command(BaseCommand):
    help = "Copy what the code says of each tool into the database. Run it after every deploy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accept-floors", action="store_true", help="give unclassified tools their author's tier")

    def handle(self, *args: Any, accept_floors: bool, **options: Any) -> None:
        unclassified = sync_tools(accept_floors=accept_floors)
        note = f"{unclassified} not classified, treated as “Cannot be undone”" if unclassified else "all classified"
        self.stdout.write(f"Tools are up to date: {note}.")
