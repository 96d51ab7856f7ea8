"""Rows to transcript: everything the loop decides from is read here."""

from agentops.domain.cards import EditNote
from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.messages import FailureKind, Message, StopReason
from agentops.domain.outcomes import ToolResult
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import read_tier
from agentops.domain.transcript import CallView, Transcript, Turn, closing_messages
from agentops.models import AgentRun
from agentops.models.rows import CALLS, RUN, STEPS, CallRow, StepRow, WholeRun

_STOP_REASONS = {reason.value: reason for reason in StopReason}


def read_transcript(whole: WholeRun, *, with_history: bool = True) -> Transcript:
    """Fold a run's rows into its transcript; earlier runs of the conversation come first, as the caller heard them."""
    run = whole.run
    history, heard = _history(whole) if with_history and whole.ordinal else ((), False)
    return Transcript(
        run_id=run.pk,
        request=whole.request,
        limits=run.limits,
        spent=run.spent,
        history=history,
        turns=_read_turns(run.pk) if run.iterations else (),
        sorted=not run.sorts,
        stop_requested=run.stop_requested,
        heard_untrusted=heard,
    )


def find_run(run_id: int) -> WholeRun:
    """A run as it stands; LookupError where there is none."""
    run = RUN.row(run_id=run_id)
    if run is None:
        raise LookupError(f"there is no run {run_id}")
    return run


def _read_turns(run_id: int) -> tuple[Turn, ...]:
    calls: dict[int, list[CallView]] = {}
    for row in CALLS.rows(run_id=run_id):
        calls.setdefault(row.step_id, []).append(read_call(row))
    return tuple(_turn(step, tuple(calls.get(step.pk, ()))) for step in STEPS.rows(run_id=run_id))


def read_call(row: CallRow) -> CallView:
    """One call as the loop sees it."""
    card = row.card or {}
    edit = card.get("edit")
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
        changed=EditNote.model_validate(edit).told if edit else "",
        confirmers=row.confirmers,
        facts=row.facts,
        untrusted=row.untrusted,
        result=ToolResult.model_validate(row.result) if row.result else None,
        on_hold=bool(row.on_hold),
        approver_gone=bool(row.approver_gone),
    )


def _turn(step: StepRow, calls: tuple[CallView, ...]) -> Turn:
    return Turn(
        seq=step.seq,
        content=tuple(step.content),
        stop_reason=_STOP_REASONS.get(step.stop_reason, StopReason.UNKNOWN),
        calls=calls,
        failure=FailureKind(step.failure) if step.failure else None,
        retry_after=step.retry_after,
        sorting=step.decision == DecisionType.CLASSIFY_INTENT,
    )


def _history(whole: WholeRun) -> tuple[tuple[Message, ...], bool]:
    """What was said in earlier runs, and whether any of them read untrusted free text."""
    earlier = AgentRun.objects.filter(conversation_id=whole.conversation_id, ordinal__lt=whole.ordinal).order_by(
        "ordinal"
    )
    messages: list[Message] = []
    heard = False
    for run_id, answer in earlier.values_list("pk", "answer"):
        transcript = read_transcript(find_run(run_id), with_history=False)
        messages += closing_messages(transcript, answer)
        heard = heard or transcript.tainted
    return tuple(messages), heard
