"""One database: seed the past, then ask for each page as a manager's browser would, and print how long it took."""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from agentops.models import AgentRun, RolledDay, Step, ToolCall  # noqa: E402
from benchmarks.metrics.keeping import count_all_days  # noqa: E402
from benchmarks.metrics.long_run import add_long_run  # noqa: E402
from benchmarks.metrics.multiplying import multiply_past  # noqa: E402

MANAGER = "ruth"
PAGES: dict[str, tuple[int, list[str]]] = {
    "metrics page": (300, ["/metrics/?period=28", "/metrics/?period=7"]),
    "run list": (200, ["/runs/", "/runs/?state=completed", "/runs/?state=open", "/runs/?state=failed"]),
    "run search": (200, ["/runs/?q=knee", "/runs/?q=appointment", "/runs/?q=reid", "/runs/?q=zajac+cancel",
                         "/runs/?patient=gomez", "/runs/?q=a", "/runs/?q=nothinglikeit", "/runs/?q=4821"]),
    "run search by more": (200, ["/runs/?tool=cancel_appointment&outcome=limit_tool_calls", "/runs/?over=50000000",
                                 "/runs/?task=messages&q=remind", "/runs/?q=back&state=handed_off",
                                 "/runs/?over=1000000000", "/runs/?q=knee&since={first}&until={first}"]),
    "older pages": (200, ["/runs/?before={cursor}", "/runs/?q=appointment&before={cursor}"]),
    "run page": (300, ["/runs/{run}/", "/runs/{middle}/"]),
    "run page, 1,000 steps": (300, ["/runs/{long}/", "/runs/{long}/?page=5"]),
}  # fmt: skip
"""What is looked at, and within how many milliseconds it should be there."""


METRICS = "metrics page"


class Took(NamedTuple):
    """Milliseconds of one page: by the clock, and of this process, which a busy machine does not lengthen."""

    wall: float
    cpu: float


def main() -> None:
    """Seed, look, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=1, help="let PostgreSQL make so many of each run")
    parser.add_argument("--rounds", type=int, default=12)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not AgentRun.objects.exists():
        call_command("seed")
        call_command("seed_history", runs=asked.runs, days=180)
        if asked.times > 1:
            multiply_past(times=asked.times)
    places = _find_places()
    _settle()
    lines = Step.objects.count() + ToolCall.objects.count()
    print(f"\n{connection.vendor}: {AgentRun.objects.count():,} runs, {lines:,} turns and calls")
    print(f"{'':<26}{'p50':>8}{'p95':>9}{'target p95':>13}{'CPU of the page':>18}")
    for name, (target, addresses) in PAGES.items():
        if name == METRICS:
            RolledDay.objects.all().delete()
            _print(f"{name}, from rows", target, _ask(addresses, rounds=2))
            print(count_all_days())
        _print(name, target, _ask([one.format(**places) for one in addresses], rounds=asked.rounds))


def _settle() -> None:
    """As long after the rows were written as in a clinic: the database knows how many there are."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("RESET statement_timeout")


def _print(name: str, target: int, times: dict[str, list[Took]]) -> None:
    slowest = max(times, key=lambda one: times[one][-1])
    every = sorted(took for one in times.values() for took in one)
    p50, p95 = (every[int(len(every) * share)].wall for share in (0.5, 0.95))
    cpu = sorted(took.cpu for took in every)[len(every) // 2]
    print(f"{name:<26}{p50:>5.0f} ms{p95:>6.0f} ms{target:>10} ms{cpu:>15.0f} ms   slowest: {slowest}")


def _find_places() -> dict[str, Any]:
    newest = AgentRun.objects.order_by("-created_at")
    runs = list(newest.values_list("pk", "created_at")[:1])
    middle = newest[AgentRun.objects.count() // 2]
    return {
        "run": runs[0][0],
        "middle": middle.pk,
        "cursor": f"{middle.created_at:%Y-%m-%dT%H:%M:%S}%2B00:00_{middle.pk}",
        "first": f"{middle.created_at:%Y-%m-%d}",
        "long": add_long_run(turns=500),
    }


def _ask(addresses: list[str], *, rounds: int) -> dict[str, list[Took]]:
    """Each address in turn, round by round; the first round warms up and does not count."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username=MANAGER))
    times: dict[str, list[Took]] = {address: [] for address in addresses}
    for number in range(rounds + 1):
        for address in addresses:
            took = _time(lambda address=address: client.get(address))
            if number:
                times[address].append(took)
    return {address: sorted(one) for address, one in times.items()}


def _time(look: Callable[[], Any]) -> Took:
    began, used = time.perf_counter(), time.process_time()
    answer = look()
    took = Took((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
    assert answer.status_code == 200, answer.status_code
    return took


if __name__ == "__main__":
    main()
