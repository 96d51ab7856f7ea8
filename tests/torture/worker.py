"""A real Celery worker that plays with the cast: `celery -A tests.torture.worker worker -P threads`."""

import os
import random
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
django.setup()

from agentops.celery import app as app  # noqa: E402  (what Celery looks for)
from agentops.ledger.leases import PROCESS  # noqa: E402
from tests.torture.cast import Cast  # noqa: E402
from tests.torture.outside import VARIABLE, Outside  # noqa: E402

SLOW_S = (0.1, 1.5)
"""How long a model or a tool takes, in seconds: long enough to be killed in."""


def _dawdle() -> None:
    time.sleep(random.uniform(*SLOW_S))


_outside = Outside(Path(os.environ[VARIABLE]))
_outside.note_worker(pid=os.getpid(), owner=PROCESS)
_stage = Cast(_outside, pause=_dawdle).on_stage()
_stage.__enter__()
