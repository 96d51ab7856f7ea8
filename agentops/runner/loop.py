"""The loop: do what comes next, write it down, be told what comes then. Bounded by the ledger, which reserves first."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.next_move import AwaitHuman, Finish
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.routing import DecisionType
from agentops.domain.transcript import CallView, Transcript, call_key
from agentops.domain.validation import OutputRules
from agentops.ledger import (
    Ask,
    Claim,
    DatabaseBusy,
    Dispatch,
    Frozen,
    Lease,
    LeaseLost,
    ModelTurn,
    Preparation,
    Prepare,
    Progress,
    RunBrief,
    claim_run,
    finish_run,
    give_back_connection,
    give_up,
    hold_result,
    record_failure,
    record_reply,
    record_result,
    record_sorting,
    run_transactional,
    settle_doubt,
)
from agentops.llm.models import Model, get_model
from agentops.runner.endings import end_run, output_rules
from agentops.runner.heartbeat import keep_alive
from agentops.runner.proposals import read_proposals
from agentops.runner.requests import Desk, open_desk
from agentops.runner.turns import ask_model, last_words
from agentops.tools.execution import BACKOFF_SECONDS, MAX_ATTEMPTS, check_effect, execute_here, execute_tool
from agentops.tools.registry import Tool, ToolContext

log = structlog.get_logger(__name__)


def advance(run_id: int) -> None:
    """Work on a run until it ends, waits for a person or turns out to be somebody else's.

    Never raises for what is wrong with one run: a slice that breaks is counted, and the third one goes to a person.
    """
    with bound_contextvars(run_id=run_id, request_id=""):
        try:
            _work_on(run_id)
        except LeaseLost:
            log.warning("lease_lost")
        except Exception:  # whatever it is, the run must not stay with a worker that has left it
            log.exception("slice_broke")
            give_up(run_id=run_id)


def _work_on(run_id: int) -> None:
    begun = time.monotonic()
    desks: list[Desk] = []

    def prepare(brief: RunBrief) -> Preparation:
        desks.append(open_desk(brief))
        return Preparation(desks[-1].quote, desks[-1].briefing)

    model = get_model()  # before a connection is held: loading it takes a while
    claim = claim_run(run_id=run_id, prepare=prepare)
    if claim is None:
        return
    # Bound for as long as `advance` works on the run, so that what breaks is told with the request it belongs to.
    bind_contextvars(request_id=claim.brief.request_id)
    _Slice(claim, desks, prepare, model=model, begun=begun).work()


@dataclass(frozen=True, slots=True)
class _Words:
    """The model's last words, not yet written: they go into the same commit as the end of the run."""

    turn: ModelTurn
    finish: Finish


class _Slice:
    """One stretch of work on one run by one worker."""

    def __init__(self, claim: Claim, desks: list[Desk], prepare: Prepare, *, model: Model, begun: float) -> None:
        self.claim = claim
        self.lease: Lease = claim.lease
        self.model = model
        self.desks = desks
        self.prepare = prepare
        self.charged_at = begun

    @property
    def desk(self) -> Desk:
        """The desk as of now: sorting a run lays out another one."""
        return self.desks[-1]

    def work(self) -> None:
        """Go on until the run is parked or over."""
        progress = self.claim.progress
        longest = progress.transcript.limits.active_ms / 1000 + 30
        with keep_alive(self.lease, longest_s=longest):
            while True:
                act = progress.act
                if isinstance(act, AwaitHuman):
                    log.info("run_suspended", count=len(act.calls))
                    self._check_doubts(act)
                    break
                if isinstance(act, Frozen):
                    log.info("run_stopped")
                    break
                if isinstance(act, Finish):
                    self._finish(progress.transcript, act)
                    break
                step = self._ask(progress.transcript, act) if isinstance(act, Ask) else self._run(progress, act)
                if isinstance(step, _Words):
                    self._finish(progress.transcript, step.finish, turn=step.turn)
                    break
                progress = step

    def _check_doubts(self, wait: AwaitHuman) -> None:
        """Spare a person the question where a tool can say for sure what became of its call."""
        for call in wait.calls:
            tool = self.desk.toolset.find(call.tool) if call.status is CallStatus.IN_DOUBT else None
            key = call_key(call_id=call.id, digest=call.digest)
            happened = check_effect(tool=tool, key=key) if tool else None
            if happened is not None:
                settle_doubt(run_id=self.lease.run_id, call_id=call.id, happened=happened)

    def _ask(self, transcript: Transcript, ask: Ask) -> Progress | _Words:
        give_back_connection()
        if ask.move.wait_s:
            time.sleep(ask.move.wait_s)
        decision = ask.move.decision
        turn = ask_model(self.model, self.desk, transcript, ask=ask, deadline_s=self._left_s(transcript))
        if turn.failure:
            log.warning("model_failed", failure=turn.failure.kind, decision=decision)
            return record_failure(
                lease=self.lease, transcript=transcript, turn=turn, active_ms=self._active_ms(), quote=self.desk.quote
            )
        reply = turn.reply
        assert reply is not None
        if decision is DecisionType.CLASSIFY_INTENT:
            return record_sorting(
                lease=self.lease, transcript=transcript, turn=turn, active_ms=self._active_ms(), prepare=self.prepare
            )
        last = last_words(transcript, reply)
        if last:
            return _Words(turn, last)
        proposals = read_proposals(
            reply,
            run_id=self.lease.run_id,
            brief=self.claim.brief,
            toolset=self.desk.toolset,
            rules=self._rules(transcript),
            now=_now(),
        )
        return record_reply(
            lease=self.lease,
            transcript=transcript,
            turn=turn,
            proposals=proposals,
            active_ms=self._active_ms(),
            quote=self.desk.quote,
        )

    def _run(self, progress: Progress, dispatch: Dispatch) -> Progress:
        call, transcript = dispatch.call, progress.transcript
        tool = self.desk.toolset.find(call.tool)
        context = ToolContext(
            run_id=self.lease.run_id,
            key=call_key(call_id=call.id, digest=call.digest),
            said=self.claim.brief.said,
            asked_at=self.claim.brief.asked_at,
            now=_now(),
        )
        if call.effect is Effect.TRANSACTIONAL:
            return self._run_here(transcript, call, tool=tool, context=context)
        if tool and not tool.local:
            give_back_connection()
        begun, left = time.monotonic(), self._left_s(transcript)
        result = (
            execute_tool(tool=tool, context=context, arguments=call.arguments, deadline_s=left)
            if tool
            else _unplugged(call)
        )
        took = timedelta(seconds=time.monotonic() - begun)
        held = self._hold(transcript, dispatch, result=result, took=took) if result else None
        return held or record_result(
            lease=self.lease,
            transcript=transcript,
            call=call,
            result=result,
            took=took,
            active_ms=self._active_ms(),
            quote=self.desk.quote,
        )

    def _hold(
        self, transcript: Transcript, dispatch: Dispatch, *, result: ToolResult, took: timedelta
    ) -> Progress | None:
        """Keep a look-up's result for the commit of the next reply, while there is time to work."""
        if not self._time_left_s(transcript) > 0:
            return None
        now = _now()
        return hold_result(
            lease=self.lease,
            transcript=transcript,
            dispatch=dispatch,
            result=result,
            started_at=now - took,
            finished_at=now,
            quote=self.desk.quote,
        )

    def _run_here(self, transcript: Transcript, call: CallView, *, tool: Tool | None, context: ToolContext) -> Progress:
        """Effect and result in one commit, tried again where the database was only busy."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return run_transactional(
                    lease=self.lease,
                    transcript=transcript,
                    call=call,
                    effect=lambda: (
                        execute_here(tool=tool, context=context, arguments=call.arguments) if tool else _unplugged(call)
                    ),
                    active_ms=self._active_ms(),
                    quote=self.desk.quote,
                    last_try=attempt == MAX_ATTEMPTS,
                )
            except DatabaseBusy:
                time.sleep(BACKOFF_SECONDS * 2**attempt)
        raise AssertionError("the last try records whatever it came to")

    def _finish(self, transcript: Transcript, finish: Finish, *, turn: ModelTurn | None = None) -> None:
        ending = end_run(transcript, finish, rules=self._rules(transcript))
        finish_run(lease=self.lease, transcript=transcript, ending=ending, active_ms=self._active_ms(), turn=turn)
        log.info("run_finished", status=ending.status, outcome=ending.outcome)

    def _rules(self, transcript: Transcript) -> OutputRules:
        results = tuple(call.result.for_model() for call in transcript.calls if call.result)
        return output_rules(transcript, self.desk.toolset.output_rules(self.lease.run_id, results))

    def _left_s(self, transcript: Transcript) -> float:
        """Working time that is left for the act at hand, in seconds; what this act has used already is not."""
        return max(self._time_left_s(transcript), 0.5)

    def _time_left_s(self, transcript: Transcript) -> float:
        left = (transcript.limits.active_ms - transcript.spent.active_ms) / 1000
        return left - (time.monotonic() - self.charged_at)

    def _active_ms(self) -> int:
        """Working time since it was last charged, in milliseconds."""
        now = time.monotonic()
        spent, self.charged_at = int((now - self.charged_at) * 1000), now
        return spent


def _unplugged(call: CallView) -> ToolResult:
    return failure("tool_unplugged", say("%(tool)s is no longer there.", tool=call.tool), "Use another tool.")


def _now() -> datetime:
    return datetime.now(UTC)
