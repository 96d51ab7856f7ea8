"""Money that may be spent: by a run, in a day, in a month. A call is refused before it is made, never afterwards."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from agentops.domain.pricing import PriceRow


class BudgetPeriod(StrEnum):
    """What a budget is for."""

    RUN = "run"
    DAY = "day"
    MONTH = "month"

    def starts_on(self, day: date) -> date:
        """The first day of the period that this day lies in; of a run, the day itself."""
        return day.replace(day=1) if self is BudgetPeriod.MONTH else day


UNPRICED = "budget_unpriced"
"""How a run ends whose model has no known price: what cannot be counted cannot be held to a budget."""


def name_refusal(period: BudgetPeriod) -> str:
    """How a run ends that this budget has nothing left for."""
    return f"budget_{period}"


def price_at_most(*, model: str, prompt_tokens: int, max_tokens: int, on: date, rows: Iterable[PriceRow]) -> int | None:
    """What a call can come to in nanodollars: every token at its dearest, and the dearer price where the day may
    change under it. None where the price of either day is not known.
    """
    priced = [_price_on(day, model, prompt_tokens, max_tokens, list(rows)) for day in (on, on + timedelta(days=1))]
    return max(priced) if None not in priced else None  # type: ignore[type-var]


def _price_on(day: date, model: str, prompt_tokens: int, max_tokens: int, rows: list[PriceRow]) -> int | None:
    fitting = [
        row
        for row in rows
        if row.model == model
        and row.valid_from <= day
        and (row.valid_until is None or day < row.valid_until)
        and row.above_prompt_tokens < max(prompt_tokens, 1)
    ]
    fitting.sort(key=lambda row: (row.above_prompt_tokens, row.valid_from))
    newest = [list(some)[-1] for _, some in groupby(fitting, key=lambda row: row.above_prompt_tokens)]
    if not any(row.above_prompt_tokens == 0 for row in newest):
        return None
    return max(_dearest(row) * prompt_tokens + row.output_nano * max_tokens for row in newest)


def _dearest(row: PriceRow) -> int:
    """The highest price of a token that is read: fresh, from the cache or on its way into it."""
    return max(row.input_nano, row.cache_write_5m_nano, row.cache_write_1h_nano, row.cache_read_nano)
