"""Every page says times on the clinic's clock and dates in words, whatever the server's own clock runs on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from supervision.models import Claim, Viewing
from tests.supervision.rows import person
from tests.supervision.test_text_is_only_text import PAGES, poison

LATE_ON_TUESDAY = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
ON_THE_CLOCK = {"Europe/London": "11:30pm", "America/New_York": "6:30pm", "Asia/Tokyo": "8:30am"}
ANY_CLOCK = re.compile(r"\b1?\d:\d\d ?[ap]m\b|\b[012]\d:[0-5]\d\b")
FIGURE_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d\d?/\d\d?/\d{2,4}\b")


def read(client: Client, address: str) -> str:
    """What a person reads of a page: no attributes, and not the raw data that only admins open."""
    page = client.get(address).content.decode()
    return re.sub(r"<pre.*?</pre>|<[^>]*>", " ", page, flags=re.DOTALL)


@pytest.mark.parametrize("zone", ON_THE_CLOCK)
def test_every_time_on_every_page_is_the_clinics(db: None, sign_in: Callable[[User], Client], zone: str) -> None:
    with time_machine.travel(LATE_ON_TUESDAY, tick=False), timezone.override(zone):
        leo = person("leo", "Leo", "Marsh", "admin")
        client, names = sign_in(leo), poison("plain")
        seen = {"who": "Mo Ali", "taken_at": timezone.now(), "seen_at": timezone.now()}
        Claim.objects.create(call_id=names["call"], **seen)
        Viewing.objects.create(who="Mo Ali", role="front desk", page="request", patient="Ana", seen_at=timezone.now())
        for address in (*PAGES, "/me/", "/stop/", "/access/", "/runs/new/"):
            words = read(client, address.format(**names))
            minutes = {clock for clock in ANY_CLOCK.findall(words) if clock.startswith(("11:30", "6:30", "8:30"))}
            assert minutes == {ON_THE_CLOCK[zone]}, (address, minutes)
            assert not FIGURE_DATE.findall(words), address


def test_the_day_is_the_clinics_day(db: None, sign_in: Callable[[User], Client]) -> None:
    """Half past eleven at night in London is Wednesday morning in Tokyo, and "decided today" goes by that."""
    with time_machine.travel(LATE_ON_TUESDAY, tick=False) as clock, timezone.override("Asia/Tokyo"):
        names = poison("plain")
        clock.shift(20 * 3600)
        client = sign_in(person("leo", "Leo", "Marsh", "admin"))
        assert "Wednesday 4 March, 8:30am" in read(client, f"/requests/{names['call']}/")
        assert "Decided today 0" in read(client, "/?view=decided")
