"""A process of its own for what needs a database of its own: the settings choose it when they are read."""

import subprocess
import tempfile

from tests.programs import PYTHON, ROOT, clean_environment


def run_at_home(module: str, *words: str, **variables: str) -> int:
    """Run `python -m module here words…` on an empty database that is gone afterwards; returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="handrail-ux-") as home:
        env = clean_environment(
            HANDRAIL_DATABASE=f"sqlite:///{home}/ux.sqlite3",
            HANDRAIL_LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="agentops.settings",
            **variables,
        )
        return subprocess.run([PYTHON, "-m", module, "here", *words], cwd=ROOT, env=env, check=False).returncode
