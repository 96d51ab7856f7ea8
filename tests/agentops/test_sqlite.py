"""Many threads that write at once: all of them get their turn, and nobody meets "database is locked"."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from agentops.models import Conversation

pytestmark = pytest.mark.django_db(transaction=True)


def test_sixteen_writers_all_get_their_turn() -> None:
    errors: list[str] = []

    def write() -> None:
        try:
            for _ in range(20):
                with transaction.atomic():
                    seen = Conversation.objects.count()
                    Conversation.objects.create(channel="text", opened_at=timezone.now())
                    assert Conversation.objects.count() == seen + 1, "nobody else writes in between"
        except Exception as error:
            errors.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and Conversation.objects.count() == 320


def test_a_writer_that_fails_or_leaves_gives_its_turn_away() -> None:
    def fail() -> None:
        try:
            with transaction.atomic():
                Conversation.objects.create(channel="text", opened_at=timezone.now())
                raise RuntimeError
        except RuntimeError:
            connections.close_all()

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    with transaction.atomic():
        Conversation.objects.create(channel="text", opened_at=timezone.now())
    assert Conversation.objects.count() == 1
    assert connection.vendor == "sqlite"
