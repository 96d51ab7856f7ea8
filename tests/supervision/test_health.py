"""What a probe hears, without a login."""

from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from tests.supervision.rows import add_run

pytestmark = pytest.mark.django_db


def test_a_living_process_says_so() -> None:
    assert Client().get("/healthz").json() == {"alive": True}


def test_a_machine_that_does_its_work_is_ready() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_a_run_that_no_worker_takes_makes_it_unready() -> None:
    add_run(status="queued", queued_at="2026-03-10T10:00:00Z")
    answer = Client().get("/readyz")
    assert answer.status_code == 503 and answer.json()["oldest_unstarted_seconds"] > 60


def test_a_database_that_is_away_makes_it_unready_and_not_broken() -> None:
    with mock.patch("supervision.views.health.oldest_unstarted_seconds", side_effect=OperationalError):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
