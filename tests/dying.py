"""Work that is killed at a chosen point: a real process, a real SIGKILL, nothing cleaned up."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from django.db import DEFAULT_DB_ALIAS, connections


def die() -> None:
    """Go as a power cut goes."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def killed_at_commit(number: int, *, before: bool = False) -> Iterator[None]:
    """Die right after (or right before) the n-th COMMIT that really reaches the database."""
    wrapper_type = type(connections[DEFAULT_DB_ALIAS])
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


def in_own_process(work: Callable[[], None]) -> bool:
    """Run the work in a forked process; True where it came to its end, False where it was killed."""
    leave_database()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == 0, "the work failed instead of being killed"
    return True
