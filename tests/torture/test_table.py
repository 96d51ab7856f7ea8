"""What the programme prints, and what it plans."""

from collections import Counter

from agentops.domain.lifecycle import Effect
from tests.torture.faults import Fault
from tests.torture.plan import plan_trials
from tests.torture.points import CASES, POINTS
from tests.torture.table import count_verdicts, draw_table


def verdict(point: str, *harms: str, doubtful: bool = False) -> dict[str, object]:
    violations = [{"harm": harm, "words": "it did"} for harm in harms]
    base = {"point": point, "effect": "idempotent", "fault": "kill", "database": "sqlite"}
    return {**base, "doubtful": doubtful, "violations": violations}


def test_every_point_is_there_and_meets_every_effect_it_can() -> None:
    assert list(dict.fromkeys(point.name for point in POINTS)) == [f"K{number}" for number in range(1, 31)]
    met = Counter(point.name for point, _ in CASES)
    assert {name for name, count in met.items() if count != len(Effect)} == {"K17"}


def test_each_harm_has_its_column_and_counts_once_a_trial() -> None:
    rows = count_verdicts([verdict("K2", "double", "double"), verdict("K2", "books", doubtful=True)])
    assert rows["K2", "idempotent", "sqlite"] == {"tries": 2, "doubles": 1, "others": 1, "in doubt": 1}


def test_the_table_goes_by_the_number_of_the_point_and_ends_with_the_sum() -> None:
    lines = list(draw_table([verdict("K10", "lost"), verdict("K9")]))
    assert [line.split()[0] for line in lines[2:]] == ["K9", "K10", "all"]
    assert lines[-1].split()[1:] == ["2", "0", "1", "0", "0", "0"]


def test_the_plan_has_at_least_the_kills_asked_for_in_whole_rounds() -> None:
    plan = plan_trials(kills=2_200, others=1, points=frozenset(), databases=["sqlite", "postgresql"])
    kills = [job["case"] for jobs in plan.values() for job in jobs if job["fault"] == Fault.KILL]
    assert len(kills) >= 2_200 and set(Counter(kills).values()) == {len(kills) // len(CASES)}
