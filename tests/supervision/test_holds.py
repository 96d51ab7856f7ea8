"""Taking a yes back, doing it now, more time: each path and what whoever comes second is told."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, AuditEntry, ToolCall
from supervision.models import Decision
from tests.supervision.rows import ANA, MOVE, add_call, add_run, answer

CARD = MOVE.model_copy(
    update={"soon": "Ana’s appointment moves", "keeps": "slot 7", "kept": "2pm is being kept for Ana"}
)


@pytest.fixture
def mos_desk(mo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(mo)


def held(client: Client, **fields: Any) -> ToolCall:
    """A request to which this browser has just said yes."""
    call = add_call(CARD, **fields)
    assert answer(client, call).status_code == 302
    return fresh(call)


def fresh(call: ToolCall) -> ToolCall:
    return ToolCall.objects.get(pk=call.pk)


def send(client: Client, call: ToolCall, act: str, **fields: Any) -> Any:
    """Press undo, now or more-time on what the page showed of this call."""
    until = call.expires_at.isoformat() if call.expires_at else ""
    data = {"version": call.version, "digest": call.digest, "until": until, **fields}
    return client.post(f"/requests/{call.pk}/{act}/", data)


def page(client: Client, call: ToolCall) -> str:
    """The request's page, without marks."""
    html = client.get(f"/requests/{call.pk}/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"</?(?:bdi|b|span|p)\b[^>]*>", "", html))


def test_whoever_said_yes_reads_until_when_it_can_be_taken_back_and_colleagues_read_who(
    desk: Client, mos_desk: Client
) -> None:
    call = held(desk)
    assert call.held_until and call.decided_at
    assert call.held_until - call.decided_at == timedelta(seconds=30)
    mine, his = page(desk, call), page(mos_desk, call)
    assert re.search(r"You said yes\. Ana’s appointment moves in (29|30) seconds", mine)
    assert re.search(r"Priya Nair said yes\. Ana’s appointment moves in (29|30) seconds", his)
    assert f'action="/requests/{call.pk}/undo/"' in mine and f'action="/requests/{call.pk}/undo/"' in his
    assert f'action="/requests/{call.pk}/now/"' not in mine, "nobody is on the line"


def test_the_shelf_shows_every_held_yes_the_newest_first_and_not_twice(desk: Client, mos_desk: Client) -> None:
    first, second = held(mos_desk), held(desk)
    html = desk.get("/").content.decode()
    assert f'data-holds="{second.pk}.2 {first.pk}.2 "' in html
    assert "You just answered" not in html
    ToolCall.objects.filter(pk=second.pk).update(held_until=Now())
    html = desk.get("/").content.decode()
    assert f'data-holds="{first.pk}.2 "' in html and "You just answered" in html
    decided = desk.get("/?view=decided").content.decode()
    assert decided.count("on hold<") == 1 and decided.count("being done<") == 1


def test_a_yes_taken_back_waits_again_and_is_on_record_with_what_was_said_before(desk: Client, priya: User) -> None:
    call = held(desk)
    assert send(desk, call, "undo")["Location"] == f"/requests/{call.pk}/"
    again = fresh(call)
    assert (again.status, again.version) == ("awaiting", 3)
    told = r"Taken back by Priya Nair at [\d:]+[ap]m\. Nothing was sent\. Ana’s request is waiting again\."
    assert re.search(told, page(desk, call))
    assert f'name="version" value="{again.version}"' in page(desk, call)
    assert list(Decision.objects.order_by("pk").values_list("verdict", "version_seen")) == [
        ("approved", 1),
        ("undone", 2),
    ]
    assert [entry.what for entry in AuditEntry.objects.order_by("seq")] == ["call.approved", "call.undone"]
    answer(desk, again)
    assert "Taken back" not in page(desk, call) and "You said yes" in page(desk, call)
    assert Decision.objects.filter(verdict="approved", call=call).count() == 2


def test_the_database_keeps_two_answers_to_one_version_from_being_stored(desk: Client) -> None:
    call = held(desk)
    first = Decision.objects.get(call=call)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            call=call, who="x", role="x", verdict="rejected", version_seen=1, digest_seen="x", decided_at=timezone.now()
        )
    assert Decision.objects.get() == first


def test_a_colleague_may_take_it_back_and_the_second_one_is_told_who_did(desk: Client, mos_desk: Client) -> None:
    call = held(desk)
    assert send(mos_desk, call, "undo").status_code == 302
    late = send(desk, call, "undo")
    assert late.status_code == 409
    text = late.content.decode()
    assert "It was not taken back" in text
    assert re.search(r"Mo Ali took it back at [\d:]+[ap]m, and it is waiting again\.", text)
    assert Decision.objects.filter(verdict="undone").count() == 1


def test_an_answer_from_a_page_older_than_the_undo_is_told_so(desk: Client, mos_desk: Client) -> None:
    waiting = add_call(CARD)
    answer(desk, waiting)
    send(desk, fresh(waiting), "undo")
    refused = answer(mos_desk, waiting)
    assert refused.status_code == 409
    assert re.search(r"Priya Nair took it back at [\d:]+[ap]m, and it is waiting again\.", refused.content.decode())
    assert fresh(waiting).status == "awaiting"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("approved", "It is too late: it is being done now."),
        ("started", "It is too late: it is being done now."),
        ("succeeded", "It is too late: it was done at "),
        ("failed", "There is no yes to take back any more."),
        ("invalidated", "It was withdrawn at "),
        ("expired", "There is no yes to take back any more."),
    ],
)
def test_whoever_comes_too_late_to_undo_is_told_what_became_of_it(desk: Client, status: str, words: str) -> None:
    call = held(desk)
    ToolCall.objects.filter(pk=call.pk).update(status=status, held_until=Now(), finished_at=Now())
    refused = send(desk, call, "undo")
    assert refused.status_code == 409
    assert words in refused.content.decode() and "It was not taken back" in refused.content.decode()
    assert not Decision.objects.filter(verdict="undone").exists()


def test_for_a_caller_on_the_line_it_is_held_for_ten_seconds_and_can_be_done_now(
    desk: Client, mos_desk: Client
) -> None:
    call = held(desk, run=add_run(on_the_line=True))
    assert call.held_until and call.decided_at
    assert call.held_until - call.decided_at == timedelta(seconds=10)
    assert f'action="/requests/{call.pk}/now/"' in page(desk, call)
    assert send(desk, call, "now").status_code == 302
    assert "The assistant is doing it now." in page(desk, call)
    assert AuditEntry.objects.order_by("-seq")[0].what == "call.hold_ended"
    late = send(mos_desk, call, "undo")
    assert late.status_code == 409 and "it is being done now" in late.content.decode()
    twice = send(mos_desk, call, "now")
    assert twice.status_code == 409 and "It was not done sooner" in twice.content.decode()


def test_without_a_caller_on_the_line_nobody_shortens_a_hold(desk: Client) -> None:
    refused = send(desk, held(desk), "now")
    assert refused.status_code == 409
    assert "Nobody is on the line, so the yes is held to its end." in refused.content.decode()


def test_more_time_moves_the_end_and_is_on_record(desk: Client, mos_desk: Client) -> None:
    call = add_call(CARD)
    assert call.expires_at
    assert f'action="/requests/{call.pk}/more-time/"' in page(desk, call)
    assert send(desk, call, "more-time")["Location"] == f"/requests/{call.pk}/"
    after = fresh(call)
    assert after.expires_at == call.expires_at + timedelta(minutes=10) and after.version == call.version
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.what) == ("Priya Nair", "call.extended")
    second = send(mos_desk, call, "more-time")
    assert second.status_code == 409
    assert "No time was added" in second.content.decode() and "It already has more time" in second.content.decode()
    assert answer(mos_desk, call).status_code == 302, "what is decided is the same as before"


def test_when_it_has_had_all_its_time_no_more_is_offered_or_given(desk: Client) -> None:
    call = add_call(CARD)
    ToolCall.objects.filter(pk=call.pk).update(expires_at=F("proposed_at") + timedelta(minutes=125))
    assert "more-time" not in page(desk, call)
    refused = send(desk, fresh(call), "more-time")
    assert refused.status_code == 409
    assert "It has had all the time it can have." in refused.content.decode()


@pytest.mark.parametrize("act", ["undo", "now", "more-time"])
def test_a_form_that_is_not_whole_changes_nothing(desk: Client, act: str) -> None:
    call = held(desk)
    assert send(desk, call, act, version="x").status_code == 400
    assert send(desk, call, act, digest="0" * 64).status_code == 409
    assert desk.get(f"/requests/{call.pk}/{act}/")["Location"] == f"/requests/{call.pk}/"
    assert fresh(call).held_until == call.held_until
    assert desk.post(f"/requests/9999/{act}/", {"version": 1, "digest": "x"}).status_code == 404


def test_what_a_request_keeps_is_said_and_whoever_asked_first_has_it(desk: Client) -> None:
    first = add_call(CARD, keeps="slot 7")
    second = add_call(CARD.model_copy(update={"title": "Move Tom Reid"}), keeps="slot 7")
    assert "2pm is being kept for Ana until this is over. The caller can be told so." in page(desk, first)
    assert "Another request asks for it too" in page(desk, first) and "Move Tom Reid" in page(desk, first)
    assert "Another request asked for this first, and it is being held for it" in page(desk, second)
    ToolCall.objects.filter(pk=first.pk).update(status="rejected")
    assert "kept for Ana until" in page(desk, second) and "Another request" not in page(desk, second)
    assert "is being kept" not in page(desk, first)


def test_an_expired_request_says_who_calls_back_and_can_be_asked_again_once(desk: Client) -> None:
    run = add_run(
        status="completed", finished_at=timezone.now(), handoff_reason="nobody answered the request in time: call back"
    )
    call = add_call(CARD, run=run, status="expired", expires_at=timezone.now())
    text = page(desk, call)
    assert f'href="/handoffs/{run.pk}/"' in text and f"Call {ANA.given} back" in text
    assert "Ask again" in text and 'action="/runs/new/"' in text
    assert "Promised by" in page_of_handoff(desk, run.pk)


def page_of_handoff(client: Client, run_id: int) -> str:
    return client.get(f"/handoffs/{run_id}/").content.decode()


def test_whoever_had_a_request_when_its_time_ran_out_has_the_call_back(desk: Client, mos_desk: Client) -> None:
    call = add_call(CARD)
    mos_desk.post(f"/requests/{call.pk}/claim/", {"act": "take"})
    AgentRun.objects.filter(pk=call.run_id).update(
        status="completed", finished_at=timezone.now(), handoff_reason="nobody answered the request in time: call back"
    )
    ToolCall.objects.filter(pk=call.pk).update(status="expired", finished_at=Now())
    assert "Mo Ali</bdi> has this" in page_of_handoff(desk, call.run_id)
    assert "You have this" in page_of_handoff(mos_desk, call.run_id)
    assert "Mo Ali</bdi> has it" in desk.get("/").content.decode()
    desk.post(f"/handoffs/{call.run_id}/claim/", {"act": "take", "due": "15"})
    assert "You have this" in page_of_handoff(desk, call.run_id)
    assert "Priya Nair</bdi> has this" in page_of_handoff(mos_desk, call.run_id)
