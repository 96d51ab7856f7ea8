"""A process of its own for the plays: it is never told where the production database is."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from agentops.domain.golden import Came, Example
from agentops.management.golden.playing import Played

LONGEST_SECONDS = 900
_OUTSIDE = ("HANDRAIL_REDIS", "ANTHROPIC_API_KEY")


class TheatreClosed(Exception):
    """The process that plays did not come to its end; the last words it said."""


def play_apart(examples: list[Example], *, live: bool) -> list[Played]:
    """Play the examples in a new process on a new database, which is thrown away. Nothing outside is reached but,
    `live`, the model.
    """
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "play_golden", *(["--live"] if live else [])]
        try:
            done = subprocess.run(  # noqa: S603 - our own program with words of our own
                command,
                input=json.dumps([example.to_json() for example in examples]),
                env=_environment(Path(folder) / "golden.sqlite3", live=live),
                capture_output=True,
                text=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TheatreClosed(f"It was not over after {LONGEST_SECONDS} seconds.") from None
    if done.returncode:
        raise TheatreClosed(done.stderr.strip()[-2_000:] or "It ended without a word.")
    return [_read_line(line) for line in done.stdout.splitlines()]


def _read_line(line: str) -> Played:
    read = json.loads(line)
    return Played(read["name"], [Came.model_validate(came) for came in read["came"]], read["took_ms"])


def _environment(database: Path, *, live: bool) -> Mapping[str, str]:
    """This process's environment without anything that leads to what is in use, told directly or by a file's name."""
    told = {
        "HANDRAIL_PRODUCTION": "no",
        "HANDRAIL_DATABASE": f"sqlite:///{database}",
        "HANDRAIL_SECRET_KEY": secrets.token_urlsafe(48),
        "HANDRAIL_MODEL": "anthropic" if live else "offline",
        "HANDRAIL_CLINIC_TIME_ZONE": "Europe/London",
        "HANDRAIL_LOG_LEVEL": "ERROR",
        **({"ANTHROPIC_API_KEY": settings.ANTHROPIC_API_KEY} if live else {}),
    }
    hidden = {f"{name}{suffix}" for name in (*_OUTSIDE, *told) for suffix in ("", "_FILE")}
    return {**{name: value for name, value in os.environ.items() if name not in hidden}, **told}
