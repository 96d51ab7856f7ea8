"""`manage.py demo`: an empty folder becomes a working desk with a morning's requests in it."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from agentops.management.demo_requests import REQUESTS, add_demo_task_types, play_request
from agentops.management.people import DEMO_PASSWORD, PEOPLE
from agentops.models import AgentRun


class Command(BaseCommand):
    help = "Prepare the demo and serve it: migrate, seed, start a dozen requests, open the desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000; 0 takes a free one)")
        parser.add_argument("--past", type=int, default=2_000, help="how many runs of a generated past (2000; 0: none)")
        parser.add_argument("--prepare-only", action="store_true", help="prepare everything, and do not serve")

    def handle(self, *args: Any, host: str, port: int, past: int, prepare_only: bool, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("seed", demo_passwords=True, stdout=self.stdout)
        if not AgentRun.objects.exists():
            if past:
                call_command("seed_history", runs=past, stdout=self.stdout)
            self.stdout.write(f"Starting {len(REQUESTS)} requests in patients' own words …")
            add_demo_task_types()
            for request in REQUESTS:
                play_request(request)
        if prepare_only:
            return
        logins = [f"{p.username} / {DEMO_PASSWORD}  ({p.first} {p.last}, {p.role})" for p in PEOPLE]
        call_command("serve", host=host, port=port, logins=logins, stdout=self.stdout)
