"""Changing a waiting call first: what could be chosen, and the change itself, are asked of the tool through a worker.

The web never runs a tool's code: a row says what is wanted, a bell rings, and the answer is a row again.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Now

from agentops.after_commit import ring_for_edit
from agentops.control.answers import find_problem
from agentops.control.outcomes import Asked, Unsettled
from agentops.domain.phrases import say
from agentops.domain.storable import storable
from agentops.models import CallEdit, ToolCall

MOST_VALUES = 20
MOST_CHARS = 4_000


@transaction.atomic
def ask_for_choices(
    *, call_id: int, version: int, digest: str, values: Mapping[str, str], by: str
) -> Asked | Unsettled:
    """Ask what could be chosen instead, narrowed by what stands in the form; a worker answers within moments."""
    return _ask(call_id, version=version, digest=digest, values=values, by=by, sends=False)


@transaction.atomic
def change_call(
    *, call_id: int, version: int, digest: str, changes: Mapping[str, str], by: str, note: str = ""
) -> Asked | Unsettled:
    """Ask for the call to be superseded by one with these values.

    A worker validates and describes it and puts it to the gate; then a person reads the new card and says yes or no
    to that. Nothing is changed where somebody answers first, and the answer says so.
    """
    return _ask(call_id, version=version, digest=digest, values=changes, by=by, note=note, sends=True)


def _ask(
    call_id: int, *, version: int, digest: str, values: Mapping[str, str], by: str, sends: bool, note: str = ""
) -> Asked | Unsettled:
    call = ToolCall.objects.filter(pk=call_id).first()
    if call is None:
        return Unsettled("not_found", say("There is no such request."))
    if problem := find_problem(call, version=version, digest=digest):
        return problem
    if not isinstance(call.card, dict) or not call.card.get("changeable"):
        return Unsettled(
            "not_changeable", say("Nothing of this can be changed. Say no, and what it should do instead.")
        )
    if len(values) > MOST_VALUES or any(len(value) > MOST_CHARS for value in values.values()):
        return Unsettled(
            "too_long", say("A field can hold %(most_chars)s characters. Shorten it.", most_chars=f"{MOST_CHARS:,}")
        )
    edit = CallEdit.objects.create(
        call=call,
        who=by,
        version=version,
        digest=digest,
        sends=sends,
        values=storable(dict(values)),
        note=storable(note),
        asked_at=Now(),
    )
    ring_for_edit(edit.pk)
    return Asked(edit.pk)
