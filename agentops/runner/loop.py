"""The loop: do what comes next, write it down, be told what comes then. Bounded by the ledger, which reserves first."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from structlog.contextvars import bound_contextvars

from agentops.domain.lifecycle import Effect, RunStatus
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.next_move import AwaitHuman, Finish, next_move
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.routing import DecisionType
from agentops.domain.transcript import CallView, Transcript, Turn
from agentops.domain.validation import OutputRules
from agentops.ledger import (
    Ask,
    Claim,
    Dispatch,
    Lease,
    LeaseLost,
    ModelTurn,
    Preparation,
    Progress,
    RunBrief,
    claim_run,
    finish_run,
    record_failure,
    record_reply,
    record_result,
    run_transactional,
)
from agentops.llm.models import Model, get_model
from agentops.runner.endings import end_run, output_rules
from agentops.runner.heartbeat import keep_alive
from agentops.runner.proposals import read_proposals
from agentops.runner.requests import Desk, NoRoute, open_desk
from agentops.tools.execution import execute_here, execute_tool
from agentops.tools.registry import ToolContext, find_tool

log = structlog.get_logger(__name__)


def advance(run_id: int) -> None:
    """Work on a run until it ends, waits for a person or turns out to be somebody else's."""
    begun = time.monotonic()
    desks: list[Desk] = []

    def prepare(brief: RunBrief) -> Preparation:
        desks.append(open_desk(brief))
        return Preparation(desks[0].quote, desks[0].briefing)

    claim = claim_run(run_id=run_id, prepare=prepare)
    if claim is None:
        return
    with bound_contextvars(request_id=claim.brief.request_id, run_id=run_id):
        try:
            _Slice(claim, desks[0], begun=begun).work()
        except LeaseLost:
            log.warning("lease_lost", epoch=claim.lease.epoch)


@dataclass(frozen=True, slots=True)
class _Words:
    """The model's last words, not yet written: they go into the same commit as the end of the run."""

    turn: ModelTurn
    finish: Finish


class _Slice:
    """One stretch of work on one run by one worker."""

    def __init__(self, claim: Claim, desk: Desk, *, begun: float) -> None:
        self.claim = claim
        self.lease: Lease = claim.lease
        self.model: Model = get_model()
        self.desk = desk
        self.charged_at = begun

    def work(self) -> None:
        """Go on until the run is parked or over."""
        progress = self.claim.progress
        longest = progress.transcript.limits.active_ms / 1000 + 30
        with keep_alive(self.lease, longest_s=longest):
            while True:
                act = progress.act
                if isinstance(act, AwaitHuman):
                    log.info("run_suspended", count=len(act.calls))
                    break
                if isinstance(act, Finish):
                    self._finish(progress.transcript, act)
                    break
                step = self._ask(progress.transcript, act) if isinstance(act, Ask) else self._run(progress, act)
                if isinstance(step, _Words):
                    self._finish(progress.transcript, step.finish, turn=step.turn)
                    break
                progress = step

    def _ask(self, transcript: Transcript, ask: Ask) -> Progress | _Words:
        if ask.move.wait_s:
            time.sleep(ask.move.wait_s)
        decision = ask.move.decision
        turn = self._model_turn(transcript, ask)
        if turn.failure:
            log.warning("model_failed", failure=turn.failure.kind, decision=decision)
            return record_failure(
                lease=self.lease, transcript=transcript, turn=turn, active_ms=self._active_ms(), quote=self.desk.quote
            )
        reply = turn.reply
        assert reply is not None
        last = _last_words(transcript, reply, decision=decision)
        if last:
            return _Words(turn, last)
        proposals = read_proposals(
            reply, run_id=self.lease.run_id, brief=self.claim.brief, rules=self._rules(transcript), now=_now()
        )
        return record_reply(
            lease=self.lease,
            transcript=transcript,
            turn=turn,
            proposals=proposals,
            active_ms=self._active_ms(),
            quote=self.desk.quote,
        )

    def _model_turn(self, transcript: Transcript, ask: Ask) -> ModelTurn:
        decision, started, begun = ask.move.decision, _now(), time.monotonic()
        reply: ModelReply | None = None
        failed: ModelFailure | None = None
        model = ""
        try:
            request = self.desk.request(
                transcript,
                decision=decision,
                max_tokens=ask.budget.max_tokens,
                deadline_s=_left_s(transcript),
            )
            model = request.model
            reply = self.model.ask(request)
            _refuse_half_a_call(reply)
        except ModelFailure as failed_call:
            reply, failed = None, failed_call
        except NoRoute as missing:
            failed = ModelFailure(FailureKind.BAD_REQUEST, str(missing))
        took = int((time.monotonic() - begun) * 1000)
        return ModelTurn(decision, model, self.model.provider, started, took, reply=reply, failure=failed)

    def _run(self, progress: Progress, dispatch: Dispatch) -> Progress:
        call, transcript = dispatch.call, progress.transcript
        tool = find_tool(call.tool)
        context = ToolContext(
            run_id=self.lease.run_id,
            key=f"handrail-call-{call.id}-{call.digest[:16]}",
            said=self.claim.brief.said,
            asked_at=self.claim.brief.asked_at,
            now=_now(),
        )
        if call.effect is Effect.TRANSACTIONAL:
            return run_transactional(
                lease=self.lease,
                transcript=transcript,
                call=call,
                effect=lambda: (
                    execute_here(tool=tool, context=context, arguments=call.arguments) if tool else _unplugged(call)
                ),
                quote=self.desk.quote,
            )
        begun = time.monotonic()
        result = (
            execute_tool(tool=tool, context=context, arguments=call.arguments, deadline_s=_left_s(transcript))
            if tool
            else _unplugged(call)
        )
        return record_result(
            lease=self.lease,
            transcript=transcript,
            call=call,
            result=result,
            took=timedelta(seconds=time.monotonic() - begun),
            active_ms=self._active_ms(),
            quote=self.desk.quote,
        )

    def _finish(self, transcript: Transcript, finish: Finish, *, turn: ModelTurn | None = None) -> None:
        ending = end_run(transcript, finish, rules=self._rules(transcript))
        finish_run(lease=self.lease, transcript=transcript, ending=ending, active_ms=self._active_ms(), turn=turn)
        log.info("run_finished", status=ending.status, outcome=ending.outcome)

    def _rules(self, transcript: Transcript) -> OutputRules:
        results = tuple(call.result.for_model() for call in transcript.calls if call.result)
        return output_rules(transcript, self.desk.toolset.output_rules(self.lease.run_id, results))

    def _active_ms(self) -> int:
        """Working time since it was last charged, in milliseconds."""
        now = time.monotonic()
        spent, self.charged_at = int((now - self.charged_at) * 1000), now
        return spent


def _last_words(transcript: Transcript, reply: ModelReply, *, decision: DecisionType) -> Finish | None:
    """The run's end, if this reply is one: then it is written together with it."""
    if decision is DecisionType.CLASSIFY_INTENT or reply.tool_uses:
        return None
    turn = Turn(seq=0, content=tuple(reply.content), stop_reason=reply.stop_reason)
    move = next_move(transcript.with_turn(turn))
    return move if isinstance(move, Finish) and move.status is not RunStatus.CANCELLED else None


def _refuse_half_a_call(reply: ModelReply) -> None:
    """A call that was cut off in the middle is not a call: the turn is asked for again with more room."""
    if reply.stop_reason is StopReason.MAX_TOKENS and reply.tool_uses:
        raise ModelFailure(FailureKind.TRUNCATED, "the reply was cut off inside a tool call", retry_after=0.0)


def _unplugged(call: CallView) -> ToolResult:
    return failure("tool_unplugged", f"{call.tool} is no longer there.", "Use another tool.")


def _left_s(transcript: Transcript) -> float:
    return max((transcript.limits.active_ms - transcript.spent.active_ms) / 1000, 0.5)


def _now() -> datetime:
    return datetime.now(UTC)
