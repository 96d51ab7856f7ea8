"""Hints that leave the machine after a commit: ids only, never content. A lost or doubled hint is harmless."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

EventKind = Literal["run.changed", "call.waiting", "call.settled", "edit.answered", "run.finished", "desk.changed"]


class Event(BaseModel):
    """Something changed; whoever cares reads it again with their own permission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: EventKind
    run_id: int
    call_id: int | None = None
    version: int = 0
