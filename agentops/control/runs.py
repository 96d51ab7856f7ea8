"""Starting and ending runs."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.control.outcomes import BadRequest, Started
from agentops.domain.events import Event
from agentops.domain.lifecycle import RunStatus
from agentops.domain.phrases import say
from agentops.models import AgentRun, Conversation, read_stops, requeue_run
from agentops.models.prepared import insert_row
from agentops.models.rows import TASK, TaskRow

UNSORTED = "unsorted"


@transaction.atomic
def start_run(
    *,
    request: str,
    channel: str = "desk",
    on_the_line: bool = False,
    asked_by: str = "",
    asker: int | None = None,
    task_type: str | None = None,
    conversation_id: int | None = None,
    request_key: str | None = None,
) -> Started:
    """Queue a run for what a caller said. The same request key gives the same run, however often it is sent."""
    words = _check_request(request)
    earlier = _find_earlier(request_key)
    if earlier:
        return _repeat(earlier, words)
    task = _find_task(task_type)
    if conversation_id is not None:
        _lock_talk(conversation_id)
        # The same form, pressed twice: the other press may have held the conversation until now.
        earlier = _find_earlier(request_key)
        if earlier:
            return _repeat(earlier, words)
        _refuse_while_working(conversation_id)
    opened = {"channel": channel, "on_the_line": on_the_line, "opened_at": timezone.now()}
    talk_id = conversation_id or insert_row(Conversation, **opened)
    ordinal = _next_ordinal(talk_id) if conversation_id else 0
    # Only a key can clash, and only what may clash needs a savepoint.
    guard = transaction.atomic() if request_key else nullcontext()
    try:
        with guard:
            who = {"asked_by": asked_by, "asker": asker}
            run_id = _queue_run(talk_id, ordinal=ordinal, task=task, words=words, who=who, request_key=request_key)
    except IntegrityError:
        if request_key is None:
            raise
        return _repeat(AgentRun.objects.get(request_key=request_key), words)
    wake(run_id)
    announce(Event(kind="run.changed", run_id=run_id))
    return Started(run_id, created=True)


@transaction.atomic
def cancel_run(*, run_id: int, by: str) -> bool:
    """End a run for good. One at work ends at its next step; False where it was already over."""
    run = AgentRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or RunStatus(run.status).over:
        return False
    AgentRun.objects.filter(pk=run_id).update(stop_requested=True)
    # A suspended run goes back to work only to be ended there, so that one place writes endings.
    requeue_run(run, now=timezone.now())
    wake(run_id)
    announce(Event(kind="run.changed", run_id=run_id))
    return True


@transaction.atomic
def note_handoff_closed(*, run_id: int) -> None:
    """Hint to open desks that people noted something of a run, in a record of their own: had, left or closed it."""
    announce(Event(kind="desk.changed", run_id=run_id))


def _find_earlier(request_key: str | None) -> AgentRun | None:
    return AgentRun.objects.filter(request_key=request_key).first() if request_key else None


def _queue_run(
    talk_id: int, *, ordinal: int, task: TaskRow, words: str, who: Mapping[str, Any], request_key: str | None
) -> int:
    """Add the row of a new run, last in its conversation, with the limits of its task type."""
    return insert_row(
        AgentRun,
        request_key=request_key,
        conversation_id=talk_id,
        ordinal=ordinal,
        task_type_id=task.pk,
        **who,
        request=words,
        status=RunStatus.QUEUED,
        max_iterations=task.max_iterations,
        max_tokens=task.max_tokens,
        max_active_ms=task.max_active_ms,
        max_tool_calls=task.max_tool_calls,
        max_identical_calls=task.max_identical_calls,
        created_at=task.now,
        queued_at=task.now,
        rung_at=task.now,
    )


def _check_request(words: str) -> str:
    if not words.strip():
        raise BadRequest("empty", say("Write what the caller said first."))
    if len(words) > settings.REQUEST_MAX_CHARS:
        limit = f"{settings.REQUEST_MAX_CHARS:,}"
        raise BadRequest(
            "too_long",
            say(
                "That is %(length)s of %(limit)s characters. Shorten it and send it again.",
                length=f"{len(words):,}",
                limit=limit,
            ),
        )
    if "\x00" in words:
        raise BadRequest("nul_character", say("The text holds a character that cannot be stored. Type it again."))
    return words


def _repeat(earlier: AgentRun, words: str) -> Started:
    if earlier.request != words:
        raise BadRequest("key_reused", say("This form was already sent with other words. Open a new one."))
    return Started(earlier.pk, created=False)


def _find_task(slug: str | None) -> TaskRow:
    task = TASK.row(slug=slug or UNSORTED)
    if task is None:
        raise BadRequest("unknown_task_type", say("There is no kind of task named %(slug)s.", slug=slug or UNSORTED))
    if not task.enabled:
        raise BadRequest(
            "task_type_stopped", say("%(name)s is switched off at the moment. Handle it by hand.", name=task.name)
        )
    stop = read_stops().forbid(task_type=task.slug) if task.stopped else ""
    if stop:
        raise BadRequest("stopped", say("%(stop)s Nothing new is started; handle it by hand.", stop=stop))
    return task


def _next_ordinal(conversation_id: int) -> int:
    last = AgentRun.objects.filter(conversation_id=conversation_id).aggregate(last=Max("ordinal"))["last"]
    return 0 if last is None else int(last) + 1


def _lock_talk(conversation_id: int) -> None:
    if Conversation.objects.select_for_update().filter(pk=conversation_id).first() is None:
        raise BadRequest("unknown_conversation", say("There is no such conversation."))


def _refuse_while_working(conversation_id: int) -> None:
    if AgentRun.objects.filter(conversation_id=conversation_id, finished_at=None).exists():
        raise BadRequest(
            "still_working", say("The assistant is still working on the last message. Wait for its answer.")
        )
