"""The way in: too many wrong passwords pause an account and an address, for minutes that are told."""

import re
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AuditEntry
from supervision import tries

pytestmark = pytest.mark.usefixtures("quick_passwords")
RIGHT = "harbour-lane-desk"


def log_in(name: str = "priya", password: str = "wrong", address: str = "192.0.2.1") -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password})
    return answer.status_code, answer.content.decode()


def fail(times: int, name: str = "priya", address: str = "192.0.2.1") -> None:
    AccessAttempt.objects.update_or_create(
        username=name,
        ip_address=address,
        user_agent="",
        defaults={"failures_since_start": times, "attempt_time": timezone.now()},
    )


def test_five_wrong_passwords_pause_the_account_there_and_the_wait_is_told_and_does_not_grow(priya: User) -> None:
    with time_machine.travel("2026-03-10T10:00:00Z", tick=False) as clock:
        for _ in range(4):
            assert log_in()[0] == 200
        assert "Too many tries. Try again in 15 minutes." in log_in()[1]
        clock.shift(timedelta(minutes=11, seconds=30))
        status, page = log_in(password=RIGHT)
        assert status == 429
        assert "Too many tries. Try again in 4 minutes." in page
        clock.shift(timedelta(minutes=3, seconds=31))
        assert log_in(password=RIGHT)[0] == 302


def test_others_and_other_places_are_not_held_up(priya: User, mo: User) -> None:
    fail(5)
    assert log_in(password=RIGHT)[0] == 429
    assert log_in(name="mo", password=RIGHT)[0] == 302
    assert log_in(password=RIGHT, address="192.0.2.2")[0] == 302


def test_an_account_that_is_tried_from_everywhere_is_paused_everywhere(priya: User) -> None:
    for number in range(5):
        fail(4, address=f"192.0.2.{number}")
    assert log_in(password=RIGHT, address="198.51.100.7")[0] == 429


def test_an_address_that_tries_every_name_is_paused_for_every_name(priya: User) -> None:
    for number in range(10):
        fail(3, name=f"guess-{number}")
    status, page = log_in(password=RIGHT)
    assert status == 429
    assert re.search(r"Try again in 1[45] minutes\.", page)
    assert log_in(password=RIGHT, address="192.0.2.2")[0] == 302


def test_a_name_that_does_not_exist_is_paused_like_one_that_does(db: None) -> None:
    for _ in range(4):
        log_in(name="nobody-here")
    assert log_in(name="nobody-here")[0] == 429


def test_a_pause_is_on_record_once_and_without_the_password(priya: User) -> None:
    for _ in range(7):
        log_in()
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.subject) == ("login.paused", "person priya")
    assert entry.facts == {"address": "192.0.2.1"}
    assert not AccessAttempt.objects.filter(post_data__contains="wrong").exists()


@pytest.mark.parametrize("name", ["x\x00y", "x" * 151, ""])
def test_names_that_nobody_can_have_are_refused_in_words(db: None, name: str) -> None:
    assert log_in(name=name)[0] == 200


def test_the_counting_asks_the_database_alone(priya: User) -> None:
    """So that it holds with several processes, and with Redis down."""
    now = timezone.now()
    assert tries.find_pause(account="priya", address="192.0.2.1", now=now) is None
    fail(5)
    wait = tries.find_pause(account="priya", address="192.0.2.1", now=timezone.now())
    assert wait is not None
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
