"""The gate before the desk: a caller is asked whether they want it, and staff decide after that."""

from django.db import transaction

from agentops.after_commit import announce
from agentops.control.answers import resume
from agentops.control.outcomes import Settled, Unsettled
from agentops.domain.cards import Card
from agentops.domain.events import Event
from agentops.domain.language import Spoken, read_answer
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.storable import storable
from agentops.models import ToolCall, move_call
from agentops.models.moves import NOW
from agentops.models.rows import LOCKED_RUN

MOST_CHARS = 2_000


@transaction.atomic
def hear_caller(*, call_id: int, version: int, digest: str, words: str, by: str) -> Settled | Unsettled:
    """Record what the caller answered to the question of this very version of a call, as `by` wrote it down.

    A yes puts the call to staff, who decide as if nobody had been asked. Everything else goes back to the model as
    what it is, in the caller's own words.
    """
    run_id = ToolCall.objects.filter(pk=call_id).values_list("run_id", flat=True).first()
    run = LOCKED_RUN.row(run_id=run_id) if run_id else None
    if run is None:
        return Unsettled("not_found", say("There is no such request."))
    words = words.strip()
    if not words:
        return Unsettled("words_missing", say("Write what the caller answered."))
    if len(words) > MOST_CHARS:
        return Unsettled(
            "words_too_long",
            say("An answer can hold %(most_chars)s characters. Shorten it.", most_chars=f"{MOST_CHARS:,}"),
        )
    call = ToolCall.objects.get(pk=call_id)
    question = Card.model_validate(call.card).spoken if call.status == CallStatus.ASKING else ""
    said = read_answer(words, now=run.now)
    heard = {"question": question, "words": words, "answer": said.value, "at": run.now.isoformat(), "by": by}
    result = None if said is Spoken.YES else _not_wanted(said, question=question, words=words)
    new = CallStatus.AWAITING if result is None else CallStatus.INVALIDATED
    over = {"result": storable(result.stored), "finished_at": run.now} if result else {}
    moved = move_call(
        call_id=call_id,
        old=[CallStatus.ASKING],
        new=new,
        when={"version": version, "digest": digest, "expires_at__gt": NOW},
        heard=storable(heard),
        **over,
    )
    if not moved:
        return Unsettled(
            "not_asked_any_more", say("This is not asked any more. Look at the run to see what became of it.")
        )
    kind = "call.settled" if result else "call.waiting"
    announce(Event.model_validate({"kind": kind, "run_id": run.pk, "call_id": call_id, "version": version + 1}))
    if result:
        resume(run, now=run.now)
    return Settled(call_id, new, run.now)


def _not_wanted(said: Spoken, *, question: str, words: str) -> ToolResult:
    asked = f"The caller was asked: {question} They said: {words}"
    if said is Spoken.NO:
        return failure(
            "caller_said_no",
            say("The caller does not want this. It was not done, and staff were not asked. %(asked)s", asked=asked),
            "Do not propose it again unless the caller asks for it. Ask what they would like instead, or end here.",
        )
    return failure(
        "caller_said_other",
        say("The caller said neither yes nor no. It was not done, and staff were not asked. %(asked)s", asked=asked),
        "Take their words as their wish: propose what they ask for now, or answer what they ask.",
    )
