"""Rows to transcript: everything the loop decides from is read here."""

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.messages import FailureKind, Message, StopReason
from agentops.domain.outcomes import ToolResult
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import read_tier
from agentops.domain.transcript import CallView, Transcript, Turn, closing_messages
from agentops.models import AgentRun, Step, ToolCall


def read_transcript(run: AgentRun, *, with_history: bool = True) -> Transcript:
    """Fold a run's rows into its transcript; earlier runs of the conversation come first, as the caller heard them."""
    turns = _read_turns(run) if run.iterations else ()
    return Transcript(
        run_id=run.pk,
        request=run.request,
        limits=run.limits,
        spent=run.spent,
        history=_history(run) if with_history and run.ordinal else (),
        turns=turns,
        sorted=not run.task_type.sorts,
        stop_requested=run.stop_requested,
    )


def _read_turns(run: AgentRun) -> tuple[Turn, ...]:
    calls: dict[int, list[CallView]] = {}
    for row in run.calls.all():
        calls.setdefault(row.step_id, []).append(read_call(row))
    return tuple(_turn(step, tuple(calls.get(step.pk, ()))) for step in run.steps.all() if step.kind != "note")


def read_call(row: ToolCall) -> CallView:
    """One call as the loop sees it."""
    card = row.card or {}
    return CallView(
        id=row.pk,
        tool_use_id=row.tool_use_id,
        tool=row.tool,
        arguments=row.arguments,
        digest=row.digest,
        tier=read_tier(row.tier),
        effect=Effect(row.effect),
        status=CallStatus(row.status),
        version=row.version,
        hands_off=row.hands_off,
        attempts=row.attempts,
        doing=card.get("doing", ""),
        done=card.get("done", ""),
        result=ToolResult.model_validate(row.result) if row.result else None,
    )


def _turn(step: Step, calls: tuple[CallView, ...]) -> Turn:
    known = {reason.value for reason in StopReason}
    return Turn(
        seq=step.seq,
        content=tuple(step.content),
        stop_reason=StopReason(step.stop_reason) if step.stop_reason in known else StopReason.UNKNOWN,
        calls=calls,
        failure=FailureKind(step.failure) if step.failure else None,
        retry_after=step.retry_after,
        sorting=step.decision == DecisionType.CLASSIFY_INTENT,
    )


def _history(run: AgentRun) -> tuple[Message, ...]:
    earlier = (
        AgentRun.objects.filter(conversation_id=run.conversation_id, ordinal__lt=run.ordinal)
        .select_related("task_type")
        .prefetch_related("steps", "calls")
        .order_by("ordinal")
    )
    messages: list[Message] = []
    for past in earlier:
        messages += closing_messages(read_transcript(past, with_history=False), past.answer)
    return tuple(messages)
