"""Celery as a doorbell: each of its settings by name, with what it is for; and what every database session keeps to."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from agentops.celery import IN_MEMORY, IN_REDIS, app
from agentops.checks import RANGES
from agentops.tasks import advance_run, sweep

SETTINGS = {
    # A message is acknowledged when its work is done, and comes again where the worker died over it.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # No worker sits on messages that another could take.
    "worker_prefetch_multiplier": 1,
    # Nothing is kept that the rows do not say better.
    "task_ignore_result": True,
    "result_backend": None,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    # A worker that is told to stop lets its slices end.
    "worker_soft_shutdown_timeout": 30,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    # Whoever reaches the broker may neither command the workers nor hand them code.
    "worker_enable_remote_control": False,
    "accept_content": ["json"],
    "task_serializer": "json",
    # A broker that is away is waited for, however long it takes.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # The log stays one JSON line per event.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    # A pool of threads ignores these: a value here would be a promise that nobody keeps.
    "task_time_limit": None,
    "task_soft_time_limit": None,
    "worker_max_tasks_per_child": None,
}
TRANSPORT = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}


@pytest.mark.parametrize(("name", "value"), SETTINGS.items(), ids=list(SETTINGS))
def test_celery_runs_with(name: str, value: Any) -> None:
    assert app.conf[name] == value


@pytest.mark.parametrize(("name", "value"), TRANSPORT.items(), ids=list(TRANSPORT))
def test_redis_is_spoken_to_with(name: str, value: Any) -> None:
    assert IN_REDIS[name] == value


def test_the_broker_is_chosen_by_one_setting() -> None:
    assert app.conf.broker_url == settings.CELERY_BROKER_URL
    assert app.conf.broker_transport_options == (IN_REDIS if settings.REDIS_URL else IN_MEMORY)


def test_a_message_comes_again_later_than_any_slice_of_a_run_may_last() -> None:
    longest_model_call = RANGES["MODEL_TIMEOUT_SECONDS"][1]
    assert TRANSPORT["visibility_timeout"] >= 2 * longest_model_call


def test_a_message_with_code_in_it_is_refused() -> None:
    with pytest.raises(ContentDisallowed):
        loads(b"cos\nsystem\n(S'true'\ntR.", "application/x-python-serialize", "binary", accept=app.conf.accept_content)


@pytest.mark.parametrize("task", [advance_run, sweep])
def test_a_task_has_no_settings_of_its_own_that_would_undo_the_common_ones(task: Any) -> None:
    assert (task.acks_late, task.reject_on_worker_lost, task.ignore_result) == (True, True, True)
    assert (task.time_limit, task.soft_time_limit, task.rate_limit) == (None, None, None)


def test_the_clock_sweeps_and_does_nothing_else_and_sweeps_do_not_pile_up() -> None:
    assert set(app.conf.beat_schedule) == {"sweep"}
    entry = app.conf.beat_schedule["sweep"]
    assert (entry["task"], entry["schedule"]) == ("agentops.tasks.sweep", settings.SWEEP_SECONDS)
    assert entry["options"] == {"expires": 2 * settings.SWEEP_SECONDS}


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_a_session_of_the_database_keeps_to_its_settings() -> None:
    """Asked of the live connection: an option in the wrong place would have no effect and no error."""
    if connection.vendor == "postgresql":
        wanted = {
            "statement_timeout": "10s",
            "lock_timeout": "5s",
            "idle_in_transaction_session_timeout": "30s",
            "synchronous_commit": "on",
            "transaction_isolation": "read committed",
        }
        ask = "SHOW {}"
    else:
        wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "20000"}
        ask = "PRAGMA {}"
    found = {}
    with connection.cursor() as cursor:
        for name in wanted:
            cursor.execute(ask.format(name))
            found[name] = str(cursor.fetchone()[0])
    assert found == wanted
