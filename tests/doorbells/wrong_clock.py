"""A program whose clock is wrong from the moment it works: python -m tests.doorbells.wrong_clock SECONDS celery ARGS

The wall clock of the whole process is moved (`time.time`, `datetime.now`), the monotonic one is not, as on a machine
whose time was set wrongly. It jumps when the worker is ready, because a worker that starts with it may refuse to.
"""

import runpy
import sys
from datetime import datetime, timedelta
from typing import Any

import time_machine
from celery.signals import worker_ready


def main() -> None:
    """Run the module named by the second argument with the rest of them."""
    seconds, module = float(sys.argv[1]), sys.argv[2]

    def jump(**_: Any) -> None:
        time_machine.travel(datetime.now().astimezone() + timedelta(seconds=seconds), tick=True).start()

    worker_ready.connect(jump, weak=False)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
