"""What the doorbell and the clock ring for."""

from celery import shared_task

from agentops.runner.loop import advance
from agentops.runner.sweeper import sweep_once


@shared_task(name="agentops.tasks.advance_run")  # type: ignore[untyped-decorator]
def advance_run(run_id: int) -> None:
    """Work on this run until it ends or waits. Any number of rings does the work of one."""
    advance(run_id)


@shared_task(name="agentops.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ring again for what was forgotten, and end the wait of what nobody answered."""
    sweep_once()
