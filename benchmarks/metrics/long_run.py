"""One run with hundreds of turns: the longest trace that a page has to show."""

from datetime import timedelta

from django.utils import timezone

from agentops.models import AgentRun, Conversation, Step, TaskType, ToolCall

CARD = {"title": "Read a day", "doing": "Read the free times of a day", "done": "Read the free times of a day"}
RESULT = {"status": "success", "code": "ok", "data": {"text": "x" * 2_000}}


def add_long_run(*, turns: int) -> int:
    """Add an ended run of so many turns with one look-up each; returns its key."""
    now = timezone.now()
    talk = Conversation.objects.create(channel="desk", opened_at=now)
    run = AgentRun.objects.create(
        conversation=talk, task_type=TaskType.objects.get(slug="other"), request="Call everyone", status="completed",
        outcome="answered", generated=True, max_iterations=turns, max_tokens=10**7, max_active_ms=10**7,
        max_tool_calls=turns, max_identical_calls=3, iterations=turns, tool_calls=turns, created_at=now, queued_at=now,
        rung_at=now, started_at=now, finished_at=now,
    )  # fmt: skip
    words = [{"type": "text", "text": "y" * 500}]
    steps = Step.objects.bulk_create(
        Step(run=run, seq=n + 1, kind="model", model="claude-sonnet-5-5", provider="anthropic", content=words,
             decision="select_tool", started_at=now + timedelta(seconds=n), duration_ms=900, cost_nano=5_000_000)
        for n in range(turns)
    )  # fmt: skip
    ToolCall.objects.bulk_create(
        ToolCall(run=run, step=step, position=0, tool_use_id="t", tool="search_appointments", arguments="{}",
                 digest="0" * 64, tier="read", effect="read", status="failed" if step.seq % 50 == 0 else "succeeded",
                 card=CARD, result=RESULT, attempts=1, proposed_at=step.started_at, started_at=step.started_at,
                 finished_at=step.started_at + timedelta(milliseconds=80))
        for step in steps
    )  # fmt: skip
    return int(run.pk)
