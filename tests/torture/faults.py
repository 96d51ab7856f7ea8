"""What strikes a process: death, a sleep that outlasts its lease, a database that fails at the commit."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum

from django.db import OperationalError, connection

from agentops.domain.lifecycle import Effect
from tests.dying import die
from tests.torture.points import Point, Side, Subject
from tests.torture.trap import Place, Trap


class Fault(StrEnum):
    """How a point is tried."""

    KILL = "kill"
    STOP = "stop"
    ERROR = "error"

    @property
    def words(self) -> str:
        """What is done to the process, for a heading."""
        return {
            "kill": "Killed (SIGKILL)",
            "stop": "Stopped (SIGSTOP) until another worker has done its work, then woken (SIGCONT)",
            "error": "The database lost at the commit: before it nothing is stored, after it nobody knows",
        }[self]

    def applies(self, point: Point, effect: Effect, *, database: str) -> bool:
        """Whether the fault can strike there and leaves somebody to recover.

        A process that sleeps in a transaction on SQLite holds the only pen; and there it is the only process as well.
        A database can only fail somebody who commits.
        """
        if self is Fault.STOP:
            return database == "postgresql" or not point.in_transaction(effect)
        return self is Fault.KILL or point.side is not None


def sleep_on() -> None:
    """Stand still as a suspended machine does, every thread, until somebody sends SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def lose_database() -> None:
    """The connection breaks: before the commit nothing is stored; after it, it is, and nobody here knows."""
    connection.connection.close()
    raise OperationalError("the server closed the connection unexpectedly")


STRIKES: dict[Fault, Callable[[], None]] = {Fault.KILL: die, Fault.STOP: sleep_on, Fault.ERROR: lose_database}


def set_trap(point: Point, subject: Subject, fault: Fault) -> tuple[Trap, AbstractContextManager[None]]:
    """The trap for this point, and what arms it where it lies at a commit."""
    place = point.at if isinstance(point.at, Place) else None
    trap = Trap(STRIKES[fault], look=lambda: point.when(subject), place=place)
    return trap, trap.at_commit(before=point.at is Side.BEFORE) if point.side else nullcontext()
