"""Workers that stand still: each runs the real loop, and stops inside the model and inside a tool until it may go on.

Exactly one thread moves at a time, so that a history of steps can be told, repeated and made smaller.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.db import DEFAULT_DB_ALIAS, connections

from agentops.domain.messages import ModelReply, ModelRequest
from agentops.ledger import Lease
from agentops.models import AgentRun
from agentops.runner.loop import advance
from agentops.tools.registry import ToolContext

HANGS_AFTER_SECONDS = 30.0


class Crash(BaseException):
    """The process is gone: nothing after this point happens. No `except Exception` of the product sees it."""


@dataclass(frozen=True)
class AtModel:
    """A worker that waits for the model's reply."""

    request: ModelRequest


@dataclass(frozen=True)
class AtTool:
    """A worker inside a tool, before it acts; `again` where the same dispatch tries once more."""

    tool: str
    context: ToolContext
    arguments: Any
    again: bool


Place = AtModel | AtTool | None
Answer = Callable[[], Any]


class Worker:
    """One thread that works through a run, as far as it is let."""

    def __init__(self, stage: "Stage") -> None:
        self.stage = stage
        self.at: Place = None
        self.lease: Lease | None = None
        self._tasks: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[Place] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether it could take up a run."""
        return self.at is None

    def hear(self, run_id: int) -> None:
        """Let it take up a run; returns when it stands still, has ended its slice, or is dead."""
        before = AgentRun.objects.get(pk=run_id).lease_epoch
        self._wait_after(lambda: self._tasks.put(run_id))
        run = AgentRun.objects.get(pk=run_id)
        self.lease = Lease(run_id, run.lease_owner, run.lease_epoch) if run.lease_epoch > before else None

    def go_on(self, answer: Answer) -> None:
        """Let the model or the tool answer; what `answer` raises is raised there."""
        self._wait_after(lambda: self._answers.put(answer))

    def die(self) -> None:
        """Be killed where it stands."""
        self.go_on(_crash)

    def end(self) -> None:
        """Let the thread go."""
        self._tasks.put(None)
        self._thread.join(HANGS_AFTER_SECONDS)

    def stand(self, place: AtModel | AtTool) -> Any:
        """Called from inside the loop, in whatever thread: say where it stands, and wait."""
        self._news.put(place)
        return self._answers.get(timeout=HANGS_AFTER_SECONDS)()

    def _wait_after(self, let_go: Callable[[], None]) -> None:
        self.stage.active = self
        let_go()
        self.at = self._news.get(timeout=HANGS_AFTER_SECONDS)

    def _live(self) -> None:
        while (run_id := self._tasks.get()) is not None:
            try:
                advance(run_id)
            except Crash:
                connections.close_all()
            self._news.put(None)
        connections.close_all()


class Stage:
    """The workers, the model they share, and the commit at which the next to commit will die."""

    provider = "offline"

    def __init__(self, *, workers: int) -> None:
        self.active: Worker | None = None
        self.workers = [Worker(self) for _ in range(workers)]
        self.doom: tuple[int, bool] | None = None
        self.asked: list[ModelRequest] = []

    def ask(self, request: ModelRequest) -> ModelReply:
        """The model's side: whoever is moving stands here."""
        assert self.active
        self.asked.append(request)
        reply: ModelReply = self.active.stand(AtModel(request))
        return reply

    def run_tool(self, tool: str, context: ToolContext, arguments: Any) -> Any:
        """A tool's side: whoever is moving stands here."""
        assert self.active
        at = self.active.at
        again = isinstance(at, AtTool) and at.context.key == context.key
        return self.active.stand(AtTool(tool, context, arguments, again))

    def at_model(self) -> list[Worker]:
        """Workers that wait for a reply."""
        return [worker for worker in self.workers if isinstance(worker.at, AtModel)]

    def at_tool(self) -> list[Worker]:
        """Workers inside a tool."""
        return [worker for worker in self.workers if isinstance(worker.at, AtTool)]

    def busy(self) -> list[Worker]:
        """Workers that stand anywhere."""
        return [worker for worker in self.workers if not worker.idle]

    def idle(self) -> list[Worker]:
        """Workers that could take up a run."""
        return [worker for worker in self.workers if worker.idle]

    @contextmanager
    def doomed(self, doom: tuple[int, bool] | None) -> Iterator[None]:
        """Let whoever moves in this block die at its n-th commit: right before it, or right after."""
        self.doom = doom
        try:
            yield
        except Crash:
            connections.close_all()
        finally:
            self.doom = None

    @contextmanager
    def dying_at_commits(self) -> Iterator[None]:
        """Make the commits of every connection listen to `doom`."""
        wrapper_type: Any = type(connections[DEFAULT_DB_ALIAS])
        commit = wrapper_type._commit

        def listening(wrapper: Any) -> None:
            number, before = self.doom or (0, False)
            self.doom = (number - 1, before) if number > 1 else None
            if number == 1 and before:
                wrapper._rollback()
                raise Crash
            commit(wrapper)
            if number == 1:
                raise Crash

        with mock.patch.object(wrapper_type, "_commit", listening):
            yield


def _crash() -> None:
    raise Crash
