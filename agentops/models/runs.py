"""What was asked and what was done: conversations, runs, the model's turns, the calls it proposed."""

import uuid

from django.db import models
from django.db.models import F, Q

from agentops.domain.lifecycle import CallStatus, Effect, RunStatus
from agentops.domain.limits import Limits, Spent
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier
from agentops.models.catalogue import TIERS, TaskType

CHANNELS = [("phone", "Phone"), ("text", "Text"), ("online", "Online"), ("desk", "At the desk")]


class Conversation(models.Model):
    """One caller's exchange over one or several runs."""

    channel = models.CharField(max_length=12, choices=CHANNELS, default="desk")
    on_the_line = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"conversation {self.pk} by {self.channel}"


class AgentRun(models.Model):
    """One request from start to final answer. Written by the holder of its lease, by `control` and by nobody else.

    `generated` marks the runs that never were: `manage.py seed_history` made them, and pages say so.
    `asker` is the account of whoever the run acts for, `asked_by` their name as others read it.
    """

    request_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request_key = models.CharField(max_length=64, null=True, blank=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="runs", db_index=False)
    ordinal = models.PositiveIntegerField(default=0)
    task_type = models.ForeignKey(TaskType, on_delete=models.PROTECT, db_index=False)
    asked_by = models.CharField(max_length=150, blank=True)
    asker = models.BigIntegerField(null=True)
    request = models.TextField()
    briefing = models.TextField(blank=True)

    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in RunStatus])
    outcome = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    handoff_reason = models.CharField(max_length=200, blank=True)
    handoff_summary = models.TextField(blank=True)
    stop_requested = models.BooleanField(default=False)

    max_iterations = models.PositiveIntegerField()
    max_tokens = models.PositiveIntegerField()
    max_active_ms = models.PositiveIntegerField()
    max_tool_calls = models.PositiveIntegerField()
    max_identical_calls = models.PositiveIntegerField()
    iterations = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    tokens_reserved = models.PositiveIntegerField(default=0)
    active_ms = models.PositiveIntegerField(default=0)
    waited_ms = models.PositiveBigIntegerField(default=0)
    tool_calls = models.PositiveIntegerField(default=0)
    cost_nano = models.PositiveBigIntegerField(default=0)
    unpriced_calls = models.PositiveIntegerField(default=0)

    lease_owner = models.CharField(max_length=40, blank=True)
    lease_epoch = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    lease_losses = models.PositiveIntegerField(default=0)
    charged_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    generated = models.BooleanField(default=False)

    created_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    rung_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Read by the sweeper: what waits for a worker, and whose worker is gone. The end of the lease is not in
            # the second one: it moves with every commit, and each move would have to be written into every index.
            models.Index(fields=["rung_at"], condition=Q(status="queued"), name="run_queued"),
            models.Index(fields=["id"], condition=Q(status="running"), name="run_at_work"),
            # Read by the run list, newest first.
            models.Index(fields=["-created_at", "-id"], name="run_newest"),
            # Read by the run list: what is open and neither queued nor at work.
            models.Index(fields=["id"], condition=Q(status="suspended"), name="run_suspended"),
            # Read by pages that have to say that what they show is partly made up.
            models.Index(fields=["created_at"], condition=Q(generated=True), name="run_generated"),
            # Read by every page, which says how many wait: ended runs that somebody has to take over. With their keys,
            # so that those that were taken over are told apart without a look at their rows.
            models.Index(fields=["finished_at", "id"], condition=~Q(handoff_reason=""), name="run_handed_off"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "ordinal"], name="one_run_per_turn_of_talk"),
            # A form that is sent twice makes one run.
            models.UniqueConstraint(
                fields=["request_key"], condition=Q(request_key__isnull=False), name="one_run_per_request_key"
            ),
            # What a crash or a bug must never leave behind.
            models.CheckConstraint(condition=Q(iterations__lte=F("max_iterations")), name="run_iterations_in_limit"),
            models.CheckConstraint(condition=Q(tool_calls__lte=F("max_tool_calls")), name="run_tool_calls_in_limit"),
            models.CheckConstraint(condition=Q(status="running") | Q(lease_owner=""), name="run_lease_only_running"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.status})"

    @property
    def limits(self) -> Limits:
        """The bounds this run started with."""
        return Limits(
            iterations=self.max_iterations,
            tokens=self.max_tokens,
            active_ms=self.max_active_ms,
            tool_calls=self.max_tool_calls,
            identical_calls=self.max_identical_calls,
        )

    @property
    def spent(self) -> Spent:
        """What is used or reserved of them."""
        return Spent(
            iterations=self.iterations,
            tokens=self.tokens + self.tokens_reserved,
            active_ms=self.active_ms,
            tool_calls=self.tool_calls,
        )


class Step(models.Model):
    """One thing the machine did besides running a tool: a model turn, a failed one, or a note on how the run ended."""

    run = models.ForeignKey(AgentRun, on_delete=models.CASCADE, related_name="steps", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[("model", "model"), ("failure", "failure"), ("note", "note")])
    decision = models.CharField(max_length=24, blank=True, choices=[(d.value, d.value) for d in DecisionType])
    provider = models.CharField(max_length=24, blank=True)
    model = models.CharField(max_length=80, blank=True)
    content = models.JSONField(default=list)
    stop_reason = models.CharField(max_length=40, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    retry_after = models.FloatField(null=True)
    provider_request_id = models.CharField(max_length=80, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cost_nano = models.PositiveBigIntegerField(null=True)
    price_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["seq"]
        # Read by the alerts: which model calls of these runs brought no reply. Only those are written into it.
        indexes = [models.Index(fields=["run"], condition=Q(kind="failure"), name="step_failed")]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="one_step_per_seq")]

    def __str__(self) -> str:
        return f"step {self.seq} of run {self.run_id}"


class ToolCall(models.Model):
    """One call that a model proposed. Its arguments never change: what a person read is what runs.

    `keeps` names what nobody else should be offered while the call is open. `approver` is the account that said yes,
    `seconder` the other one where two did: both are looked at once more before the call begins. An approved call does
    not begin before `held_until`. A call that staff changed is superseded by another one in its place (`supersedes`
    names the one before), which answers the same `tool_use_id`. Where `confirmers` is two, `seconded_by` is the other
    one who said yes. Where `ask_requester` is set the caller is asked before staff are; `heard` is what they were
    asked and said.
    `facts` is what was known of it when it was judged, so that it can be judged again; what comes back from an
    `untrusted` one may hold free text that anybody wrote.
    """

    run = models.ForeignKey(AgentRun, on_delete=models.CASCADE, related_name="calls")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="calls", db_index=False)
    position = models.PositiveIntegerField()
    tool_use_id = models.CharField(max_length=120)
    tool = models.CharField(max_length=80)
    arguments = models.TextField()
    digest = models.CharField(max_length=64)
    tier = models.CharField(max_length=12, choices=TIERS)
    effect = models.CharField(max_length=16, choices=[(e.value, e.value) for e in Effect])
    hands_off = models.BooleanField(default=False)
    rule = models.CharField(max_length=600, blank=True)
    facts = models.JSONField(default=dict)
    untrusted = models.BooleanField(default=False)
    card = models.JSONField(null=True)
    findings = models.JSONField(default=list)
    keeps = models.CharField(max_length=80, blank=True)
    supersedes = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="successors", db_index=False
    )

    status = models.CharField(max_length=14, choices=[(s.value, s.value) for s in CallStatus])
    version = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    approver = models.BigIntegerField(null=True)
    decision_note = models.CharField(max_length=2_000, blank=True)
    confirmers = models.PositiveSmallIntegerField(default=1)
    ask_requester = models.BooleanField(default=False)
    heard = models.JSONField(null=True)
    seconded_by = models.CharField(max_length=150, blank=True)
    seconder = models.BigIntegerField(null=True)
    alone_because = models.CharField(max_length=300, blank=True)

    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["step_id", "position"]
        indexes = [
            # Read by the queue and by the sweeper that expires what nobody answered.
            models.Index(fields=["expires_at"], condition=Q(status__in=["awaiting", "in_doubt"]), name="call_waiting"),
            # Read by the sweeper, however many requests wait.
            models.Index(fields=["expires_at"], condition=Q(status="awaiting"), name="call_expiring"),
            # Read by the sweeper: callers who never answered.
            models.Index(fields=["expires_at"], condition=Q(status="asking"), name="call_asking"),
            # Read every second by whoever ends holds, however many runs wait for other things.
            models.Index(
                fields=["held_until"], condition=Q(status="approved", held_until__isnull=False), name="call_on_hold"
            ),
            # Read by whoever looks for what is free: is it kept for an open call?
            models.Index(
                fields=["keeps"],
                condition=Q(status__in=["asking", "awaiting", "approved", "started", "in_doubt"]) & ~Q(keeps=""),
                name="call_keeps",
            ),
            # Read by the bounds of a tool, by its figures of a month and by whoever judges recorded calls again.
            models.Index(fields=["tool", "proposed_at"], name="call_by_tool"),
            # Read by "decided today".
            models.Index(fields=["-decided_at"], condition=Q(decided_at__isnull=False), name="call_decided"),
        ]
        constraints = [
            # One result for each call that the model proposed: what was superseded gives its place away.
            models.UniqueConstraint(
                fields=["step", "position"], condition=~Q(status="superseded"), name="one_call_per_position"
            ),
            # Two people who change one call at once make one new call.
            models.UniqueConstraint(
                fields=["supersedes"], condition=Q(supersedes__isnull=False), name="one_successor_per_call"
            ),
            # An effect without a yes: the database refuses what the gate must never let through.
            models.CheckConstraint(
                condition=~Q(status__in=["started", "succeeded", "in_doubt", "happened"])
                | Q(tier__in=[ActionTier.READ.value, ActionTier.SAFE.value])
                | ~Q(decided_by=""),
                name="call_acts_only_with_a_yes",
            ),
            # Half a yes is none: where two have to confirm, both stand on the row, or why one was alone on duty.
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "started", "succeeded", "in_doubt", "happened"])
                | Q(confirmers=1)
                | ~Q(seconded_by="")
                | ~Q(alone_because=""),
                name="call_acts_only_with_both",
            ),
            # Staff's yes does not stand for the caller's, where the policy asks for that first.
            models.CheckConstraint(
                condition=~Q(status__in=["awaiting", "approved", "started", "succeeded", "in_doubt", "happened"])
                | Q(ask_requester=False)
                | Q(heard__isnull=False),
                name="call_acts_only_after_the_caller",
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk} of {self.tool} ({self.status})"
