"""The peers' own environment, `var/peers`: ours must not hold what only they need."""

import hashlib
import venv
from pathlib import Path

from bootstrap import ROOT, UV, fetch_uv, run

LOCK = Path(__file__).with_name("requirements.txt")
HOME = ROOT / "var" / "peers"
STAMP = HOME / "handrail-stamp"


def make_environment() -> Path:
    """Bring `var/peers` to exactly what is pinned, with the Python that runs this; returns its Python."""
    python = HOME / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return python
    print(f"Installing {LOCK.relative_to(ROOT)} in {HOME.relative_to(ROOT)}", flush=True)
    venv.EnvBuilder(symlinks=True, with_pip=False, clear=True).create(HOME)
    sync = [str(UV), "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(LOCK)]
    run(sync, env=fetch_uv())
    STAMP.write_text(wanted)
    return python
