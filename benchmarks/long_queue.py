"""The queue page while very many requests wait. `python -m benchmarks.long_queue --waiting 10000`

Runs on a fresh test database of the kind that HANDRAIL_DATABASE names, through the real page: how long one look takes,
how many questions it asks the database, how heavy it is.
"""

import argparse
import os
import time
from datetime import timedelta
from statistics import median, quantiles

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
os.environ.setdefault("HANDRAIL_LOG_LEVEL", "ERROR")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from agentops.models import AgentRun, Conversation, Step, ToolCall  # noqa: E402
from tests.supervision.rows import MOVE, add_call, person  # noqa: E402

BATCH = 1_000
GOAL_MS, GOAL_QUERIES = 300, 12


def fill_queue(waiting: int) -> None:
    """Let that many requests wait, each of a run and a caller of its own."""
    pattern = add_call(card=MOVE.model_dump(mode="json"))
    for first in range(0, waiting, BATCH):
        _add_waiting(pattern, range(first, min(waiting, first + BATCH)))


def _add_waiting(pattern: ToolCall, numbers: range) -> None:
    now = timezone.now()
    talks = Conversation.objects.bulk_create(Conversation(channel="text", opened_at=now) for _ in numbers)
    same = {f.attname: getattr(pattern.run, f.attname) for f in AgentRun._meta.fields if f.name not in _OWN}
    runs = AgentRun.objects.bulk_create(AgentRun(**{**same, "conversation_id": talk.pk}) for talk in talks)
    steps = Step.objects.bulk_create(Step(run=run, seq=1, kind="model", started_at=now) for run in runs)
    alike = {f.attname: getattr(pattern, f.attname) for f in ToolCall._meta.fields if f.name not in _OWN}
    ToolCall.objects.bulk_create(
        ToolCall(**{**alike, "run_id": run.pk, "step_id": step.pk, "expires_at": now + timedelta(minutes=5 + number)})
        for number, run, step in zip(numbers, runs, steps, strict=True)
    )


_OWN = {"id", "request_id", "request_key", "conversation", "run", "step", "expires_at"}


def measure_looks(client: Client, address: str, *, looks: int) -> str:
    """Look at one address again and again; the row of the table."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
        questions = len(asked)
    times = []
    for _ in range(looks):
        begun = time.perf_counter()
        assert client.get(address).status_code == 200
        times.append((time.perf_counter() - begun) * 1000)
    p95 = quantiles(times, n=20)[-1]
    return f"{address:<18}{median(times):>10.0f}{p95:>10.0f}{questions:>10}{len(page.content) / 1024:>10.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=10_000, help="requests that wait")
    parser.add_argument("--looks", type=int, default=40, help="times each page is asked for")
    given = parser.parse_args()
    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        fill_queue(given.waiting)
        client = Client()
        client.force_login(person("priya", "Priya", "Nair", "front desk"))
        print(f"{connection.vendor}, {given.waiting:,} waiting; goal: p95 {GOAL_MS} ms, {GOAL_QUERIES} queries")
        print(f"{'page':<18}{'p50 ms':>10}{'p95 ms':>10}{'queries':>10}{'KiB':>10}")
        for address in ("/", "/?view=mine", "/?view=decided"):
            print(measure_looks(client, address, looks=given.looks))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
