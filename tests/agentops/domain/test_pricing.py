"""What a call costs: dated rows, cache tiers, thresholds; unknown is unpriced and never free."""

from datetime import date

from agentops.domain.pricing import PriceRow, Usage, price_usage


def row(
    row_id: int,
    model: str,
    start: date,
    nano: tuple[int, int, int, int, int],
    *,
    above: int = 0,
    until: date | None = None,
) -> PriceRow:
    return PriceRow(row_id, model, start, until, above, *nano)


ROWS = [
    row(1, "sonnet", date(2026, 9, 28), (2_000, 10_000, 2_500, 4_000, 200), until=date(2026, 10, 7)),
    row(2, "sonnet", date(2026, 10, 7), (2_000, 10_000, 2_500, 4_000, 100)),
    row(3, "haiku", date(2026, 10, 7), (100, 500, 125, 200, 10)),
    row(4, "haiku", date(2026, 10, 7), (500, 2_500, 625, 1_000, 50), above=100_000),
]


def test_each_kind_of_token_has_its_own_price() -> None:
    usage = Usage(1_000, 200, 300, 40, 5_000)
    priced = price_usage(model="sonnet", usage=usage, on=date(2026, 11, 22), rows=ROWS)
    assert priced.nano == 1_000 * 2_000 + 200 * 10_000 + 300 * 2_500 + 40 * 4_000 + 5_000 * 100
    assert priced.row_id == 2


def test_the_price_is_that_of_the_day_of_the_call() -> None:
    usage = Usage(cache_read_tokens=1_000)
    assert price_usage(model="sonnet", usage=usage, on=date(2026, 10, 6), rows=ROWS).nano == 200_000
    assert price_usage(model="sonnet", usage=usage, on=date(2026, 10, 7), rows=ROWS).nano == 100_000


def test_a_long_prompt_prices_every_token_of_the_call() -> None:
    short = price_usage(model="haiku", usage=Usage(100_000, 10), on=date(2026, 11, 1), rows=ROWS)
    long = price_usage(
        model="haiku", usage=Usage(60_000, 10, cache_read_tokens=40_001), on=date(2026, 11, 1), rows=ROWS
    )
    assert (short.row_id, long.row_id) == (3, 4)
    assert long.nano == 60_000 * 500 + 10 * 2_500 + 40_001 * 50


def test_an_unknown_model_or_day_is_unpriced_and_not_free() -> None:
    for model, day in (("opus", date(2026, 11, 1)), ("sonnet", date(2026, 9, 27))):
        priced = price_usage(model=model, usage=Usage(10, 10), on=day, rows=ROWS)
        assert priced.nano is None and priced.row_id is None
