"""The result of a look-up may wait for the model's next reply, since a look-up may be repeated: one commit less.

The model call after it was reserved when the look-up was dispatched. Where that does not suffice, the result is
recorded at once and the call is reserved anew (docs/decisions/0006).
"""

from datetime import datetime

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.limits import MIN_USEFUL_TOKENS, TurnBudget, budget_turn, estimate_tokens
from agentops.domain.next_move import AskModel, RunTool, next_move
from agentops.domain.outcomes import ToolResult, ToolResultStatus
from agentops.domain.storable import storable
from agentops.domain.transcript import CallView, Held, Transcript
from agentops.ledger.progress import Ask, Dispatch, Lease, NextAct, Progress, Quote, TurnQuote
from agentops.ledger.reading import read_call
from agentops.models import move_call
from agentops.models.rows import CALL, LOOK

RESULT_ROOM_CHARS = 4_000
"""What is reserved for a result that is not known yet, in characters."""

_PRETENDED = ToolResult(status=ToolResultStatus.SUCCESS)


def reserve_ahead(transcript: Transcript, *, gated_now: frozenset[int], quote: Quote) -> TurnBudget | None:
    """The budget of the model call that follows these look-ups; None where something else may follow.

    Several at once only where all of them passed the gate in this very transaction: later ones are not looked at again.
    """
    open_calls = [one for one in transcript.calls if not one.status.answered]
    if any(one.effect is not Effect.READ or one.status is not CallStatus.ALLOWED for one in open_calls):
        return None
    if len(open_calls) > 1 and not gated_now.issuperset(one.id for one in open_calls):
        return None
    pretended = transcript
    for one in open_calls:
        pretended = pretended.with_call(one._replace(status=CallStatus.SUCCEEDED, result=_PRETENDED))
    move = next_move(pretended)
    if not isinstance(move, AskModel) or move.wait_s:
        return None
    quoted = quote(pretended, move.decision)
    chars = quoted.prompt_chars + RESULT_ROOM_CHARS * len(open_calls)
    budget = _budget(transcript, quoted=TurnQuote(chars, quoted.cap))
    return None if budget.limit else budget


def hold_result(
    *,
    lease: Lease,
    transcript: Transcript,
    dispatch: Dispatch,
    result: ToolResult,
    started_at: datetime,
    finished_at: datetime,
    quote: Quote,
) -> Progress | None:
    """Go on without a commit where what was reserved ahead suffices; None: record the result now.

    One look at the run's row, without a lock, keeps a stop, a cancelled run or a lost lease from being overlooked for
    a whole model call.
    """
    ahead = dispatch.ahead
    seen = LOOK.row(run_id=lease.run_id) if ahead else None
    if ahead is None or seen is None or seen.stopped or seen.stop_requested or seen.lease_epoch != lease.epoch:
        return None
    if seen.budgeted:  # since a moment ago: money is set aside under the lock only
        return None
    status = CallStatus.SUCCEEDED if result.ok else CallStatus.FAILED
    held = dispatch.call._replace(status=status, result=result, held=Held(started_at, finished_at))
    transcript = transcript.with_call(held)
    act = _act_ahead(transcript, ahead=ahead, quote=quote)
    return Progress(transcript, act) if act else None


def _act_ahead(transcript: Transcript, *, ahead: TurnBudget, quote: Quote) -> NextAct | None:
    move = next_move(transcript)
    if isinstance(move, RunTool):
        return Dispatch(move.call, ahead)
    if not isinstance(move, AskModel) or move.wait_s:
        return None
    quoted = quote(transcript, move.decision)
    room = min(quoted.cap, ahead.reserved - estimate_tokens(quoted.prompt_chars))
    if room < min(quoted.cap, MIN_USEFUL_TOKENS):
        return None
    return Ask(move, TurnBudget(max_tokens=room, reserved=ahead.reserved))


def _budget(transcript: Transcript, *, quoted: TurnQuote) -> TurnBudget:
    return budget_turn(
        limits=transcript.limits, spent=transcript.spent, prompt_chars=quoted.prompt_chars, cap=quoted.cap
    )


def write_held(transcript: Transcript) -> Transcript:
    """Write every result that was held back. A call that was withdrawn meanwhile keeps what its row says."""
    for call in transcript.calls:
        if call.held:
            transcript = transcript.with_call(_write_one(call, held=call.held))
    return transcript


def _write_one(call: CallView, *, held: Held) -> CallView:
    moved = move_call(
        call_id=call.id,
        old=[CallStatus.ALLOWED],
        new=call.status,
        attempts=call.attempts + 1,
        result=storable(call.result.stored) if call.result else None,
        started_at=held.started_at,
        finished_at=held.finished_at,
    )
    if moved:
        return call._replace(held=None)
    row = CALL.row(call_id=call.id)
    return read_call(row) if row else call._replace(held=None)
