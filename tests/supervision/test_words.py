"""Every page as three people read it in Spanish: no sentence that the code marks stands there in English.

The clinic is filled as the demo fills it, by the machine itself. What callers, people and the assistant said stays as
they said it, so it is taken out before a page is read.
"""

import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from agentops.control import ask_for_choices, change_call, stop_work
from agentops.management.demo_requests import REQUESTS, add_demo_task_types, play_request
from agentops.management.golden.shelf import load_shipped
from agentops.models import AgentRun, CallEdit, Step, TaskType, ToolCall
from agentops.runner.edits import answer_wish
from agentops.toolsets.clinic.models import Message
from tests.supervision.test_spanish import catalogue, messages

PLACE = re.compile(r"%\(\w+\)s|%%")
OF_OTHERS = re.compile(r"<(script|style|svg|blockquote|textarea|code|pre)\b.*?</\1>|<p class=\"sms\".*?</p>", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|placeholder|title|data-l)="([^"]+)"')
NOT_PAGES = re.compile(r"/static/|/logout/|/login/|\.(?:csv|json)\b")
EACH = {"/requests/N/": 30, "/handoffs/N/": 20, "/runs/N/": 20}
FEW = 3
"""How many pages of one kind are read; of requests, hand-offs and runs, each of which may be another story, more."""


@pytest.fixture
def clinic(db: None) -> None:
    """A morning at the desk, with a change that was offered and one that was made, a stop and a look at the alerts."""
    call_command("seed", demo_passwords=True, stdout=io.StringIO())
    add_demo_task_types()
    for request in REQUESTS:
        play_request(request)
    waiting = list(ToolCall.objects.filter(status="awaiting").order_by("pk"))
    for call in waiting[:2]:
        seen = {"call_id": call.pk, "version": call.version, "digest": call.digest}
        ask_for_choices(**seen, by="Ruth Kerr", values={})
        change_call(**seen, by="Ruth Kerr", changes={"slot_id": "0", "body": ""}, note="")
    for edit in CallEdit.objects.filter(answered_at=None):
        answer_wish(edit.pk)
    stop_work(scope="tool", name="send_message", reason="Provider is down.", by="Ruth Kerr")
    call_command("check_alerts", stdout=io.StringIO())


@cache
def english() -> list[re.Pattern[str]]:
    """Every marked sentence of at least two words that reads differently in Spanish, as it would stand on a page."""
    known, found = catalogue(), []
    for text in messages():
        words = PLACE.sub(" ", text)
        if known.get(text) in (None, text) or len(re.findall(r"[^\W\d_]{2,}", words)) < 2:
            continue
        pattern = ".+?".join(re.escape(part) for part in PLACE.split(text.strip()))
        found.append(re.compile(rf"(?<!\w){pattern}(?!\w)"))
    return found


def of_others() -> set[str]:
    """How everything begins that callers, people, the assistant, its provider or writers of examples said."""
    texts = [text for run in AgentRun.objects.all() for text in (run.request, run.answer)]
    texts += [message.body for message in Message.objects.all()]
    texts += [call.decision_note for call in ToolCall.objects.all()]
    texts += [step.detail for step in Step.objects.filter(kind="failure")]
    texts += [example.about for example in load_shipped()]
    texts += [line for task in TaskType.objects.all() for line in task.prompt.splitlines()]
    return {text[:24] for text in texts if len(text) > 8}


def lines_of(page: str, others: set[str]) -> Iterator[str]:
    """What a person reads or hears of a page, without what is not ours."""
    page = OF_OTHERS.sub("\n", page)
    for line in [*re.sub(r"<[^>]+>", "\n", page).split("\n"), *SPOKEN.findall(page)]:
        told = html.unescape(line).strip()
        if told and not any(begun in told for begun in others):
            yield told


def walk(client: Client) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from the first one, some of each kind."""
    waiting, read, kinds = ["/", "/?view=decided", "/me/", "/runs/new/", "/no/such/page/"], set[str](), Counter[str]()
    waiting += [f"/requests/{edit.call_id}/edit/{edit.pk}/" for edit in CallEdit.objects.filter(looks=False)]
    while waiting:
        address = waiting.pop(0)
        path, _, query = address.partition("?")
        kind = re.sub(r"\d+", "N", path) + "".join(sorted(re.findall(r"(\w+)=", query)))
        if address in read or kinds[kind] >= EACH.get(kind, FEW):
            continue
        read.add(address)
        kinds[kind] += 1
        answer = client.get(address)
        if answer.streaming or answer.status_code == 302:
            continue
        page = answer.content.decode()
        yield address, page
        links = [html.unescape(link) for link in re.findall(r'href="([^"#]+)"', page)]
        links = [f"{path}{link}" if link.startswith("?") else link for link in links]
        waiting += [link for link in links if link.startswith("/") and not NOT_PAGES.search(link)]


def refusals(client: Client) -> Iterator[tuple[str, str]]:
    """Forms that are sent as they must not be."""
    call = ToolCall.objects.filter(status="awaiting").first()
    assert call
    answer = f"/requests/{call.pk}/answer/"
    for address, data in [
        (answer, {"answer": "yes", "version": call.version + 7, "digest": call.digest}),
        (answer, {"answer": "no", "version": call.version, "digest": call.digest}),
        ("/runs/new/", {"request": "", "channel": ""}),
        ("/stop/now/", {"what": "all:", "reason": ""}),
        ("/people/add/", {"first": "", "last": "", "role": "", "username": "a b"}),
        ("/budgets/save/", {"scope": "", "period": "day", "limit": "many"}),
    ]:
        refused = client.post(address, data)
        if refused.status_code != 302:
            yield address, refused.content.decode()


def find_english(pages: Iterable[tuple[str, str]]) -> dict[str, str]:
    ours, others, found = english(), of_others(), dict[str, str]()
    for address, page in pages:
        assert '<html lang="es"' in page, address
        told = "\n".join(lines_of(page, others))
        found |= {match[0]: address for pattern in ours if (match := pattern.search(told))}
    return found


def read_as(name: str, language: str = "es") -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    client.post("/me/language/", {"language": language})
    return client


@pytest.mark.parametrize("name", ["priya", "leo"])  # whatever a manager may see an admin may
def test_nothing_of_ours_is_english_to_a_spanish_reader(clinic: None, name: str) -> None:
    client = read_as(name)
    pages = dict(walk(client))
    assert len(pages) > 30
    assert find_english(pages.items()) == {}
    assert find_english(refusals(client)) == {}


def test_a_card_reads_in_the_readers_language_and_stands_in_its_row_as_it_was_written(clinic: None) -> None:
    call = ToolCall.objects.filter(status="awaiting", tool="reschedule_appointment").get()
    client = read_as("priya", "en-gb")
    before, title = client.get(f"/requests/{call.pk}/").content.decode(), call.card["title"]
    client.post("/me/language/", {"language": "es"})
    after = client.get(f"/requests/{call.pk}/").content.decode()
    assert html.escape(call.card["question"]) in before
    assert html.escape(call.card["question"]) not in after and "¿Cambiar la cita de Ana Gomez al " in after
    assert "Sí, cambiarla y avisar a Ana" in after and "Hi Ana, your follow-up" in after
    assert f'name="digest" value="{call.digest}"' in after
    call.refresh_from_db()
    assert call.card["title"] == title and timezone.now() > call.proposed_at
