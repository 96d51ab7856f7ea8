"""What each finished run came to: one narrow row, written with the end of the run, read by the metrics."""

from django.db import models

from agentops.models.runs import AgentRun


class RunFact(models.Model):
    """The figures of one finished run. `cost_nano` is a lower bound where `unpriced_calls` > 0."""

    run = models.OneToOneField(AgentRun, on_delete=models.CASCADE, primary_key=True)
    task_type = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    provider = models.CharField(max_length=24, blank=True)
    status = models.CharField(max_length=16)
    outcome = models.CharField(max_length=40)
    completed = models.BooleanField()
    limit_reached = models.BooleanField()
    escalated = models.BooleanField()
    iterations = models.PositiveIntegerField()
    active_ms = models.PositiveIntegerField()
    waited_ms = models.PositiveBigIntegerField()
    tool_calls = models.PositiveIntegerField()
    tools_executed = models.PositiveIntegerField()
    tool_errors = models.PositiveIntegerField()
    asked_people = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField()
    cost_nano = models.PositiveBigIntegerField()
    unpriced_calls = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["started_at", "task_type"], name="fact_by_start")]

    def __str__(self) -> str:
        return f"facts of run {self.run_id}"
