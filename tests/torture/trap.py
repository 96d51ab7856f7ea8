"""A trap: the one place in a run's life where a fault strikes. It is passed by, or lies at a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from unittest import mock

from django.db import DEFAULT_DB_ALIAS, connections

Look = Callable[[], bool]
"""Whether the rows, as this very transaction sees them, show what the trap waits for."""


class Place(StrEnum):
    """Where a life passes by outside of any commit. Each is reported by the piece that stands there."""

    MODEL_ASKED = "the model is about to be asked"
    MODEL_ANSWERED = "the model has answered"
    TOOL_ENTERED = "the tool is about to act"
    TOOL_ACTED = "the tool has acted"
    BELL_DUE = "a bell is about to be rung"
    BELL_RUNG = "a bell was rung"
    HINT_DUE = "a hint is about to be sent"
    HINT_SENT = "a hint was sent"


class Trap:
    """Strikes once. `place` is None where it waits for a commit."""

    def __init__(self, strike: Callable[[], None], *, look: Look, place: Place | None = None) -> None:
        self.strike = strike
        self.look = look
        self.place = place
        self.sprung = False

    def reach(self, place: Place) -> None:
        """Somebody passes by."""
        if place is self.place and not self.sprung and self.look():
            self.sprung = True
            self.strike()

    @contextmanager
    def at_commit(self, *, before: bool) -> Iterator[None]:
        """Strike right before, or right after, the first COMMIT with which the look comes true."""
        wrapper_type: Any = type(connections[DEFAULT_DB_ALIAS])
        commit = wrapper_type._commit

        def watched(wrapper: object) -> None:
            here = not self.sprung and self.look()
            self.sprung |= here
            if here and before:
                self.strike()
            commit(wrapper)
            if here and not before:
                self.strike()

        with mock.patch.object(wrapper_type, "_commit", watched):
            yield


NO_TRAP = Trap(lambda: None, look=lambda: False)
