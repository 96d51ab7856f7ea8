"""A round of the golden examples that an admin asks for: once, seen while it goes on, and kept like any other."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django import DjangoCaptureOnCommitCallbacks

from agentops import celery
from agentops.domain.golden import Came, Example
from agentops.ledger import ring_for_rounds, take_round
from agentops.management.commands import play_round
from agentops.management.golden import checking
from agentops.management.golden.playing import Played
from agentops.management.golden.shelf import load_shipped
from agentops.management.golden.theatre import TheatreClosed
from agentops.models import AskedRound, AuditEntry, GoldenRun
from tests.live import PASSWORD, fill_clinic, running_desk

SHIPPED = {one.name: one for one in load_shipped()}
THREE = [SHIPPED[name] for name in ("limit-of-steps", "question-opening-hours", "question-usual-clinician")]

BUTTON = "Run now</button>"


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three examples are shipped, which is sooner over."""
    monkeypatch.setattr(play_round, "load_shipped", lambda: THREE)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a worker was rung for, without one."""
    heard: list[Any] = []

    class Bell:
        def __init__(self, name: str, args: list[int]) -> None:
            self.what = (name, *args)

        def apply_async(self, *, retry: bool) -> None:
            heard.append(self.what)

    monkeypatch.setattr(celery.app, "signature", Bell)
    return heard


def press(client: Client, capture: DjangoCaptureOnCommitCallbacks) -> str:
    with capture(execute=True):
        answer = client.post("/golden/play/", follow=True)
    assert answer.redirect_chain == [("/golden/", 302)]
    return answer.content.decode()


def come_out(example: Example) -> list[Came]:
    """What is expected of an example, as if it came."""
    parts = [part.expected for part in example.talk if part.expected]
    return [
        Came.model_validate({**one.model_dump(exclude={"words"}), "answer": " ".join(one.words.contains)})
        for one in parts
    ]


def as_expected(monkeypatch: pytest.MonkeyPatch, between: Callable[[], None] = lambda: None) -> None:
    """Stands for the other process: each example comes out as it did, and something happens after each."""

    def play(examples: Any, *, live: bool) -> Iterator[Played]:
        for example in examples:
            yield Played(example.name, come_out(example), 10)
            between()

    monkeypatch.setattr(checking, "play_apart", play)


def test_pressed_twice_it_is_one_round_on_record(
    admin: Client, rung: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert "It begins in a moment" in press(admin, django_capture_on_commit_callbacks)
    again = press(admin, django_capture_on_commit_callbacks)
    assert "A round is under way already" in again
    assert BUTTON not in again
    asked = AskedRound.objects.get()
    assert rung == [("agentops.tasks.play_golden", asked.pk)]
    assert AuditEntry.objects.filter(what="golden.asked").count() == 1
    AskedRound.objects.update(asked_at=timezone.now() - timedelta(seconds=20))
    assert "No worker has taken it up yet." in admin.get("/golden/").content.decode()


def test_a_lost_bell_is_rung_again_until_a_worker_takes_it_and_only_one_does(
    admin: Client, rung: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    press(admin, django_capture_on_commit_callbacks)
    AskedRound.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    pk = AskedRound.objects.get().pk
    with django_capture_on_commit_callbacks(execute=True):
        ring_for_rounds()
        assert [take_round(asked_id=pk, total=3) for _ in range(2)] == [True, False]
        ring_for_rounds()
    assert len(rung) == 2


def test_how_far_it_is_stands_on_the_page_and_then_what_came_of_it(
    admin: Client, rung: list[Any], three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    as_expected(monkeypatch, between=lambda: seen.append(admin.get("/golden/").content.decode()))
    admin.post("/golden/play/")
    call_command("play_round", AskedRound.objects.get().pk)
    told = [n for page in seen for n in range(4) if f"<b>{n} of 3</b>" in page]
    # It goes on once the one before was written down.
    assert told == [1, 2, 3]
    page = admin.get("/golden/").content.decode()
    assert "All of them hold" in page
    assert BUTTON in page
    assert "Being played" not in page
    asked = AskedRound.objects.get()
    assert (asked.open, asked.run, asked.played) == (False, GoldenRun.objects.get(), 3)
    assert GoldenRun.objects.get().results.count() == 3


def test_a_difference_stands_by_its_type_of_task(
    admin: Client, rung: list[Any], three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(examples: Any, *, live: bool) -> Iterator[Played]:
        for example in examples:
            came = come_out(example)
            first = came[0].model_copy(update={"outcome": "lost"}) if example is THREE[0] else came[0]
            yield Played(example.name, [first, *came[1:]], 10)

    monkeypatch.setattr(checking, "play_apart", play)
    admin.post("/golden/play/")
    call_command("play_round", AskedRound.objects.get().pk)
    page = admin.get("/golden/")
    (group,) = [group for group in page.context["page"].groups if group.failed]
    assert [line.name for line in group.lines if line.differences] == ["limit-of-steps"]
    assert "1 did not hold" in page.content.decode()


@pytest.mark.parametrize("problem", ["lost", "failed"])
def test_a_round_that_does_not_come_to_its_end_is_said_and_another_one_can_be_asked_for(
    admin: Client, rung: list[Any], three: None, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    admin.post("/golden/play/")
    pk = AskedRound.objects.get().pk
    if problem == "failed":

        def refuse(examples: Any, *, live: bool) -> Iterator[Played]:
            raise TheatreClosed("No room.")
            yield

        monkeypatch.setattr(checking, "play_apart", refuse)
        call_command("play_round", pk)
        said = "The examples could not be played."
    else:
        assert take_round(asked_id=pk, total=3)
        AskedRound.objects.update(played=2, heard_at=timezone.now() - AskedRound.LOST - timedelta(seconds=1))
        said = "The round broke off after 2 of 3."
    page = admin.get("/golden/").content.decode()
    assert said in page
    assert BUTTON in page
    assert not GoldenRun.objects.exists()
    admin.post("/golden/play/")
    assert AskedRound.objects.filter(open=True).count() == 1
    assert list(AskedRound.objects.filter(pk=pk).values_list("open", "problem")) == [(False, problem)]


def test_a_round_that_was_given_up_meanwhile_is_not_played_to_its_end(
    admin: Client, rung: list[Any], three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[int] = []

    def give_up() -> None:
        played.append(1)
        AskedRound.objects.update(open=False, problem="lost")

    as_expected(monkeypatch, between=give_up)
    admin.post("/golden/play/")
    call_command("play_round", AskedRound.objects.get().pk)
    assert len(played) == 1
    assert not GoldenRun.objects.exists()


def test_a_manager_sees_the_results_and_no_button(
    admin: Client, ruth: User, rung: list[Any], sign_in: Callable[[User], Client]
) -> None:
    admin.post("/golden/play/")
    page = sign_in(ruth).get("/golden/").content.decode()
    assert "Asked for by Leo Marsh" in page
    AskedRound.objects.all().delete()
    assert BUTTON not in sign_in(ruth).get("/golden/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("script", [True, False])
def test_in_a_browser_a_worker_really_plays_them_with_and_without_javascript(
    browser: Browser, three: None, script: bool
) -> None:
    fill_clinic()
    with running_desk() as address:
        page = browser.new_context(base_url=address, java_script_enabled=script).new_page()
        page.goto("/login/?next=/golden/")
        page.get_by_label("Name", exact=False).first.fill("leo")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Run now").click()
        expect(page.get_by_role("heading", name="Being played")).to_be_visible()
        for _ in range(0 if script else 120):
            if page.get_by_role("button", name="Run now").count():
                break
            page.wait_for_timeout(500)
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("All of them hold")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("3 hold, played")).to_be_visible()
