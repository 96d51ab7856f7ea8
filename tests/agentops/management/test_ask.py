"""`manage.py ask`: one request in the terminal, with the approval asked for there."""

import io
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agentops.management.commands.ask import TERMINAL
from agentops.models import AgentRun, AuditEntry, ToolCall
from agentops.toolsets.clinic.models import Appointment
from tests.live import fill_clinic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clinic() -> None:
    fill_clinic()


def wish() -> str:
    day = timezone.localdate() + timedelta(days=8)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return f"Leo Brandt, born 2 October 1979, needs to see a doctor on {day:%A} {day.day} {day:%B}."


def ask(words: str, *answers: str) -> str:
    out = io.StringIO()
    given = [*answers, EOFError()]
    with mock.patch("builtins.input", side_effect=given):
        call_command("ask", words, stdout=out)
    return out.getvalue()


def test_a_yes_in_the_terminal_books_once_and_every_step_is_printed() -> None:
    before = Appointment.objects.filter(status="booked").count()
    text = ask(wish(), "y")
    assert Appointment.objects.filter(status="booked").count() == before + 1
    for line in ("offline planner", "Looked up Leo Brandt", "free times", "with Dr", "When:", "Answer: Done."):
        assert line in text, text


def test_a_no_in_the_terminal_books_nothing_and_gives_the_reason_on() -> None:
    before = Appointment.objects.filter(status="booked").count()
    ask(wish(), "n he should call us", "n", "n", "n")
    assert Appointment.objects.filter(status="booked").count() == before
    assert "he should call us" in ToolCall.objects.filter(status="rejected").first().result["message"]


@pytest.mark.parametrize(("answer", "what"), [("y", "call.approved"), ("n he is away", "call.rejected")])
def test_what_is_answered_in_the_terminal_stands_in_the_record(answer: str, what: str) -> None:
    ask(wish(), answer)
    entries = list(AuditEntry.objects.values_list("what", "who", "facts"))
    assert [entry[:2] for entry in entries] == [(what, TERMINAL)]
    assert "away" not in str(entries), "a note may be about a patient"


def test_an_answer_that_cannot_be_recorded_is_not_given() -> None:
    with mock.patch("agentops.management.deciding.append_entry", side_effect=OSError), pytest.raises(OSError):
        ask(wish(), "y")
    assert ToolCall.objects.get(tool="book_appointment").status == "awaiting"


def test_without_anyone_at_the_terminal_the_request_waits_at_the_desk() -> None:
    assert "goes on waiting" in ask(wish())
    assert AgentRun.objects.get().status == "suspended"


def test_an_empty_request_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match="Write what the caller said"):
        ask("  ")
