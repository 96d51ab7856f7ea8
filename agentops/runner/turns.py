"""One turn of the model: asked, timed, and read for whether it ends the run."""

import time
from datetime import UTC, datetime

from agentops.domain.lifecycle import RunStatus
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.next_move import Finish, next_move
from agentops.domain.transcript import Transcript, Turn
from agentops.ledger import Ask, ModelTurn
from agentops.llm.models import Model
from agentops.runner.requests import Desk, NoRoute


def ask_model(model: Model, desk: Desk, transcript: Transcript, *, ask: Ask, deadline_s: float) -> ModelTurn:
    """Ask for the coming turn, within that many seconds. Whatever goes wrong comes back as the turn's failure."""
    started, begun = datetime.now(UTC), time.monotonic()
    reply: ModelReply | None = None
    failed: ModelFailure | None = None
    name = ""
    try:
        request = desk.request(
            transcript, decision=ask.move.decision, max_tokens=ask.budget.max_tokens, deadline_s=deadline_s
        )
        name = request.model
        reply = model.ask(request)
        _refuse_half_a_call(reply)
    except ModelFailure as failed_call:
        reply, failed = None, failed_call
    except NoRoute as missing:
        failed = ModelFailure(FailureKind.MODEL_NOT_FOUND, str(missing))
    took = int((time.monotonic() - begun) * 1000)
    return ModelTurn(
        ask.move.decision, name, model.provider, started, took, reply=reply, failure=failed, prices=desk.prices
    )


def last_words(transcript: Transcript, reply: ModelReply) -> Finish | None:
    """The run's end, if this reply is one: then it is written together with it."""
    if reply.tool_uses:
        return None
    turn = Turn(seq=0, content=tuple(reply.content), stop_reason=reply.stop_reason)
    move = next_move(transcript.with_turn(turn))
    return move if isinstance(move, Finish) and move.status is not RunStatus.CANCELLED else None


def _refuse_half_a_call(reply: ModelReply) -> None:
    """A call that was cut off in the middle is not a call: the turn is asked for again with more room."""
    if reply.stop_reason is StopReason.MAX_TOKENS and reply.tool_uses:
        raise ModelFailure(FailureKind.TRUNCATED, "the reply was cut off inside a tool call", retry_after=0.0)
