"""How long it takes to say what would have happened: 100,000 recorded calls put to the gate by another setting.

`python -m benchmarks.policy_replay` fills a database of its own (SQLite, then PostgreSQL) with calls of thirty days:
one tool with rules on facts and on an argument and with bounds, so that everything is read, counted and judged.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from tests.servers import new_database, run_postgres

BATCH = 5_000
ROUNDS = 3


def measure(calls: int) -> None:
    """Fill the database that HANDRAIL_DATABASE names, and print the time of each kind of replay."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
    os.environ.setdefault("HANDRAIL_LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    fill_calls(calls)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for name, seconds, cpu in replay_each(calls):
        print(f"  {connection.vendor:<11} {name:<52} {seconds:6.2f} s, {cpu:.2f} s of CPU here", flush=True)


def fill_calls(calls: int) -> None:
    """That many calls of one tool in thirty days, most of them asked and answered yes, each with facts of its own."""
    from django.utils import timezone

    from agentops.models import AgentRun, Conversation, Step, TaskType, ToolCall, ToolPolicy

    dice, now = random.Random(7), timezone.now()
    tiers = ["read", "safe", "risky", "destructive"]
    facts = {"name": "Booking", "description": "x", "toolset": "clinic", "prompt": "Work.", "permitted_tiers": tiers}
    task = TaskType.objects.create(slug="booking", **facts)
    ToolPolicy.objects.create(tool="book", tier="risky", floor="safe", described=True)
    talk = Conversation.objects.create(channel="text", opened_at=now)
    limits = {"max_iterations": 9, "max_tokens": 9, "max_active_ms": 9, "max_tool_calls": 9, "max_identical_calls": 3}
    times = {"created_at": now, "queued_at": now, "rung_at": now}
    runs = AgentRun.objects.bulk_create(
        [
            AgentRun(conversation=talk, ordinal=n, task_type=task, request="x", status="completed", **limits, **times)
            for n in range(calls // 4)
        ],
        batch_size=500,
    )
    steps = Step.objects.bulk_create(
        [Step(run=run, seq=1, kind="model", started_at=now) for run in runs], batch_size=500
    )
    card = {"title": "Book", "changes": ["x" * 200]}

    def one(number: int) -> ToolCall:
        at = now - timedelta(days=29) * (1 - number / calls)
        said_yes = dice.random() < 0.93
        known = {
            "acts": True, "approvable": True, "two_people": False, "untrusted_text": dice.random() < 0.1,
            "new_patient": dice.random() < 0.2,
            "outside_hours": dice.random() < 0.3, "anothers_appointment": False,
            "patient": str(dice.randrange(4_000)), "notice_hours": round(dice.random() * 500, 2),
        }  # fmt: skip
        step = steps[number % len(steps)]
        return ToolCall(
            run_id=step.run_id, step=step, position=number // len(steps), tool_use_id="t", tool="book",
            arguments=json.dumps({"slot_id": number, "kind": dice.choice(["follow-up", "new", "vaccination"])}),
            digest=str(number), tier="risky", effect="transactional", facts=known, card=card,
            result={"status": "success", "data": {"text": "x" * 300}},
            status="succeeded" if said_yes else "rejected", decided_by="Priya Nair", proposed_at=at,
            expires_at=at + timedelta(minutes=30), decided_at=at + timedelta(minutes=2),
            finished_at=at + timedelta(minutes=3),
        )  # fmt: skip

    for first in range(0, calls, BATCH):
        ToolCall.objects.bulk_create([one(n) for n in range(first, min(calls, first + BATCH))], batch_size=500)


def replay_each(calls: int) -> list[tuple[str, float, float]]:
    """The median time of each kind of replay; one that did not judge every call is a failure."""
    from django.utils import timezone

    from agentops.domain.policy.rules import Condition, Kind, Operator, Rule, Subject
    from agentops.models import TaskType, ToolPolicy
    from supervision.policy.replay import replay_change

    notice = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")
    kind = Subject(source="argument", name="kind", kind=Kind.TEXT, words="kind")
    by_notice = Rule(number=1, conditions=(Condition(subject=notice, operator=Operator.UNDER, value=48.0),))
    by_kind = Rule(
        number=2, conditions=(Condition(subject=kind, operator=Operator.IS, value="new"),), confirmation="two"
    )
    setting = ToolPolicy.objects.get(tool="book").setting
    rules = {"tier": "safe", "rules": (by_notice, by_kind)}
    bounds = {"per_hour": 100, "per_day": 2_000, "per_patient_day": 2}
    task = TaskType.objects.get(slug="booking").setting
    kinds = {
        "another tier": ("tool", "book", setting.model_copy(update={"tier": "safe"})),
        "two rules, one on an argument": ("tool", "book", setting.model_copy(update=rules)),
        "two rules and three bounds": ("tool", "book", setting.model_copy(update=rules | bounds)),
        "a type of task that permits less": ("task_type", "booking", task.model_copy(update={"permitted_tiers": ()})),
    }
    found = []
    for name, (what, subject, after) in kinds.items():
        times, cpu = [], []
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            replay = replay_change(kind=what, subject=subject, after=after, until=timezone.now())
            times.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            assert replay.judged == calls, replay.judged
        found.append((f"{name} ({replay.different:,} different)", median(times), median(cpu)))
    return found


def main() -> None:
    """SQLite first, then a PostgreSQL of its own; each in a process and a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--here", action="store_true", help="measure on the database that HANDRAIL_DATABASE names")
    given = parser.parse_args()
    if given.here:
        measure(given.calls)
        return
    again = [sys.executable, "-m", "benchmarks.policy_replay", "--here", "--calls", str(given.calls)]
    print(f"{given.calls:,} recorded calls, median of {ROUNDS}:", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'replay.sqlite3'}"
        subprocess.run(again, check=True, env={**os.environ, "HANDRAIL_DATABASE": url})
    with run_postgres() as server, new_database(server) as url:
        subprocess.run(again, check=True, env={**os.environ, "HANDRAIL_DATABASE": url})


if __name__ == "__main__":
    main()
