"""All races, run for a number of rounds, and the table of what came of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.races.changes import approve_change, confirm_by_two
from tests.races.holds import more_time, undo_end, undo_now
from tests.races.machine import audit_append, claim_claim, result_takeover, sweeper_sweeper
from tests.races.people import approve_approve, approve_cancel, approve_expire, approve_reject, approve_tier_change
from tests.races.rounds import Round
from tests.races.scene import Scene
from tests.races.starting import Line
from tests.races.together import CALLS, together_together

Race = Callable[[Scene, int], Round]

RACES: dict[str, Race] = {
    "approve / approve by 8": approve_approve,
    "approve / reject by 8": approve_reject,
    "three together by 8": together_together,
    "approve / expire within 1 ms": approve_expire,
    "approve / cancel": approve_cancel,
    "approve / tier change": approve_tier_change,
    "undo / end of hold within 1 ms": undo_end,
    "undo / do it now by 8": undo_now,
    "more time by 8": more_time,
    "approve / change by 8": approve_change,
    "two of six confirm": confirm_by_two,
    "claim / claim by 8": claim_claim,
    "result / lease takeover": result_takeover,
    "sweeper / sweeper by 4": sweeper_sweeper,
    "audit append x 8": audit_append,
}
WINNERS = {"audit append x 8": 8, "three together by 8": CALLS}
"""How many win a round, where it is not one: every writer of the record does, and each of three requests has one."""

HEADINGS = ("race", "rounds", "winners", "losers told", "violations", "seconds")


@dataclass
class Tally:
    """What the rounds of one race came to."""

    name: str
    rounds: int = 0
    winners: int = 0
    told: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        """The line of the table."""
        counts = (self.rounds, self.winners, self.told, len(self.wrong))
        return (self.name, *(f"{count:,}" for count in counts), f"{self.seconds:.1f}")


def run_race(name: str, *, scene: Scene, line: Line, rounds: int) -> Tally:
    """Run one race again and again; a round that breaks a rule says which."""
    tally, begun = Tally(name), time.monotonic()
    for number in range(rounds):
        made = RACES[name](scene, number)
        verdict = made.judge(line(made.runners))
        tally.rounds += 1
        tally.winners += verdict.winners
        tally.told += verdict.told
        tally.wrong += [f"round {number}: {wrong}" for wrong in verdict.wrong]
        if verdict.winners != WINNERS.get(name, 1):
            tally.wrong.append(f"round {number}: {verdict.winners} winners")
    tally.seconds = time.monotonic() - begun
    return tally


def draw_row(row: Sequence[str]) -> str:
    """One line of the table, in columns."""
    return f"{row[0]:30}" + "".join(f"{text:>13}" for text in row[1:])
