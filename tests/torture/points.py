"""The kill matrix's points, each with what must be true afterwards. One table; the rest follows from it.

K1 to K22 are those of RELIABILITY.md, K23 and K24 the end of a hold, K25 to K28 a change before the yes, K29 and K30 a
yes that is taken back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from agentops.domain.lifecycle import Effect
from agentops.models import AgentRun, CallEdit, Step, ToolCall
from supervision.models import Decision
from tests.torture.cast import acting_tool
from tests.torture.trap import Place

MARKED = frozenset({Effect.IDEMPOTENT, Effect.NON_IDEMPOTENT})
"""Effects whose dispatch is a commit of its own. The others have none to die around: a look-up may simply be repeated,
and a transactional call's effect and result are one commit."""


class Side(StrEnum):
    """On which side of a commit."""

    BEFORE = "before"
    AFTER = "after"


class Path(StrEnum):
    """What people do on the way from the card to the yes that counts."""

    STRAIGHT = "they say yes"
    CHANGED = "they change it first"
    UNDONE = "they take a first yes back"


@dataclass(frozen=True, slots=True)
class Subject:
    """The run under torture: known by its request key from before it exists, and by its tool's effect."""

    key: str
    effect: Effect

    @property
    def words(self) -> str:
        """What the caller says: it names the tool for the model, and the run for the world outside."""
        return f"Please {acting_tool(self.effect)} for {self.key}"

    def run(self, **state: object) -> bool:
        """Whether the run exists and stands so."""
        return AgentRun.objects.filter(request_key=self.key, **state).exists()

    def acting(self, *statuses: str) -> bool:
        """Whether the call under test exists and stands so."""
        calls = ToolCall.objects.filter(run__request_key=self.key, tool=acting_tool(self.effect))
        return (calls.filter(status__in=statuses) if statuses else calls).exists()

    def edits(self) -> QuerySet[CallEdit]:
        """The changes that were sent for the call under test."""
        return CallEdit.objects.filter(call__run__request_key=self.key, sends=True)

    def took_back(self) -> bool:
        """Whether a yes to the call under test was taken back."""
        tool = acting_tool(self.effect)
        return Decision.objects.filter(call__run__request_key=self.key, call__tool=tool, verdict="undone").exists()

    def turns(self) -> int:
        """How many turns of the model are written."""
        return Step.objects.filter(run__request_key=self.key, kind="model").count()


@dataclass(frozen=True, slots=True)
class Point:
    """One point: where it is, what RELIABILITY.md requires after a death there, and what that means for the books.

    `at` is the side of the first commit that makes `when` true, or the place passed while it is. `doubt` says
    that a tool which may not be repeated leaves a doubt there; `path` is what people do on the way.
    """

    name: str
    at: Side | Place
    when: Callable[[Subject], bool]
    required: str
    effects: frozenset[Effect] = frozenset(Effect)
    doubt: bool = False
    path: Path = Path.STRAIGHT

    @property
    def side(self) -> Side | None:
        """The side of the commit, where the point lies at one."""
        return self.at if isinstance(self.at, Side) else None

    def leaves_doubt(self, effect: Effect) -> bool:
        """Whether a person must say afterwards what happened."""
        return self.doubt and effect is Effect.NON_IDEMPOTENT

    def in_transaction(self, effect: Effect) -> bool:
        """Whether a transaction is open at the point."""
        inside_tool = self.at in {Place.TOOL_ENTERED, Place.TOOL_ACTED} and effect is Effect.TRANSACTIONAL
        return self.at is Side.BEFORE or inside_tool


def created(subject: Subject) -> bool:
    return subject.run()


def claimed(subject: Subject) -> bool:
    return subject.run(status="running")


def proposed(subject: Subject) -> bool:
    return subject.acting()


def parked(subject: Subject) -> bool:
    return subject.run(status="suspended")


def decided(subject: Subject) -> bool:
    return subject.acting("approved")


def released(subject: Subject) -> bool:
    return subject.run(status="queued") and subject.acting("approved")


def claimed_again(subject: Subject) -> bool:
    return subject.run(status="running") and subject.acting("approved")


def dispatched(subject: Subject) -> bool:
    return subject.acting("started")


def recorded(subject: Subject) -> bool:
    return subject.acting("succeeded")


def change_sent(subject: Subject) -> bool:
    return subject.edits().exists()


def superseded(subject: Subject) -> bool:
    return subject.acting("superseded")


def taken_back(subject: Subject) -> bool:
    return subject.took_back()


def second_turn(subject: Subject) -> bool:
    return subject.turns() == 1


def always(subject: Subject) -> bool:
    return True


POINTS = (
    Point("K1", Side.BEFORE, created, "nothing exists; the same request key again makes one run"),
    Point("K2", Side.AFTER, created, "the sweeper starts it"),
    Point("K3", Place.BELL_DUE, created, "the sweeper starts it, once"),
    Point("K4", Place.BELL_RUNG, created, "starts, once"),
    Point("K5", Side.BEFORE, claimed, "another worker takes it"),
    Point("K6", Side.AFTER, claimed, "another worker takes it when the lease is over"),
    Point("K7", Place.MODEL_ASKED, second_turn, "charged in full, asked once, the turn counts once"),
    Point("K8", Place.MODEL_ANSWERED, second_turn, "asked again, both charged, first answer unused"),
    Point("K9", Side.BEFORE, proposed, "as K8"),
    Point("K10", Side.AFTER, proposed, "calls exist once, not asked again"),
    Point("K11", Place.HINT_DUE, parked, "the desk shows it"),
    Point("K12", Place.HINT_SENT, parked, "the desk shows it"),
    Point("K13", Side.BEFORE, decided, "no decision; the person can repeat it"),
    Point("K14", Side.AFTER, decided, "the decision stands and is executed"),
    Point("K15", Side.BEFORE, claimed_again, "still approved, executed once"),
    Point("K16", Side.AFTER, claimed_again, "still approved, executed once"),
    Point("K17", Side.BEFORE, dispatched, "as K15", effects=MARKED),
    Point("K18", Side.AFTER, dispatched, "in doubt, or the same key again", effects=MARKED, doubt=True),
    Point("K18", Place.TOOL_ENTERED, always, "executed once", effects=frozenset(Effect) - MARKED),
    Point("K19", Place.TOOL_ACTED, always, "as K18", doubt=True),
    Point("K20", Side.BEFORE, recorded, "as K18", doubt=True),
    Point("K21", Side.AFTER, recorded, "the result stands and the run goes on"),
    Point("K22", Place.HINT_SENT, recorded, "nothing to do"),
    Point("K23", Side.BEFORE, released, "still held or over, executed once"),
    Point("K24", Side.AFTER, released, "the sweeper rings again, executed once"),
    Point("K25", Side.BEFORE, change_sent, "nothing is asked, the call waits as it was", path=Path.CHANGED),
    Point("K26", Side.AFTER, change_sent, "the sweeper has it answered", path=Path.CHANGED),
    Point("K27", Side.BEFORE, superseded, "the old call waits, alone", path=Path.CHANGED),
    Point("K28", Side.AFTER, superseded, "the new call waits in the place of the old one", path=Path.CHANGED),
    Point("K29", Side.BEFORE, taken_back, "the yes stands and is executed", path=Path.UNDONE),
    Point("K30", Side.AFTER, taken_back, "it waits again, nothing was done", path=Path.UNDONE),
)

CASES = tuple((point, effect) for point in POINTS for effect in Effect if effect in point.effects)
"""Every point with every effect for which it exists."""
