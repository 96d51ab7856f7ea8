"""`manage.py seed`: an empty database becomes a clinic with its assistant, its rules and three people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from agentops.management.catalogue import load_catalogue, sync_tools
from agentops.management.people import DEMO_PASSWORD, ensure_people
from agentops.toolsets.clinic.generator import ensure_clinic


class Command(BaseCommand):
    help = "Fill an empty database: task types, models, prices, tools, a generated clinic and three people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=200, help="how many patients the clinic has")
        parser.add_argument("--days", type=int, default=30, help="how many days ahead the calendar goes")
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same clinic")
        parser.add_argument("--demo-passwords", action="store_true", help="give the three people the demo's password")

    def handle(self, *args: Any, patients: int, days: int, seed: int, demo_passwords: bool, **options: Any) -> None:
        load_catalogue()
        sync_tools(accept_floors=True)
        ensure_clinic(seed=seed, patients=patients, days=days, today=timezone.localdate())
        for username, password in ensure_people(password=DEMO_PASSWORD if demo_passwords else None).items():
            self.stdout.write(f"{username}: {password}")
        self.stdout.write("The clinic is ready.")
