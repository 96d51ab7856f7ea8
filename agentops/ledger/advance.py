"""The end of every verb: under the run's lock, what comes next, and what it takes is reserved in the same commit."""

from collections.abc import Mapping
from typing import Any

from agentops.after_commit import announce
from agentops.domain.arguments import digest_call
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus, Effect, RunStatus
from agentops.domain.limits import budget_turn
from agentops.domain.messages import FailureKind
from agentops.domain.next_move import AskModel, AwaitHuman, Doubt, Finish, RunTool, next_move
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.policy.judging import AskedCall, judge_again
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.transcript import CallView, Transcript
from agentops.ledger.budgets import Book, open_book
from agentops.ledger.holding import reserve_ahead
from agentops.ledger.leases import LEASE_END
from agentops.ledger.progress import Ask, Dispatch, Frozen, Lease, LeaseLost, NextAct, Progress, Quote, Totals
from agentops.ledger.reading import read_call
from agentops.ledger.stops import tool_stop
from agentops.models import move_call, move_run
from agentops.models.moves import NOW
from agentops.models.rows import CALL, POLICY, SUCCESSOR, RunRow

_STRICTER = failure(
    "policy_changed", say("The rule for this tool became stricter meanwhile."), "Propose the call once more."
)
_NO_LEASE = {"lease_owner": "", "lease_expires_at": None}


class CallMoved(Exception):
    """A call changed although its run's row was locked: somebody wrote past the verbs. Nothing is recorded."""


def reserve_next(
    *,
    lease: Lease,
    transcript: Transcript,
    quote: Quote,
    totals: Totals,
    run: RunRow,
    gated_now: frozenset[int] = frozenset(),
    taking: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Progress:
    """Say what comes next and write the run's row: counters, reservation, longer lease, or the parked run.

    Call it last in a transaction that holds the run's lock, on a transcript that was read or refreshed under that
    lock. `run` is the row as it was locked: while it is stopped nothing is begun. `gated_now` are calls that passed the
    gate in this very transaction; `taking` are the columns of a lease that is taken with it, `changes` further columns
    to write.
    A turn counts once, however often it had to be asked for.
    """
    transcript = transcript.with_spent(tokens=totals.tokens, iterations=len(transcript.turns))
    book = open_book(run, totals=totals, lost=taking is not None)
    act, transcript = _next_act(transcript, quote=quote, gated_now=gated_now, run=run, book=book)
    if book:
        book.close()
    reserved = _reserved(act)
    counters = {
        "iterations": transcript.spent.iterations,
        "tokens": totals.tokens,
        "tokens_reserved": reserved,
        "active_ms": transcript.spent.active_ms,
        "tool_calls": transcript.spent.tool_calls,
        "cost_nano": totals.cost_nano,
        "unpriced_calls": totals.unpriced,
        "charged_at": NOW,
        **changes,
    }
    transcript = transcript.with_spent(tokens=totals.tokens + reserved)
    if isinstance(act, AwaitHuman):
        if taking:
            take_run(lease, taking)
        park_run(lease, calls=act.calls, changes=counters)
    elif isinstance(act, Frozen):
        _write_run(lease, new=RunStatus.QUEUED, **_NO_LEASE, queued_at=NOW, rung_at=NOW, **counters)
    elif taking:
        take_run(lease, {**taking, **counters})
    else:
        _write_run(lease, new=RunStatus.RUNNING, lease_expires_at=LEASE_END, **counters)
    announce(Event(kind="run.changed", run_id=lease.run_id))
    return Progress(transcript, act)


def take_run(lease: Lease, changes: Mapping[str, Any]) -> None:
    """Write a lease into a run's row that was just locked and found free."""
    where = {"lease_epoch": lease.epoch - 1}
    old = [RunStatus.QUEUED, RunStatus.RUNNING]
    if not move_run(run_id=lease.run_id, old=old, new=RunStatus.RUNNING, when=where, **changes):
        raise LeaseLost(f"run {lease.run_id} was taken by somebody else")


def _write_run(lease: Lease, *, new: RunStatus, **changes: Any) -> None:
    where = {"lease_epoch": lease.epoch}
    if not move_run(run_id=lease.run_id, old=[RunStatus.RUNNING], new=new, when=where, **changes):
        raise LeaseLost(f"run {lease.run_id} is no longer ours at epoch {lease.epoch}")


def _reserved(act: NextAct) -> int:
    """Tokens to set aside for the coming model call, be it the next act or the one after a look-up."""
    budget = act.budget if isinstance(act, Ask) else act.ahead if isinstance(act, Dispatch) else None
    return budget.reserved if budget else 0


def refresh_open(transcript: Transcript) -> Transcript:
    """Read again every call that somebody else may have moved: an approval that lands now would be lost, and a call
    that was withdrawn would run. One that staff changed gives its place to the one that superseded it.
    """
    for call in transcript.calls:
        row = None if call.status.answered else CALL.row(call_id=call.id)
        while row and row.status == CallStatus.SUPERSEDED:
            row = SUCCESSOR.row(call_id=row.pk)
        transcript = transcript.with_call(read_call(row), instead_of=call.id) if row else transcript
    return transcript


def doubt_started(transcript: Transcript) -> Transcript:
    """Mark every call that a lost worker began as in doubt."""
    for call in transcript.calls:
        if call.status is CallStatus.STARTED:
            transcript = transcript.with_call(_mark_in_doubt(call))
    return transcript


def _next_act(
    transcript: Transcript, *, quote: Quote, gated_now: frozenset[int], run: RunRow, book: Book | None
) -> tuple[NextAct, Transcript]:
    while True:
        move = next_move(transcript)
        if run.stopped and isinstance(move, AskModel | RunTool):
            return Frozen(), transcript
        if isinstance(move, AskModel):
            return _reserve_turn(transcript, move=move, quote=quote, book=book)
        if isinstance(move, RunTool):
            known_good = move.call.id in gated_now
            call, ready = _begin_call(move.call, transcript=transcript, permitted=run.tiers, known_good=known_good)
            transcript = transcript.with_call(call)
            if ready:
                ahead = gated_now if book is None else None
                return _dispatch(transcript, call=call, gated_now=ahead, quote=quote)
        elif isinstance(move, Doubt):
            transcript = transcript.with_call(_mark_in_doubt(move.call))
        else:
            return move, transcript


def _dispatch(
    transcript: Transcript, *, call: CallView, gated_now: frozenset[int] | None, quote: Quote
) -> tuple[NextAct, Transcript]:
    """Run this call; None of `gated_now` says that nothing may be reserved ahead."""
    reading = call.effect is Effect.READ and gated_now is not None
    ahead = reserve_ahead(transcript, gated_now=gated_now or frozenset(), quote=quote) if reading else None
    iterations = transcript.spent.iterations + (ahead is not None)
    return Dispatch(call, ahead), transcript.with_spent(iterations=iterations)


def _reserve_turn(
    transcript: Transcript, *, move: AskModel, quote: Quote, book: Book | None
) -> tuple[NextAct, Transcript]:
    quoted = quote(transcript, move.decision)
    budget = budget_turn(
        limits=transcript.limits, spent=transcript.spent, prompt_chars=quoted.prompt_chars, cap=quoted.cap
    )
    if budget.limit and _failing(transcript):
        return Finish(RunStatus.FAILED, "model_unavailable"), transcript
    if budget.limit:
        return Finish(RunStatus.LIMIT_REACHED, f"limit_{budget.limit}", limit=budget.limit), transcript
    refusal = book.reserve(quoted=quoted, budget=budget) if book else ""
    if refusal:
        return Finish(RunStatus.LIMIT_REACHED, refusal), transcript
    return Ask(move, budget), transcript.with_spent(iterations=transcript.spent.iterations + 1)


def _failing(transcript: Transcript) -> bool:
    """Whether the model was being asked again because it could not be reached: that, not the limit, is the reason."""
    failed = transcript.turns[-1].failure if transcript.turns else None
    return failed is not None and failed is not FailureKind.TRUNCATED


def _begin_call(
    call: CallView, *, transcript: Transcript, permitted: frozenset[ActionTier], known_good: bool
) -> tuple[CallView, bool]:
    """Intent before effect: the call is marked as started before anyone runs it, and the policy is read once more,
    unless it was read in this very transaction.

    Two kinds need no mark: a look-up, which may be repeated, and a transactional call, whose effect and result are
    one commit.
    """
    out_of_time = transcript.spent.active_ms >= transcript.limits.active_ms
    problem = _out_of_time() if out_of_time else None if known_good else _dispatch_problem(call, permitted=permitted)
    if problem:
        # One that was begun may have acted, whatever the rules say now.
        return (_mark_in_doubt(call) if call.status is CallStatus.STARTED else _withdraw(call, problem)), False
    if call.effect in {Effect.TRANSACTIONAL, Effect.READ}:
        return call, True
    _must_move(
        call_id=call.id,
        old=[call.status],
        new=CallStatus.STARTED,
        started_at=NOW,
        attempts=call.attempts + 1,
    )
    return call._replace(status=CallStatus.STARTED, attempts=call.attempts + 1), True


def _dispatch_problem(call: CallView, *, permitted: frozenset[ActionTier]) -> ToolResult | None:
    """Why this call may not run after all: its bytes, whoever said yes, what its type of task permits, its tool's
    switch and its tier are looked at once more.
    """
    if digest_call(tool=call.tool, arguments=call.arguments) != call.digest:
        return failure(
            "content_changed", say("The stored call is not the one that was decided."), "Do not try it again."
        )
    if call.approver_gone:
        return failure(
            "approver_gone",
            say("Whoever said yes may no longer decide, so the yes was withdrawn and nothing was done."),
            "Propose the call once more.",
        )
    if call.tier not in permitted:
        tier = say(call.tier.words.lower())
        told = say("This type of task does not permit what is “%(tier)s” any more.", tier=tier)
        return failure("tier_not_permitted", told, "Go on without it, or call escalate_to_human.")
    policy = POLICY.row(tool=call.tool)
    if stop := tool_stop(call.tool, policy=policy):
        return stop
    if policy and not policy.enabled:
        return failure(
            "tool_disabled",
            say("%(tool)s was switched off meanwhile.", tool=call.tool),
            "Call escalate_to_human instead.",
        )
    stricter = judge_again(
        call=AskedCall(call.arguments, call.facts),
        setting=policy.setting if policy else ToolSetting(tier=call.tier.value),
        floor=read_tier(policy.floor) if policy and policy.floor else None,
        tier=call.tier,
        confirmers=call.confirmers,
        asked=call.status is not CallStatus.ALLOWED,
    )
    return _STRICTER if stricter else None


def _out_of_time() -> ToolResult:
    return failure("limit_active_time", say("The run's working time is used up; this was not done."), "Answer now.")


def _withdraw(call: CallView, result: ToolResult) -> CallView:
    new = CallStatus.INVALIDATED
    _must_move(call_id=call.id, old=[call.status], new=new, result=result.stored, finished_at=NOW)
    return call._replace(status=new, result=result)


def _mark_in_doubt(call: CallView) -> CallView:
    _must_move(call_id=call.id, old=[CallStatus.STARTED], new=CallStatus.IN_DOUBT)
    return call._replace(status=CallStatus.IN_DOUBT)


def _must_move(*, call_id: int, **move: Any) -> None:
    """Move a call that was just read under the run's lock; nobody else can have moved it."""
    if not move_call(call_id=call_id, **move):
        raise CallMoved(call_id)


def park_run(lease: Lease, *, calls: tuple[CallView, ...], changes: dict[str, Any]) -> None:
    """Lay the run down until a person decides: the lease is given back, and the desk gets a hint for each call."""
    _write_run(
        lease,
        new=RunStatus.SUSPENDED,
        **_NO_LEASE,
        suspended_at=NOW,
        **changes,
    )
    for call in calls:
        if call.status is CallStatus.ASKING:
            continue  # nobody at the desk can answer it yet; the run's own hint is enough
        announce(Event(kind="call.waiting", run_id=lease.run_id, call_id=call.id, version=call.version))
