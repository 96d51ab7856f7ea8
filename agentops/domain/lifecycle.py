"""The states of a run and of a tool call, and the moves between them that are legal."""

from enum import StrEnum


class Effect(StrEnum):
    """What running a tool twice would do; decides what happens when a worker dies in the middle."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    NON_IDEMPOTENT = "non_idempotent"
    TRANSACTIONAL = "transactional"

    @property
    def repeatable(self) -> bool:
        """Whether a call found started may simply be run again with the same key."""
        return self in {Effect.READ, Effect.IDEMPOTENT}


class RunStatus(StrEnum):
    """Where a run stands. A suspended run is data at rest: no worker, thread or socket waits for it."""

    QUEUED = "queued"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    LIMIT_REACHED = "limit_reached"
    HANDED_OFF = "handed_off"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return not RUN_MOVES[self]


class CallStatus(StrEnum):
    """Where a proposed call stands."""

    REFUSED = "refused"
    ALLOWED = "allowed"
    ASKING = "asking"
    AWAITING = "awaiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    INVALIDATED = "invalidated"
    SUPERSEDED = "superseded"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    HAPPENED = "happened"
    NOT_HAPPENED = "not_happened"

    @property
    def answered(self) -> bool:
        """Whether the call has the result that the model will read."""
        return not CALL_MOVES[self]

    @property
    def waits(self) -> bool:
        """Whether only a person can move it: the caller, who is asked first, or staff."""
        return self in {CallStatus.ASKING, CallStatus.AWAITING, CallStatus.IN_DOUBT}

    @property
    def runnable(self) -> bool:
        """Whether the machine may start it."""
        return self in {CallStatus.ALLOWED, CallStatus.APPROVED}

    @property
    def took_effect(self) -> bool:
        """Whether the tool certainly acted."""
        return self in {CallStatus.SUCCEEDED, CallStatus.HAPPENED}


_OVER: frozenset[RunStatus] = frozenset(
    {RunStatus.COMPLETED, RunStatus.LIMIT_REACHED, RunStatus.HANDED_OFF, RunStatus.FAILED, RunStatus.CANCELLED}
)

RUN_MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED}),
    RunStatus.RUNNING: _OVER | {RunStatus.RUNNING, RunStatus.SUSPENDED, RunStatus.QUEUED},
    RunStatus.SUSPENDED: frozenset({RunStatus.QUEUED, RunStatus.CANCELLED}),
    **{status: frozenset() for status in _OVER},
}

CALL_MOVES: dict[CallStatus, frozenset[CallStatus]] = {
    CallStatus.REFUSED: frozenset(),
    CallStatus.ALLOWED: frozenset(
        {CallStatus.STARTED, CallStatus.SUCCEEDED, CallStatus.FAILED, CallStatus.CANCELLED, CallStatus.INVALIDATED}
    ),
    CallStatus.ASKING: frozenset(
        {
            CallStatus.AWAITING,  # the caller said yes: now staff decide
            CallStatus.EXPIRED,
            CallStatus.CANCELLED,
            CallStatus.INVALIDATED,
        }
    ),
    CallStatus.AWAITING: frozenset(
        {
            CallStatus.ASKING,  # what the caller said yes to is not what would be done any more
            CallStatus.APPROVED,
            CallStatus.REJECTED,
            CallStatus.EXPIRED,
            CallStatus.CANCELLED,
            CallStatus.INVALIDATED,
            CallStatus.SUPERSEDED,
        }
    ),
    CallStatus.APPROVED: frozenset(
        {
            CallStatus.AWAITING,  # taken back while it was held
            CallStatus.STARTED,
            CallStatus.SUCCEEDED,
            CallStatus.FAILED,
            CallStatus.CANCELLED,
            CallStatus.INVALIDATED,
        }
    ),
    CallStatus.REJECTED: frozenset(),
    CallStatus.EXPIRED: frozenset(),
    CallStatus.CANCELLED: frozenset(),
    CallStatus.INVALIDATED: frozenset(),
    CallStatus.SUPERSEDED: frozenset(),
    CallStatus.STARTED: frozenset(
        {CallStatus.STARTED, CallStatus.SUCCEEDED, CallStatus.FAILED, CallStatus.IN_DOUBT, CallStatus.CANCELLED}
    ),
    CallStatus.SUCCEEDED: frozenset(),
    CallStatus.FAILED: frozenset(),
    CallStatus.IN_DOUBT: frozenset({CallStatus.HAPPENED, CallStatus.NOT_HAPPENED}),
    CallStatus.HAPPENED: frozenset(),
    CallStatus.NOT_HAPPENED: frozenset(),
}
