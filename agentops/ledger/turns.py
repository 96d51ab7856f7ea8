"""A model turn on its way into the rows: the reply or the failure, when it was asked for and how long it took."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from agentops.domain.messages import ModelFailure, ModelReply
from agentops.domain.pricing import PriceRow, price_usage
from agentops.domain.routing import DecisionType
from agentops.domain.storable import storable
from agentops.ledger.progress import Written
from agentops.models import Step
from agentops.models.prepared import insert_row
from agentops.models.rows import PRICES


class PriceList:
    """The prices that one slice of work has looked up: what an admin enters meanwhile holds from the next slice on."""

    def __init__(self) -> None:
        self._rows: dict[str, list[PriceRow]] = {}

    def rows(self, model: str) -> list[PriceRow]:
        """Every price row of a model."""
        if model not in self._rows:
            self._rows[model] = PRICES.rows(model=model)
        return self._rows[model]


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """One call of a model. Exactly one of `reply` and `failure` is set."""

    decision: DecisionType
    model: str
    provider: str
    started_at: datetime
    duration_ms: int
    reply: ModelReply | None = None
    failure: ModelFailure | None = None
    prices: PriceList = field(default_factory=PriceList)


def write_reply(*, run_id: int, seq: int, turn: ModelTurn, reply: ModelReply) -> Written:
    """Add the step of a reply, priced by the row in force on the day it was asked for."""
    rows = turn.prices.rows(reply.model)
    priced = price_usage(model=reply.model, usage=reply.usage, on=turn.started_at.date(), rows=rows)
    usage = reply.usage
    step_id = insert_row(
        Step,
        **_common(run_id=run_id, seq=seq, turn=turn),
        kind="model",
        model=reply.model[:80],
        content=storable(reply.content),
        stop_reason=storable(reply.raw_stop_reason or reply.stop_reason.value)[:40],
        detail=storable("; ".join(reply.notes))[:300],
        provider_request_id=storable(reply.provider_request_id)[:80],
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_write_tokens=usage.cache_write_5m_tokens + usage.cache_write_1h_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cost_nano=priced.nano,
        price_id=priced.row_id,
    )
    return Written(step_id, usage.total, priced.nano)


def write_failure(*, run_id: int, seq: int, turn: ModelTurn, failure: ModelFailure) -> None:
    """Add the step of a model call that brought no reply."""
    insert_row(
        Step,
        **_common(run_id=run_id, seq=seq, turn=turn),
        kind="failure",
        model=turn.model,
        failure=failure.kind.value,
        detail=storable(failure.detail)[:300],
        retry_after=failure.retry_after,
    )


def write_note(*, run_id: int, seq: int, words: str) -> None:
    """Add a line on how the run ended."""
    insert_row(Step, run_id=run_id, seq=seq, kind="note", detail=storable(words)[:300], started_at=timezone.now())


def _common(*, run_id: int, seq: int, turn: ModelTurn) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "seq": seq,
        "decision": turn.decision.value,
        "provider": turn.provider,
        "started_at": turn.started_at,
        "duration_ms": turn.duration_ms,
    }
