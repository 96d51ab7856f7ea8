"""A fresh look at a waiting call: its tool describes it once more, as the calendar and the record stand now."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from agentops.domain.cards import Card, read_card
from agentops.domain.edits import EditForm
from agentops.domain.looks import gone_card, renew_card
from agentops.domain.outcomes import ToolError, failure
from agentops.domain.phrases import say
from agentops.ledger import Wish, answer_edit, renew_call, withdraw_call
from agentops.tools.registry import ToolContext, get_toolset


def look_again(wish: Wish) -> None:
    """Make the call's card anew. What could not be done any more is withdrawn; a look that only failed changes
    nothing, since everything is checked once more before anything happens.
    """
    tool = get_toolset(wish.brief.toolset).find(wish.call.tool)
    before = _read_card(wish.card)
    if tool is None or tool.describe is None or before is None:
        answer_edit(edit_id=wish.edit_id, form=EditForm(), code="not_described")
        return
    now = datetime.now(UTC)
    context = ToolContext(
        run_id=wish.transcript.run_id,
        key="",
        said=wish.brief.said,
        asked_at=wish.brief.asked_at,
        now=now,
        beside=_beside(wish),
        changing=wish.call.id,
        again=True,
    )
    try:
        after = tool.describe(context, tool.input.model_validate_json(wish.call.arguments))
    except ToolError as error:
        if error.retryable:
            answer_edit(edit_id=wish.edit_id, form=EditForm(), code=error.code, problem=error.message)
            return
        result = failure(
            error.code, say("Withdrawn before it was decided: %(message)s", message=error.message), error.suggestion
        )
        withdraw_call(edit_id=wish.edit_id, card=gone_card(before, at=now, told=error.told), result=result)
        return
    card = renew_card(before, after, at=now)
    renew_call(edit_id=wish.edit_id, card=card, changed=card.renewal != before.renewal)


def _beside(wish: Wish) -> tuple[tuple[str, Any], ...]:
    """The other calls of the same reply, as far as they still count."""
    calls = next((turn.calls for turn in wish.transcript.turns if wish.call.id in {c.id for c in turn.calls}), ())
    return tuple((call.tool, json.loads(call.arguments)) for call in calls if call.id != wish.call.id)


def _read_card(stored: dict[str, Any] | None) -> Card | None:
    try:
        return read_card(stored) if stored else None
    except ValidationError:
        return None
