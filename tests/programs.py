"""Handrail's own programs as processes: started as in the README, watched by what they print, stopped or killed."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


class Program:
    """A process whose output goes to a file. Use in a `with`: nothing is left running."""

    def __init__(self, *words: str, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self.log.read_text(errors="replace")

    def wait_for(self, pattern: str, *, seconds: float = 60) -> re.Match[str]:
        """Return the first match in the output; fails with the output where it does not come."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.output)):
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, f"{pattern!r} did not come in {seconds} s:\n{self.output}"
            time.sleep(0.05)
        return found

    def stop(
        self, number: signal.Signals = signal.SIGTERM, *, codes: tuple[int, ...] = (0,), seconds: float = 30
    ) -> float:
        """Send a signal and wait for its end with one of these codes; returns the seconds that took."""
        started = time.monotonic()
        self.process.send_signal(number)
        returned = self.process.wait(seconds)
        assert returned in codes, f"ended with {returned}:\n{self.output}"
        return time.monotonic() - started

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment without any of Handrail's variables but these."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "DJANGO_", "ANTHROPIC_"))
    }
    return {**kept, **settings}


def manage(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one management command to its end, whatever that is."""
    command = [PYTHON, "manage.py", *words]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
