"""Lanes at work: processes that hold trials, each on a database of its own, fed one job at a time."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.programs import ROOT, clean_environment
from tests.servers import new_database
from tests.torture.plan import Job
from tests.torture.table import Verdict


class Lane(threading.Thread):
    """Feeds one process from a queue until that is empty. A process that dies is a violation of the job it had."""

    def __init__(self, jobs: "queue.Queue[Job]", *, url: str, log: Path, hear: Callable[[Verdict], None]) -> None:
        super().__init__()
        self.jobs, self.log, self.hear = jobs, log, hear
        self.env = clean_environment(HANDRAIL_DATABASE=url, HANDRAIL_LOG_LEVEL="ERROR")

    def run(self) -> None:
        command = [sys.executable, "-m", "tests.torture.lane"]
        pipe = subprocess.PIPE
        with (
            self.log.open("w") as log,
            subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=pipe, stdout=pipe, stderr=log, text=True
            ) as process,
        ):
            assert process.stdin and process.stdout
            while (job := self._next()) is not None:
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
                if not line:
                    print(f"a lane ended in the middle of {job}:\n{self.log.read_text()[-4_000:]}")
                    return
                self.hear(json.loads(line))

    def _next(self) -> Job | None:
        try:
            return self.jobs.get_nowait()
        except queue.Empty:
            return None


def run_lanes(
    jobs: dict[str, list[Job]], *, lanes: int, home: Path, server: str, hear: Callable[[Verdict], None]
) -> None:
    """Hold all trials: the lanes are shared out among the databases. Returns when every trial was held.

    `hear` is called for each verdict, by one lane at a time. RuntimeError where a lane ended before its jobs.
    """
    lock, held = threading.Lock(), [0]

    def hear_one(verdict: Verdict) -> None:
        with lock:
            held[0] += 1
            hear(verdict)

    with ExitStack() as stack:
        threads = []
        for database, share in jobs.items():
            waiting: queue.Queue[Job] = queue.Queue()
            for job in share:
                waiting.put(job)
            for number in range(max(1, lanes // len(jobs))):
                name = f"{database}-{number}"
                own = database == "postgresql"
                url = stack.enter_context(new_database(server)) if own else f"sqlite:///{home}/{name}"
                threads.append(Lane(waiting, url=url, log=home / f"{name}.log", hear=hear_one))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if held[0] != sum(len(share) for share in jobs.values()):
        raise RuntimeError("a lane ended before its trials")
