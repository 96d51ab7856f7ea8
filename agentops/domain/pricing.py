"""What a model call costs: tokens times a dated price row, in whole nanodollars (1e-9 USD)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call. `input_tokens` excludes cached tokens, as Anthropic counts them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0

    @property
    def prompt_tokens(self) -> int:
        """Everything the model read: fresh, written to the cache and read from it."""
        return self.input_tokens + self.cache_write_5m_tokens + self.cache_write_1h_tokens + self.cache_read_tokens

    @property
    def total(self) -> int:
        """Everything read and written; what the token limit counts."""
        return self.prompt_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Price of one model from a day on, in nanodollars per token.

    `above_prompt_tokens` > 0 marks a row for long prompts: it prices every token of a request whose
    prompt is longer than that.
    """

    id: int
    model: str
    valid_from: date
    valid_until: date | None
    above_prompt_tokens: int
    input_nano: int
    output_nano: int
    cache_write_5m_nano: int
    cache_write_1h_nano: int
    cache_read_nano: int


@dataclass(frozen=True, slots=True)
class Priced:
    """A cost and the row it came from. `nano` is None where no price was known: unpriced, never free."""

    nano: int | None
    row_id: int | None


def price_usage(*, model: str, usage: Usage, on: date, rows: list[PriceRow]) -> Priced:
    """Price one call by the row in force on that day; the highest prompt threshold passed wins, then the newest row."""
    fitting = [
        row
        for row in rows
        if row.model == model
        and row.valid_from <= on
        and (row.valid_until is None or on < row.valid_until)
        and (row.above_prompt_tokens == 0 or usage.prompt_tokens > row.above_prompt_tokens)
    ]
    if not fitting:
        return Priced(nano=None, row_id=None)
    row = max(fitting, key=lambda r: (r.above_prompt_tokens, r.valid_from))
    nano = (
        usage.input_tokens * row.input_nano
        + usage.output_tokens * row.output_nano
        + usage.cache_write_5m_tokens * row.cache_write_5m_nano
        + usage.cache_write_1h_tokens * row.cache_write_1h_nano
        + usage.cache_read_tokens * row.cache_read_nano
    )
    return Priced(nano=nano, row_id=row.id)
