"""Work that is killed or put to sleep at a chosen point: a real process, a real signal, nothing cleaned up."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import DEFAULT_DB_ALIAS, connections


def die() -> None:
    """Go as a power cut goes."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def killed_at_commit(number: int, *, before: bool = False) -> Iterator[None]:
    """Die right after (or right before) the n-th COMMIT that really reaches the database."""
    wrapper_type: Any = type(connections[DEFAULT_DB_ALIAS])
    commit = wrapper_type._commit
    seen = [0]

    def counted(wrapper: object) -> None:
        seen[0] += 1
        if before and seen[0] == number:
            die()
        commit(wrapper)
        if seen[0] == number:
            die()

    with mock.patch.object(wrapper_type, "_commit", counted):
        yield


def leave_database() -> None:
    """Close what a forked child must not share: connections, and a pool whose threads it would not have."""
    connections.close_all()
    close_pool = getattr(connections[DEFAULT_DB_ALIAS], "close_pool", None)
    if close_pool:
        close_pool()


class OwnProcess:
    """Work in a forked process."""

    def __init__(self, work: Callable[[], None]) -> None:
        leave_database()
        self.over = False
        self.pid = os.fork()
        if self.pid == 0:
            _exit_after(work)

    def wait(self) -> bool:
        """True where the work came to its end or sleeps, False where it was killed. AssertionError where it failed."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return True
        self.over = True
        if os.WIFSIGNALED(status):
            return False
        assert os.WEXITSTATUS(status) == 0, "the work failed instead of being killed"
        return True

    def wake(self) -> bool:
        """Let a process that sleeps go on, and wait for its end as above."""
        os.kill(self.pid, signal.SIGCONT)
        return self.wait()

    def end(self) -> None:
        """Leave nothing behind, whatever it was doing."""
        if not self.over:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()


def in_own_process(work: Callable[[], None]) -> bool:
    """Run the work in a forked process; True where it came to its end, False where it was killed."""
    return OwnProcess(work).wait()


def _exit_after(work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)
