"""What the doorbell and the clock ring for."""

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.core.management import call_command

from agentops.runner import edits
from agentops.runner.loop import advance
from agentops.runner.sweeper import end_holds, sweep_once

_leaving = threading.Event()


@shared_task(name="agentops.tasks.advance_run")  # type: ignore[untyped-decorator]
def advance_run(run_id: int) -> None:
    """Work on this run until it ends or waits. Any number of rings does the work of one."""
    advance(run_id)


@shared_task(name="agentops.tasks.answer_edit")  # type: ignore[untyped-decorator]
def answer_edit(edit_id: int) -> None:
    """Answer what the desk asked of a tool. Any number of rings gives one answer."""
    edits.answer_wish(edit_id)


@shared_task(name="agentops.tasks.play_golden")  # type: ignore[untyped-decorator]
def play_golden(asked_id: int) -> None:
    """Play the golden examples as somebody asked; the command does so in a process and a database of their own."""
    call_command("play_round", asked_id)


@shared_task(name="agentops.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ring again for what was forgotten, and end the wait of what nobody answered."""
    sweep_once()


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_hold_clock(**_: Any) -> None:
    """A worker's process looks after the ends of holds as well: Celery's own timers would forget them with it."""
    _leaving.clear()
    threading.Thread(target=end_holds, args=[_leaving], name="handrail-holds", daemon=True).start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_hold_clock(**_: Any) -> None:
    """A worker that leaves rings for nothing more; another one does."""
    _leaving.set()
