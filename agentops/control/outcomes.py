"""What a person is told of what they asked for."""

from dataclasses import dataclass
from datetime import datetime

from agentops.domain.lifecycle import CallStatus
from agentops.domain.policy.changes import Difference


class BadRequest(Exception):
    """Something a person asked for cannot be done; `message` says what and what to do instead, `field` where."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Started:
    """A run that exists now; `created` is False where the same request key had made it before."""

    run_id: int
    created: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that counted. A yes takes effect at once, or not before `held_until` where it is held."""

    call_id: int
    status: CallStatus
    at: datetime
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An answer that did not count. `message` says why, and who was first and when if somebody was."""

    code: str
    message: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Something a worker will answer in the row of this edit."""

    edit_id: int


@dataclass(frozen=True, slots=True)
class Extended:
    """A request that may wait for longer: until when."""

    call_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that was changed; `invalidated` waiting calls were withdrawn with it."""

    version: int
    invalidated: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change that gives an agent more room: it waits for a second admin, and nothing is different yet."""

    change_id: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved first; nothing was changed. `theirs` is what they changed since, `version` what is saved."""

    message: str
    version: int = 0
    theirs: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop that is in force. `created` is False where somebody had stopped it before; `invalidated` answers were
    taken back with it; `in_flight` tool calls had begun already, run to their end and are recorded.
    """

    created: bool
    invalidated: int
    in_flight: int
