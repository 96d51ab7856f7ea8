"""A short storm: real workers on PostgreSQL and Redis, killed at random; the long one is `make torture`."""

import subprocess
import sys

import pytest

from tests.programs import ROOT, clean_environment


@pytest.mark.timeout(300)
def test_workers_that_die_at_random_double_and_lose_nothing(postgres_database: str, redis_server: str) -> None:
    env = clean_environment(
        HANDRAIL_DATABASE=postgres_database,
        HANDRAIL_REDIS=redis_server,
        HANDRAIL_LOG_LEVEL="ERROR",
        HANDRAIL_LEASE_SECONDS="10",
        HANDRAIL_SWEEP_SECONDS="1",
    )
    storm = [sys.executable, "-m", "tests.torture.storm", "--runs", "30", "--minutes", "0.5"]
    result = subprocess.run(storm, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
