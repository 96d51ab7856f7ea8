"""Who saw whom is written down where it is seen, and read by those in charge."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import ToolCall
from supervision.inbox import viewings
from supervision.models import Viewing
from tests.supervision.rows import add_call, add_run


def test_every_card_that_is_opened_is_written_down_once_in_ten_minutes(desk: Client, ana_waits: ToolCall) -> None:
    for address in ["/", f"/requests/{ana_waits.pk}/", f"/requests/{ana_waits.pk}/", f"/runs/{ana_waits.run_id}/"]:
        desk.get(address)
    seen = list(Viewing.objects.order_by("pk").values_list("who", "role", "page", "patient"))
    whom = "Ana Gomez, 4821 077"
    assert seen == [("Priya Nair", "front desk", page, whom) for page in ("request", "run")]
    Viewing.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
    desk.get(f"/requests/{ana_waits.pk}/")
    assert Viewing.objects.count() == 3


def test_a_part_read_by_the_script_counts_like_the_page(desk: Client, ana_waits: ToolCall) -> None:
    desk.get(f"/requests/{ana_waits.pk}/", headers={"X-Desk-Part": "list"})
    assert not Viewing.objects.exists()
    desk.get(f"/requests/{ana_waits.pk}/", headers={"X-Desk-Part": "request"})
    assert Viewing.objects.get().call == ana_waits


def test_a_hand_off_names_the_patient_that_a_look_up_found(desk: Client) -> None:
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=timezone.now())
    add_call(run=run, tier="read", status="succeeded")
    desk.get(f"/handoffs/{run.pk}/")
    assert Viewing.objects.get().patient == "Ana Gomez, 4821 077"


def test_those_in_charge_find_a_patient_or_a_colleague(
    desk: Client, mo: User, ruth: User, sign_in: Callable[[User], Client], ana_waits: ToolCall
) -> None:
    desk.get(f"/requests/{ana_waits.pk}/")
    sign_in(mo).get(f"/runs/{ana_waits.run_id}/")
    leader = sign_in(ruth)
    everything = leader.get("/access/").content.decode()
    assert "Priya Nair" in everything
    assert "Mo Ali" in everything
    only_mo = leader.get("/access/?q=mo+ali").content.decode()
    assert "Mo Ali" in only_mo
    assert "Priya Nair" not in only_mo
    assert "Ana Gomez" in leader.get("/access/?q=4821").content.decode()
    assert "Nobody opened a card that matches." in leader.get("/access/?q=Zoe").content.decode()


def test_a_long_log_has_pages(ruth: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewings, "PAGE_SIZE", 2)
    for number in range(3):
        Viewing.objects.create(who=f"Person {number}", role="x", page="run", seen_at=timezone.now())
    first = sign_in(ruth).get("/access/").content.decode()
    assert "Person 2" in first
    assert "Person 0" not in first
    older = sign_in(ruth).get(f"/access/?before={Viewing.objects.order_by('pk')[1].pk}").content.decode()
    assert "Person 0" in older
    assert sign_in(ruth).get("/access/?before=abc").status_code == 200
