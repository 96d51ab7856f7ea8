"""One trial: one point, one effect, one fault; then everything that may be wrong about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core import serializers
from django.db import connection

from agentops.domain.lifecycle import Effect
from agentops.models import AgentRun, RunFact, Step, ToolCall
from tests.dying import OwnProcess
from tests.torture.cast import Cast
from tests.torture.faults import Fault, set_trap
from tests.torture.first_look import FIRST_LOOKS
from tests.torture.invariants import Aftermath, Harm, Violation, count_effects, find_violations, is_on_the_desk
from tests.torture.life import as_worker, clear_up, doubts, live, recover
from tests.torture.points import Point, Subject
from tests.torture.trap import NO_TRAP


@dataclass
class Verdict:
    """What a trial came to."""

    point: str
    effect: str
    fault: str
    database: str
    doubtful: bool = False
    violations: list[Violation] = field(default_factory=list)

    def blame(self, harm: Harm, words: str) -> None:
        """Add one violation."""
        self.violations.append(Violation(harm, words))

    @property
    def clean(self) -> bool:
        """Whether nothing was wrong."""
        return not self.violations

    def __str__(self) -> str:
        said = "; ".join(f"{one.harm}: {one.words}" for one in self.violations) or "clean"
        return f"{self.point} {self.effect} {self.fault} {self.database}: {said}"


class Trial:
    """A life in which a fault strikes at one point, and what comes after."""

    def __init__(self, point: Point, effect: Effect, fault: Fault, *, cast: Cast, key: str) -> None:
        self.point, self.fault, self.cast = point, fault, cast
        self.subject = Subject(key, effect)
        self.verdict = Verdict(point.name, effect.value, fault.value, connection.vendor)

    def hold(self) -> Verdict:
        """Live, strike, recover, look."""
        sleeper = self._strike()
        try:
            self._judge(sleeper)
        finally:
            if sleeper:
                sleeper.end()
        return self.verdict

    def _judge(self, sleeper: OwnProcess | None) -> None:
        lost_tokens, in_flight = self._look_at_once()
        run = recover(self.subject, self.cast)
        self._check_doubt(run)
        if sleeper:
            self._wake(sleeper, run)
        if self.verdict.doubtful:
            clear_up(run.pk, happened=count_effects(self.subject, run.pk, self.cast.outside) == 1)
            run = recover(self.subject, self.cast)
        # A sleeper may still send the one question for which tokens were reserved, and so are charged.
        most = max(in_flight, int(lost_tokens > 0)) if sleeper else in_flight
        lost_answers = range(in_flight, most + 1)
        after = Aftermath(self.subject, self.cast.outside, run, self.verdict.doubtful, lost_tokens, lost_answers)
        self.verdict.violations += find_violations(after)

    def _strike(self) -> OwnProcess | None:
        """Live up to the fault; the process that sleeps, if one does."""
        if self.fault is Fault.ERROR:
            self._live()
            self.cast.trap = NO_TRAP
            return None
        process = OwnProcess(self._live)
        lives = process.wait()
        assert lives is (self.fault is Fault.STOP), f"{self.verdict}: the fault did not strike"
        return process if lives else None

    def _live(self) -> None:
        trap, armed = set_trap(self.point, self.subject, self.fault)
        self.cast.trap = trap
        with armed, as_worker(f"doomed {self.subject.key}"[:40]):
            live(self.subject, self.cast, path=self.point.path)
        assert trap.sprung, f"{self.verdict}: the point was never reached"

    def _look_at_once(self) -> tuple[int, int]:
        """Check what must be true at once; the tokens and the answers that were in flight and are lost."""
        look = FIRST_LOOKS.get(self.point.name)
        for words in look(self.subject) if look else ():
            self.verdict.blame(Harm.LOST, words)
        run = AgentRun.objects.filter(request_key=self.subject.key).first()
        asked = len(self.cast.outside.asks(self.subject.words))
        return (run.tokens_reserved if run else 0), asked - self.subject.turns()

    def _check_doubt(self, run: AgentRun) -> None:
        """In doubt exactly where nobody can know, and then for everybody to see."""
        found = doubts(run.pk)
        self.verdict.doubtful = bool(found)
        if bool(found) != self.point.leaves_doubt(self.subject.effect):
            self.verdict.blame(Harm.DOUBT, f"{len(found)} calls are in doubt")
        if not all(is_on_the_desk(call) for call in found):
            self.verdict.blame(Harm.DOUBT, "the desk does not show the doubt")
        if found and run.status != "suspended":
            self.verdict.blame(Harm.DOUBT, f"the run is {run.status} over a doubt")

    def _wake(self, sleeper: OwnProcess, run: AgentRun) -> None:
        """An owner that wakes after its lease may write nothing, start nothing, charge nothing."""
        before = list(_rows_of(run.pk))
        sleeper.wake()
        changed = [new for old, new in zip(before, _rows_of(run.pk), strict=True) if new != old]
        for row in changed:
            self.verdict.blame(Harm.BOOKS, f"a worker that had lost its lease wrote {row}")


def _rows_of(run_id: int) -> Iterator[Any]:
    """Everything that is written about a run."""
    for rows in (
        AgentRun.objects.filter(pk=run_id),
        Step.objects.filter(run=run_id),
        ToolCall.objects.filter(run=run_id),
        RunFact.objects.filter(run=run_id),
    ):
        yield serializers.serialize("json", rows.order_by("pk"))
