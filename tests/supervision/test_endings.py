"""What left the list says how it ended, in a word of its own, as the server tells it."""

import os
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from agentops.models import ToolCall
from supervision import actions
from supervision.inbox.desk import read_desk
from supervision.inbox.endings import read_endings
from supervision.models import HandoffClosing
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, add_call, add_run, answer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


@pytest.mark.parametrize(
    ("fields", "word", "who"),
    [
        ({"status": "rejected", "decided_by": "Mo Ali"}, "answered", "Mo Ali"),
        ({"status": "approved", "decided_by": "Mo Ali"}, "answered", "Mo Ali"),
        ({"status": "succeeded", "decided_by": "Mo Ali"}, "answered", "Mo Ali"),
        ({"status": "expired"}, "ran out", ""),
        ({"status": "invalidated", "decided_by": "Mo Ali"}, "withdrawn", ""),
        ({"status": "cancelled"}, "withdrawn", ""),
        ({"status": "superseded"}, "changed", ""),
        ({"status": "happened", "decided_by": "Mo Ali"}, "cleared up", ""),
        ({"status": "awaiting"}, "still waiting", ""),
    ],
)
def test_each_ending_has_its_own_word(db: None, fields: dict[str, Any], word: str, who: str) -> None:
    call = add_call(**fields)
    (ending,) = read_endings([f"call-{call.pk}"])
    assert (ending.key, ending.word, ending.who) == (f"call-{call.pk}", word, who)


def test_a_hand_off_says_who_closed_it_and_an_open_one_nothing(db: None) -> None:
    now = timezone.now()
    closed, still_open = (add_run(handoff_reason="Asked for a person", finished_at=now) for _ in range(2))
    HandoffClosing.objects.create(run=closed, who="Mo Ali", note="I rang", closed_at=now)
    (ending,) = read_endings([f"handoff-{closed.pk}", f"handoff-{still_open.pk}"])
    assert (ending.key, ending.word, ending.who) == (f"handoff-{closed.pk}", "done", "Mo Ali")


def test_keys_that_no_row_has_are_left_out(desk: Client, ana_waits: ToolCall) -> None:
    page = desk.get("/requests/ended/", {"row": ["call-999999", "call-x", "", "run-1", f"call-{ana_waits.pk}"]})
    assert page.content.decode().count("data-key") == 1


def test_a_request_that_was_taken_back_says_so_in_its_row_while_it_waits_again(desk: Client, priya: User) -> None:
    call, other = add_call(), add_call()
    answer(desk, call)
    call.refresh_from_db()
    actions.undo_approval(user=priya, call_id=call.pk, version=call.version, digest=call.digest)
    notes = {row.id: row.note for row in read_desk(view="waiting", now=timezone.now()).rows}
    assert (notes[call.pk], notes[other.pk]) == ("Taken back", "Another request reads the same")


@pytest.mark.django_db(transaction=True)
def test_rows_on_the_screen_say_how_each_ended_without_moving(
    priya: User, mo: User, browser: Browser, live_server: LiveServer
) -> None:
    cards = [MOVE.model_copy(update={"title": f"Move Ana Gomez to room {number}"}) for number in range(4)]
    said_no, ran_out, withdrawn, undone = map(add_call, cards)
    page = open_browser(browser, live_server, priya).new_page()
    page.goto("/")
    heights = "[...document.querySelectorAll('[data-rows] li')].map((row) => row.offsetHeight)"
    before = page.evaluate(heights)
    actions.reject_call(user=mo, call_id=said_no.pk, version=1, digest=said_no.digest, reason="other", note="")
    actions.approve_call(user=mo, call_id=undone.pk, version=1, digest=undone.digest, shown="", ticked=set(), typed="")
    ToolCall.objects.filter(pk=ran_out.pk).update(status="expired", finished_at=timezone.now())
    ToolCall.objects.filter(pk=withdrawn.pk).update(status="invalidated", finished_at=timezone.now())

    def left(call: ToolCall) -> Any:
        return page.locator(f"[data-key=call-{call.pk}].gone .left")

    expect(left(said_no)).to_have_text("answeredby Mo Ali", timeout=40_000)
    expect(left(ran_out)).to_have_text("ran out")
    expect(left(withdrawn)).to_have_text("withdrawn")
    expect(left(undone)).to_have_text("answeredby Mo Ali")
    assert page.evaluate(heights) == before
    undone.refresh_from_db()
    actions.undo_approval(user=priya, call_id=undone.pk, version=undone.version, digest=undone.digest)
    expect(page.locator(f"[data-key=call-{undone.pk}]:not(.gone)")).to_contain_text("Taken back", timeout=40_000)
