"""One process that holds trials on a database of its own: a job per line on standard input, a verdict per line back."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from agentops.audit import verify_chain  # noqa: E402
from tests.torture.cast import Cast, furnish  # noqa: E402
from tests.torture.faults import Fault  # noqa: E402
from tests.torture.invariants import Harm  # noqa: E402
from tests.torture.outside import Outside  # noqa: E402
from tests.torture.points import CASES  # noqa: E402
from tests.torture.trial import Trial, Verdict  # noqa: E402

SEAL_EVERY = 50
"""After how many trials the sealed record is read from its beginning: it grows with every one."""


def hold_one(cast: Cast, number: int, *, case: int, fault: str) -> Verdict:
    """Hold one trial. One that cannot even be held to its end is a violation, not an end of the programme."""
    point, effect = CASES[case]
    trial = Trial(point, effect, Fault(fault), cast=cast, key=f"trial {number}")
    try:
        trial.hold()
    except Exception as error:  # whatever it is, the other trials go on
        trial.verdict.blame(Harm.STUCK, f"{type(error).__name__}: {error}")
    if number % SEAL_EVERY == 0 and (flaw := verify_chain()):
        trial.verdict.blame(Harm.BOOKS, f"the sealed record is broken: {flaw}")
    return trial.verdict


def main() -> None:
    """Prepare the database, then answer every line until there are no more."""
    call_command("migrate", verbosity=0)
    furnish()
    with TemporaryDirectory(prefix="handrail-torture-") as home:
        cast = Cast(Outside(Path(home) / "outside.sqlite3"))
        with cast.on_stage(), cast.at_the_exits():
            for number, line in enumerate(sys.stdin, start=1):
                print(json.dumps(asdict(hold_one(cast, number, **json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
