"""Put each bug into a copy of the tree, run the tests meant for it, print which caught it: python -m tests.seeded_bugs

Words as arguments pick the bugs whose names hold one of them. Ends with 1 unless every bug was caught.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.programs import PYTHON, ROOT, clean_environment
from tests.seeded_bugs.bugs import BUGS, Bug, Edit

LEFT_OUT = shutil.ignore_patterns(".*", "var", "node_modules", "test-results")
MOST_SECONDS = 1_800
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - |$)", re.MULTILINE)


class CodeMoved(Exception):
    """The words that a bug replaces are not there exactly once: it has to be written anew for the code as it is."""


def main(words: list[str]) -> int:
    """Try every bug that was asked for."""
    bugs = [bug for bug in BUGS if not words or any(word in bug.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="handrail-bugs-") as home:
        tree = Path(home) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        for bug in bugs:
            for edit in bug.edits:
                _changed(tree, edit)
        without = _run(tree, sorted({test for bug in bugs for test in bug.suite}))
        if without.returncode:
            print(f"The tests fail without any bug:\n{without.stdout[-3000:]}")
            return 1
        caught = [_try(tree, number, bug) for number, bug in enumerate(bugs, start=1)]
    print(f"\n{sum(caught)} of {len(bugs)} caught")
    return 0 if all(caught) else 1


def _try(tree: Path, number: int, bug: Bug) -> bool:
    begun = time.monotonic()
    kept = {edit.path: (tree / edit.path).stat() for edit in bug.edits}
    originals = {path: (tree / path).read_text() for path in kept}
    for edit in bug.edits:
        (tree / edit.path).write_text(_changed(tree, edit))
    try:
        result = _run(tree, list(bug.suite))
    finally:
        for path, text in originals.items():
            (tree / path).write_text(text)
            # As old as before, so that Python compiles neither too much nor, with the bug, too little.
            os.utime(tree / path, ns=(kept[path].st_atime_ns, kept[path].st_mtime_ns))
    found = FAILED.search(result.stdout)
    # Only a test that failed counts; a program that does not even start was no bug worth the name.
    caught = result.returncode == 1 and found is not None
    by = found[1] if caught and found else f"NOT CAUGHT (pytest ended with {result.returncode})"
    print(f"{number:2}  {bug.name:52}  {time.monotonic() - begun:5.1f} s  {by}", flush=True)
    return caught


def _changed(tree: Path, edit: Edit) -> str:
    text = (tree / edit.path).read_text()
    if text.count(edit.old) != 1:
        raise CodeMoved(f"{edit.path} holds {text.count(edit.old)} times: {edit.old}")
    return text.replace(edit.old, edit.new)


def _run(tree: Path, tests: list[str]) -> "subprocess.CompletedProcess[str]":
    command = [PYTHON, "-m", "pytest", "-x", "-q", "-p", "no:logging", "--tb=no", *tests]
    env = clean_environment(HANDRAIL_LOG_LEVEL="ERROR")
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
