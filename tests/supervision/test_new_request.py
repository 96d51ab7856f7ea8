"""Handing a caller's words to the assistant."""

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, AuditEntry
from tests.supervision.rows import add_run, task_type

WORDS = "I need to see Dr. Chen on Thursday after 3"


@pytest.fixture(autouse=True)
def unsorted(db: None) -> None:
    task_type("unsorted", "Not sorted yet")


def send(desk: Client, **fields: object) -> object:
    return desk.post("/runs/new/", {"request": WORDS, "channel": "phone", **fields})


def test_a_request_starts_a_run_and_opens_its_page(desk: Client) -> None:
    answer = send(desk, on_the_line="on")
    run = AgentRun.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"  # type: ignore[index]
    assert (run.request, run.asked_by, run.conversation.channel) == (WORDS, "Priya Nair", "phone")
    assert run.conversation.on_the_line
    assert AuditEntry.objects.get().what == "run.started"


def test_an_empty_request_is_refused_in_words(desk: Client) -> None:
    answer = send(desk, request="   ", channel="text")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "Write what the caller said." in page
    assert 'value="text" checked' in page
    assert not AgentRun.objects.exists()


def test_twenty_thousand_characters_are_counted_and_nothing_is_lost(desk: Client) -> None:
    words = "a" * 20_000
    answer = send(desk, request=words)
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "20,000 of 8,000 characters" in page
    assert words in page


def test_line_ends_of_the_browser_do_not_count_twice(desk: Client) -> None:
    send(desk, request="a\r\n" * 2_667 + "b")
    assert "\r" not in AgentRun.objects.get().request


@pytest.mark.parametrize(
    "fields", [{"channel": "pigeon"}, {"request": "a\x00b"}, {"conversation": "x"}, {"request_key": "1"}]
)
def test_what_cannot_be_read_is_refused_and_the_words_are_kept(desk: Client, fields: dict[str, str]) -> None:
    answer = send(desk, **fields)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert "There is a problem" in page
    assert not re.search("valid choice|valid UUID|Null char|whole number", page)
    assert not AgentRun.objects.exists()


def test_a_form_sent_twice_starts_one_run(desk: Client) -> None:
    key = str(uuid.uuid4())
    first, second = send(desk, request_key=key), send(desk, request_key=key)
    assert first["Location"] == second["Location"]  # type: ignore[index]
    assert AgentRun.objects.count() == 1
    assert "already sent with other words" in send(desk, request_key=key, request="Other").content.decode()  # type: ignore[attr-defined]


def test_the_caller_answers_in_the_same_conversation(desk: Client) -> None:
    first = add_run("And who else?", status="completed", outcome="answered", answer="Dr Chen. Shall I book it?",
                    finished_at=timezone.now())  # fmt: skip
    page = desk.get(f"/runs/{first.pk}/").content.decode()
    assert "The caller answers" in page
    assert f'name="conversation" value="{first.conversation_id}"' in page
    send(desk, request="Yes please", conversation=first.conversation_id)
    assert AgentRun.objects.get(request="Yes please").conversation_id == first.conversation_id


def test_nobody_answers_for_the_caller_of_a_generated_run(desk: Client) -> None:
    run = add_run("Hello", status="completed", answer="Dr Chen.", finished_at=timezone.now(), generated=True)
    assert "The caller answers" not in desk.get(f"/runs/{run.pk}/").content.decode()


def test_a_refused_answer_keeps_the_conversation(desk: Client) -> None:
    first = add_run("And who else?", answer="Dr Chen.", status="completed", finished_at=timezone.now())
    page = send(desk, request="", conversation=first.conversation_id).content.decode()  # type: ignore[attr-defined]
    assert f'name="conversation" value="{first.conversation_id}"' in page
    assert "Dr Chen." in page


def test_a_machine_that_says_no_is_heard_in_the_form(desk: Client) -> None:
    talk = add_run().conversation_id
    page = send(desk, conversation=talk).content.decode()  # type: ignore[attr-defined]
    assert "still working on the last message" in page
    assert WORDS in page


def test_the_form_says_who_works_on_it(desk: Client) -> None:
    assert "Worked on by: Offline planner, no AI model." in desk.get("/runs/new/").content.decode()


def test_the_same_words_sent_again_from_an_older_page_are_asked_about(desk: Client) -> None:
    send(desk, request_key=str(uuid.uuid4()))
    first = AgentRun.objects.get()
    again = send(desk, request_key=str(uuid.uuid4()))
    page = again.content.decode()  # type: ignore[attr-defined]
    assert again.status_code == 409  # type: ignore[attr-defined]
    assert f'href="/runs/{first.pk}/"' in page
    assert 'name="again"' in page
    assert AgentRun.objects.count() == 1
    send(desk, request_key=str(uuid.uuid4()), again="on")
    assert AgentRun.objects.count() == 2
