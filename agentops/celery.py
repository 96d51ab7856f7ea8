"""Celery as a doorbell: it carries ids, keeps nothing, and losing a message costs seconds.

Where `HANDRAIL_REDIS` is set the bell hangs in Redis and rings in worker processes (`celery -A agentops.celery worker
-P threads`); otherwise in this process's memory, and `manage.py serve` runs the worker itself. With a pool of threads
Celery's own time limits do nothing: deadlines stand in the loop, in the tools' timeouts and in the model's.
"""

import os
from collections.abc import Callable
from typing import Any

import django
from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")

from django.conf import settings  # reads the variable above

from agentops.startup import Role, check_start

IN_MEMORY = {"polling_interval": 0.05}  # seconds: how soon an idle worker hears the bell
IN_REDIS = {
    # A message whose worker was killed rings again after this; the sweeper does so far sooner. A slice of a run that
    # lasted as long would be rung for twice, which is harmless and wasteful.
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A Redis that vanished without closing the connection is noticed instead of waited for.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

app = Celery("handrail")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_transport_options=IN_REDIS if settings.REDIS_URL else IN_MEMORY,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    imports=["agentops.tasks"],
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=30,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,  # nobody who reaches the broker may command the workers
    worker_send_task_events=False,
    # The log stays one JSON line per event on standard error, as agentops.logs says.
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    # Beat keeps its schedule in memory: it has one entry, and that one may run too often or late without harm.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=settings.SWEEP_SECONDS,
    beat_schedule={
        "sweep": {
            "task": "agentops.tasks.sweep",
            "schedule": settings.SWEEP_SECONDS,
            "options": {"expires": 2 * settings.SWEEP_SECONDS},  # sweeps do not pile up while no worker is there
        }
    },
)


def check_before(role: Role) -> Callable[..., None]:
    """Celery's own programs load the apps late, and say by a signal when they are about to begin."""

    def check(**_: Any) -> None:
        django.setup()
        check_start(role)

    return check


celeryd_init.connect(check_before("worker"), weak=False)
beat_init.connect(check_before("beat"), weak=False)
