"""What a probe hears, without a login."""

import time
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from agentops.control import lift_stop, stop_work
from agentops.ledger import mark_sweep
from agentops.models import AgentRun, SweepMark
from tests.supervision.rows import add_run

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def swept() -> None:
    mark_sweep()


def probe() -> tuple[int, dict[str, object]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def add_waiting(seconds: float) -> AgentRun:
    return add_run(status="queued", queued_at=timezone.now() - timedelta(seconds=seconds))


def test_a_living_process_says_so() -> None:
    assert Client().get("/healthz").json() == {"alive": True}


def test_a_living_process_says_so_while_the_database_is_away() -> None:
    with mock.patch("django.db.backends.base.base.BaseDatabaseWrapper.cursor", side_effect=OperationalError):
        assert Client().get("/healthz").status_code == 200


def test_a_machine_that_does_its_work_is_ready_and_says_nothing_about_itself_but_that() -> None:
    assert probe() == (
        200,
        {
            "ready": True,
            "database": True,
            "swept_seconds_ago": 0,
            "oldest_unstarted_seconds": 0,
            "stopped": [],
            "broker": "well",
        },
    )


def test_a_database_that_is_away_makes_it_unready_and_not_broken() -> None:
    with mock.patch("supervision.views.health.read_readiness", side_effect=OperationalError):
        assert probe() == (503, {"ready": False, "database": False})


@pytest.mark.parametrize(("ago", "status"), [(10, 200), (16, 503)])
def test_a_sweeper_that_did_not_come_by_makes_it_unready(ago: int, status: int) -> None:
    SweepMark.objects.update(at=timezone.now() - timedelta(seconds=ago))
    answered, said = probe()
    assert answered == status and ago - 1 <= said["swept_seconds_ago"] <= ago + 2


def test_a_machine_that_never_swept_is_not_ready() -> None:
    SweepMark.objects.all().delete()
    assert probe()[0] == 503


@pytest.mark.parametrize(("seconds", "status"), [(10, 200), (16, 503)])
def test_a_run_that_no_worker_takes_makes_it_unready(seconds: int, status: int) -> None:
    add_waiting(seconds)
    answered, said = probe()
    assert answered == status and seconds - 1 <= said["oldest_unstarted_seconds"] <= seconds + 2


def test_how_long_it_may_take_is_a_setting() -> None:
    add_waiting(20)
    SweepMark.objects.update(at=timezone.now() - timedelta(seconds=20))
    assert probe()[0] == 503
    with override_settings(READY_RUN_SECONDS=60, READY_SWEEP_SECONDS=60):
        assert probe()[0] == 200


def test_a_stop_is_reported_without_its_reason_and_frozen_runs_do_not_count_as_waiting() -> None:
    run = add_waiting(3600)
    slug = run.task_type.slug
    assert probe()[0] == 503
    stop_work(scope="task_type", name=slug, reason="The calendar is wrong", by="Ruth Kerr")
    answered, said = probe()
    assert (answered, said["stopped"]) == (200, ["task_type"])
    assert "Ruth" not in str(said) and "calendar" not in str(said)
    lift_stop(scope="task_type", name=slug, reason="Mended", by="Ruth Kerr")
    stop_work(scope="all", name="", reason="The calendar is wrong", by="Ruth Kerr")
    answered, said = probe()
    assert (answered, said["stopped"]) == (200, ["all"])


def test_a_broker_that_is_silent_is_said_and_makes_nothing_unready() -> None:
    silent = {"REDIS_URL": "redis://127.0.0.1:1", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    with override_settings(**silent):
        probe()  # the first one loads the client
        begun = time.monotonic()
        answered, said = probe()
    assert (answered, said["broker"]) == (200, "silent")
    assert time.monotonic() - begun < 5


def test_the_limits_leave_room_for_a_lost_doorbell() -> None:
    assert settings.READY_RUN_SECONDS > 2 * settings.SWEEP_SECONDS
    assert settings.READY_SWEEP_SECONDS > 2 * settings.SWEEP_SECONDS
