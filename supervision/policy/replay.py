"""What would have happened: the recorded calls of the last thirty days, put to the gate by a setting not yet saved."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from agentops.domain.policy.replaying import JUDGED, Fate, Policies, Ruling, replay_calls
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import TaskSetting
from agentops.domain.tiers import permitted_tiers
from supervision.policy.recorded import Scope, read_policies, read_recorded

Setting = ToolSetting | TaskSetting
Key = tuple[Fate, Fate, str]


@dataclass(frozen=True, slots=True)
class Pick:
    """Which of the replayed calls a number counts: by what became of them then, what would, and what people said.

    What is None does not matter. `judged` leaves out what cannot be judged again, `moved` what came to the same.
    """

    then: Fate | None = None
    now: Fate | None = None
    answer: str | None = None
    judged: bool = False
    moved: bool = False

    def takes(self, key: Key) -> bool:
        """Whether calls of this kind are counted."""
        then, now, answer = key
        return (
            self.then in {None, then}
            and self.now in {None, now}
            and self.answer in {None, answer}
            and not (self.judged and now not in JUDGED)
            and not (self.moved and then is now)
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """The calls by what became of it then, what would have now, and what people answered then."""

    cells: dict[Key, list[int]] = field(default_factory=dict)

    def count(self, pick: Pick) -> int:
        """How many calls there are of this kind."""
        return sum(len(ids) for key, ids in self.cells.items() if pick.takes(key))

    def ids(self, pick: Pick) -> list[int]:
        """Exactly those calls, newest first."""
        return sorted((pk for key, ids in self.cells.items() if pick.takes(key) for pk in ids), reverse=True)

    @property
    def judged(self) -> int:
        """How many calls could be judged again."""
        return self.count(Pick(judged=True))

    @property
    def different(self) -> int:
        """How many of them would have come to something else."""
        return self.count(Pick(judged=True, moved=True))

    @property
    def unknown(self) -> int:
        """How many nobody can judge: they are of before the facts were kept."""
        return self.count(Pick(now=Fate.UNKNOWN))

    @property
    def other(self) -> int:
        """How many were turned away for what they were, and would be again."""
        return self.count(Pick(now=Fate.OTHER))


def replay_change(*, kind: str, subject: str, after: Setting, until: datetime) -> Replay:
    """What the calls of the thirty days up to a moment would have come to, had this setting stood."""
    replay = Replay()
    for ruling in rule_anew(kind=kind, subject=subject, after=after, until=until):
        replay.cells.setdefault(key_of(ruling), []).append(ruling.call.id)
    return replay


def rule_anew(*, kind: str, subject: str, after: Setting, until: datetime) -> Iterator[Ruling]:
    """The ruling on each of those calls, one by one."""
    scope = Scope(kind, subject, until)
    policies = put_in_place(read_policies(), kind=kind, subject=subject, after=after)
    for ruling in replay_calls(read_recorded(scope, policies=policies), policies=policies):
        if kind == "tool" or ruling.call.task == subject:
            yield ruling


def key_of(ruling: Ruling) -> Key:
    """Under what a call is counted."""
    return ruling.call.fate, ruling.fate, ruling.call.answer


def put_in_place(policies: Policies, *, kind: str, subject: str, after: Setting) -> Policies:
    """The policies as they stand, with one setting in the place of the saved one."""
    if isinstance(after, ToolSetting):
        _, floor = policies.of(subject)
        return replace(policies, tools={**policies.tools, subject: (after, floor)})
    return replace(policies, tasks={**policies.tasks, subject: permitted_tiers(after.permitted_tiers)})
