"""What the trials came to, as a table: point by effect, for each database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tests.torture.invariants import Harm

Verdict = dict[str, Any]
"""A verdict as a lane writes it."""

COLUMNS = ("tries", "doubles", "lost", "stuck", "in doubt", "others")
_COLUMN_OF = {Harm.DOUBLE: "doubles", Harm.LOST: "lost", Harm.STUCK: "stuck"}


def count_verdicts(verdicts: Iterable[Verdict]) -> dict[tuple[str, str, str], Counter[str]]:
    """For each (point, effect, database) the figures of its row. A violation of no column of its own is an other."""
    rows: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        row = rows[verdict["point"], verdict["effect"], verdict["database"]]
        row["tries"] += 1
        row["in doubt"] += verdict["doubtful"]
        row.update({_COLUMN_OF.get(Harm(one["harm"]), "others") for one in verdict["violations"]})
    return rows


def draw_table(verdicts: list[Verdict]) -> Iterator[str]:
    """The lines of the table: a row per point and effect, the figures of each database beside each other, a sum."""
    rows = count_verdicts(verdicts)
    databases = sorted({database for _, _, database in rows})
    heads = "".join(f"{name:>9}" for name in COLUMNS)
    yield f"{'':<22}" + "".join(f"  {database:^{len(heads)}}" for database in databases)
    yield f"{'':<22}" + f"  {heads}" * len(databases)
    pairs = sorted({(point, effect) for point, effect, _ in rows}, key=lambda pair: (int(pair[0][1:]), pair[1]))
    for point, effect in pairs:
        cells = [_figures(rows[point, effect, database]) for database in databases]
        yield f"{point:<5}{effect:<17}" + "".join(f"  {cell}" for cell in cells)
    sums = {name: sum((row for key, row in rows.items() if key[2] == name), Counter[str]()) for name in databases}
    yield f"{'all':<22}" + "".join(f"  {_figures(sums[database])}" for database in databases)


def _figures(row: Counter[str]) -> str:
    return "".join(f"{row[name]:>9,}" for name in COLUMNS)
