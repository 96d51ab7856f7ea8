"""The only exits of the machine: ring the worker, hint to the desk. Both after the commit, both ids only."""

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from agentops.celery import app
from agentops.domain.events import Event
from agentops.local_layer import LocalChannelLayer

DESK_GROUP = "desk"

log = structlog.get_logger(__name__)


def wake(run_id: int) -> None:
    """Ring for this run once the transaction is committed. A broker that is down costs seconds: see `sweep`."""
    transaction.on_commit(lambda: _ring(run_id), robust=True)


def ring_for_edit(edit_id: int) -> None:
    """Ring for what the desk asked of a tool, once the transaction is committed; a lost bell is found by `sweep`."""
    transaction.on_commit(lambda: _ring_for_edit(edit_id), robust=True)


def ring_for_round(asked_id: int) -> None:
    """Ring for a round of the golden examples, once the transaction is committed; a lost bell is found by `sweep`."""
    transaction.on_commit(lambda: _ring_for_round(asked_id), robust=True)


def announce(event: Event) -> None:
    """Hint to open desks once the transaction is committed. A lost hint is harmless: pages read again by themselves."""
    transaction.on_commit(lambda: _hint(event), robust=True)


def _ring(run_id: int) -> None:
    try:
        app.signature("agentops.tasks.advance_run", args=[run_id]).apply_async(retry=False)
    except (OperationalError, OSError):
        log.warning("doorbell_unreachable", run_id=run_id)


def _ring_for_edit(edit_id: int) -> None:
    try:
        app.signature("agentops.tasks.answer_edit", args=[edit_id]).apply_async(retry=False)
    except (OperationalError, OSError):
        log.warning("doorbell_unreachable", edit_id=edit_id)


def _ring_for_round(asked_id: int) -> None:
    try:
        app.signature("agentops.tasks.play_golden", args=[asked_id]).apply_async(retry=False)
    except (OperationalError, OSError):
        log.warning("doorbell_unreachable", kind="golden")


def _hint(event: Event) -> None:
    layer = get_channel_layer()
    message = {"type": "hint", "hint": event.model_dump(mode="json")}
    try:
        if isinstance(layer, LocalChannelLayer):
            layer.group_send_now(DESK_GROUP, message)
        elif layer is not None:
            async_to_sync(layer.group_send)(DESK_GROUP, message)
    except (OSError, RedisError):
        log.warning("hint_lost", kind=event.kind, run_id=event.run_id)
