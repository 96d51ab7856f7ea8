"""What came of a fresh look at a waiting call: its card as things stand now, or its end."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from agentops.after_commit import announce, wake
from agentops.domain.cards import Card
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import ToolResult
from agentops.domain.storable import storable
from agentops.models import CallEdit, move_call, requeue_run
from agentops.models.moves import NOW, ONE_MORE
from agentops.models.prepared import update_rows
from agentops.models.rows import LOCKED_RUN, RunRow
from agentops.models.runs import ToolCall


@transaction.atomic
def renew_call(*, edit_id: int, card: Card, changed: bool) -> bool:
    """Put the card of a fresh look in the place of the old one. Where it `changed` what a person decides by, the call
    waits in a new version: an answer to the old one, and the first yes of two, no longer count.

    False where somebody answered meanwhile, or it is another version by now.
    """
    found = _lock(edit_id)
    if found is None:
        return False
    edit, run = found
    _answer(edit)
    confirmers = {"confirmers": 2} if card.two_people else {}
    another = {"version": ONE_MORE, **confirmers} if changed else {}
    changes = {"card": storable(card.stored), **another}
    waiting = _as_seen(edit) | {"pk": edit.call_id, "status": CallStatus.AWAITING.value}
    renewed = bool(update_rows(ToolCall, where=waiting, changes=changes))
    if renewed and changed:
        _ask_caller_again(edit, card)
        announce(Event(kind="call.waiting", run_id=run.pk, call_id=edit.call_id, version=edit.version + 1))
    else:
        announce(Event(kind="edit.answered", run_id=run.pk, call_id=edit.call_id))
    return renewed


def _ask_caller_again(edit: CallEdit, card: Card) -> None:
    """A caller's yes counts for the words they heard: where those are others by now, they are asked once more."""
    heard = ToolCall.objects.values_list("heard", flat=True).get(pk=edit.call_id)
    if heard and heard.get("question") != card.spoken:
        move_call(call_id=edit.call_id, old=[CallStatus.AWAITING], new=CallStatus.ASKING, heard=None)


@transaction.atomic
def withdraw_call(*, edit_id: int, card: Card, result: ToolResult) -> bool:
    """Take a call off the desk that could not be done any more; the model is told why and goes on.

    False where somebody answered meanwhile, or it is another version by now.
    """
    found = _lock(edit_id)
    if found is None:
        return False
    edit, run = found
    _answer(edit, code=result.code, problem=result.message)
    withdrawn = move_call(
        call_id=edit.call_id,
        old=[CallStatus.AWAITING],
        new=CallStatus.INVALIDATED,
        when=_as_seen(edit),
        card=storable(card.stored),
        result=storable(result.stored),
        finished_at=run.now,
    )
    if not withdrawn:
        return False
    if requeue_run(run, now=run.now):
        wake(run.pk)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=edit.call_id, version=edit.version + 1))
    return True


def _lock(edit_id: int) -> tuple[CallEdit, RunRow] | None:
    """The unanswered look as it stands once its run's row is locked."""
    run_id = CallEdit.objects.filter(pk=edit_id).values_list("call__run_id", flat=True).first()
    run = LOCKED_RUN.row(run_id=run_id) if run_id else None
    # Read again under the lock: two workers may have heard the same bell.
    edit = CallEdit.objects.filter(pk=edit_id, looks=True, answered_at=None).first()
    return (edit, run) if edit and run else None


def _as_seen(edit: CallEdit) -> dict[str, Any]:
    return {"version": edit.version, "digest": edit.digest, "expires_at__gt": NOW}


def _answer(edit: CallEdit, *, code: str = "", problem: str = "") -> None:
    CallEdit.objects.filter(pk=edit.pk).update(answered_at=Now(), code=code[:40], problem=problem[:500])
