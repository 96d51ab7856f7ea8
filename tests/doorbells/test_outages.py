"""Redis, PostgreSQL, workers and clocks fail under a running installation: every run ends as if nothing had been.

One outage is played by default; HANDRAIL_OUTAGES=all plays them all with the leases of the README.
"""

import os
from collections.abc import Iterator

import pytest

from tests.doorbells.outages import OUTAGES, Site, open_site

ALL = os.environ.get("HANDRAIL_OUTAGES") == "all"
NAMES = list(OUTAGES) if ALL else list(OUTAGES)[:1]
LEASE_SECONDS, SWEEP_SECONDS = (30, 5) if ALL else (10, 1)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    logs = tmp_path_factory.mktemp("outages")
    with open_site(logs, lease_seconds=LEASE_SECONDS, sweep_seconds=SWEEP_SECONDS) as site:
        yield site


@pytest.mark.parametrize("name", NAMES)
def test_runs_move_again_in_time_and_end_as_if_nothing_had_been(
    site: Site, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outage, most_seconds = OUTAGES[name]
    try:
        took = outage(site)
    finally:
        site.renew_workers()
    with capsys.disabled():
        print(f"\n{name}: runs move again after {took:.1f} s (at most {most_seconds:.0f} s)")
    assert took <= most_seconds
