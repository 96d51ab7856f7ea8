"""Starting and stopping runs."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.control.outcomes import BadRequest, Started
from agentops.domain.events import Event
from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, Conversation, TaskType, requeue_run

UNSORTED = "unsorted"


@transaction.atomic
def start_run(
    *,
    request: str,
    channel: str = "desk",
    on_the_line: bool = False,
    asked_by: str = "",
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
    talk = _find_talk(conversation_id, channel=channel, on_the_line=on_the_line)
    # The same form, pressed twice: the other press may have held the conversation until now.
    earlier = _find_earlier(request_key) if conversation_id else None
    if earlier:
        return _repeat(earlier, words)
    _refuse_while_working(talk)
    try:
        with transaction.atomic():
            run = _queue_run(talk, task=task, words=words, asked_by=asked_by, request_key=request_key)
    except IntegrityError:
        if request_key is None:
            raise
        return _repeat(AgentRun.objects.get(request_key=request_key), words)
    wake(run.pk)
    announce(Event(kind="run.changed", run_id=run.pk))
    return Started(run.pk, created=True)


@transaction.atomic
def cancel_run(*, run_id: int, by: str) -> bool:
    """Stop a run. One at work stops at its next step; False where it was already over."""
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
    """Hint to open desks that a run has been taken over; the closing itself is the people's own record."""
    announce(Event(kind="run.changed", run_id=run_id))


def _find_earlier(request_key: str | None) -> AgentRun | None:
    return AgentRun.objects.filter(request_key=request_key).first() if request_key else None


def _queue_run(talk: Conversation, *, task: TaskType, words: str, asked_by: str, request_key: str | None) -> AgentRun:
    """The row of a new run, last in its conversation, with the limits of its task type."""
    now, limits = timezone.now(), task.limits
    last = AgentRun.objects.filter(conversation=talk).aggregate(last=Max("ordinal"))["last"]
    return AgentRun.objects.create(
        request_key=request_key,
        conversation=talk,
        ordinal=0 if last is None else last + 1,
        task_type=task,
        asked_by=asked_by,
        request=words,
        status=RunStatus.QUEUED,
        max_iterations=limits.iterations,
        max_tokens=limits.tokens,
        max_active_ms=limits.active_ms,
        max_tool_calls=limits.tool_calls,
        max_identical_calls=limits.identical_calls,
        created_at=now,
        queued_at=now,
        rung_at=now,
    )


def _check_request(words: str) -> str:

    if not words.strip():
        raise BadRequest("empty", "Write what the caller said first.")
    if len(words) > settings.REQUEST_MAX_CHARS:
        limit = f"{settings.REQUEST_MAX_CHARS:,}"
        raise BadRequest("too_long", f"That is {len(words):,} of {limit} characters. Shorten it and send it again.")
    if "\x00" in words:
        raise BadRequest("nul_character", "The text holds a character that cannot be stored. Type it again.")
    return words


def _repeat(earlier: AgentRun, words: str) -> Started:
    if earlier.request != words:
        raise BadRequest("key_reused", "This form was already sent with other words. Open a new one.")
    return Started(earlier.pk, created=False)


def _find_task(slug: str | None) -> TaskType:
    task = TaskType.objects.filter(slug=slug or UNSORTED).first()
    if task is None:
        raise BadRequest("unknown_task_type", f"There is no kind of task named {slug or UNSORTED}.")
    if not task.enabled:
        raise BadRequest("task_type_stopped", f"{task.name} is switched off at the moment. Handle it by hand.")
    return task


def _find_talk(conversation_id: int | None, *, channel: str, on_the_line: bool) -> Conversation:
    if conversation_id is None:
        return Conversation.objects.create(channel=channel, on_the_line=on_the_line, opened_at=timezone.now())
    talk = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if talk is None:
        raise BadRequest("unknown_conversation", "There is no such conversation.")
    return talk


def _refuse_while_working(talk: Conversation) -> None:
    if AgentRun.objects.filter(conversation=talk, finished_at=None).exists():
        raise BadRequest("still_working", "The assistant is still working on the last message. Wait for its answer.")
