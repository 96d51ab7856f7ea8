"""A process of its own for the plays: it is never told where the production database is."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from agentops.domain.golden import Came, Example
from agentops.management.golden.playing import Played

LONGEST_SECONDS = 900
_SILENT = f"It ended without a word, or was not over after {LONGEST_SECONDS} seconds."
_OUTSIDE = ("HANDRAIL_REDIS", "ANTHROPIC_API_KEY")


class TheatreClosed(Exception):
    """The process that plays did not come to its end; the last words it said."""


def play_apart(examples: list[Example], *, live: bool) -> Iterator[Played]:
    """Play the examples in a new process on a new database, which is thrown away; each is told when it is over.
    Nothing outside is reached but, `live`, the model.
    """
    with tempfile.TemporaryDirectory(prefix="golden-") as folder, (Path(folder) / "last_words").open("w+") as words:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "play_golden", *(["--live"] if live else [])]
        with subprocess.Popen(  # noqa: S603 - our own program with words of our own
            command,
            env=_environment(Path(folder) / "golden.sqlite3", live=live),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        ) as process:
            curfew = threading.Timer(LONGEST_SECONDS, process.kill)
            curfew.start()
            try:
                yield from _follow(process, [example.to_json() for example in examples])
            finally:
                curfew.cancel()
                process.kill()  # whoever reads no further needs none of it; one that is over does not feel it
        if process.returncode:
            words.seek(0)
            raise TheatreClosed(words.read().strip()[-2_000:] or _SILENT)


def _follow(process: "subprocess.Popen[str]", examples: list[Any]) -> Iterator[Played]:
    """Hand over what is to be played, and read what came of each."""
    assert process.stdin and process.stdout
    with contextlib.suppress(BrokenPipeError), process.stdin as told:  # why it went is read from its last words
        json.dump(examples, told)
    yield from map(_read_line, process.stdout)
    process.wait()


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
