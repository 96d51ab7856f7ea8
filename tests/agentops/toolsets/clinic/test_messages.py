"""Drafting, sending and handing over."""

import pytest
from pydantic import ValidationError

from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, get_toolset
from agentops.toolsets.clinic.models import Message, MessageStatus
from tests.agentops.toolsets.clinic.conftest import NOW, Desk

ASKED = "Please text Ana Gomez, born 14 May 1987, that she should bring her inhaler."
BODY = "Hi Ana, please bring your inhaler."


def test_a_draft_is_kept_and_not_sent(desk: Desk) -> None:
    drafted = desk.call("draft_message", patient_id=desk.ana.pk, body=BODY)
    row = Message.objects.get()
    assert drafted == {"draft_id": row.pk, "patient": "Ana Gomez", "body": BODY}
    assert (row.status, row.sent_at, row.created_at) == (MessageStatus.DRAFT, None, NOW)


def test_a_text_goes_to_the_outbox_once_however_often_the_call_runs(desk: Desk) -> None:
    first = desk.call("send_message", key="send", patient_id=desk.ana.pk, body=BODY)
    assert desk.call("send_message", key="send", patient_id=desk.ana.pk, body=BODY) == first
    assert Message.objects.get().status == MessageStatus.QUEUED
    assert first == {"message_id": Message.objects.get().pk, "patient": "Ana Gomez", "body": BODY}


def test_a_draft_is_sent_with_the_words_that_were_approved(desk: Desk) -> None:
    draft = desk.call("draft_message", patient_id=desk.ana.pk, body="First words")["draft_id"]
    sent = desk.call("send_message", key="send", patient_id=desk.ana.pk, body=BODY, draft_id=draft)
    assert sent["message_id"] == draft
    assert (Message.objects.get().status, Message.objects.get().body) == (MessageStatus.QUEUED, BODY)
    assert desk.call("send_message", key="send", patient_id=desk.ana.pk, body=BODY, draft_id=draft) == sent
    assert desk.refuse("send_message", patient_id=desk.ana.pk, body=BODY, draft_id=draft).code == "already_sent"


def test_a_draft_of_another_patient_cannot_be_sent(desk: Desk) -> None:
    draft = desk.call("draft_message", patient_id=desk.priya.pk, body=BODY)["draft_id"]
    error = desk.refuse("send_message", patient_id=desk.ana.pk, body=BODY, draft_id=draft)
    assert error.code == "unknown_draft"
    assert Message.objects.get().status == MessageStatus.DRAFT


@pytest.mark.parametrize("tool", ["draft_message", "send_message"])
def test_a_text_needs_a_known_patient_with_a_mobile(desk: Desk, tool: str) -> None:
    assert desk.refuse(tool, patient_id=99_999, body=BODY).code == "unknown_patient"
    desk.ana.mobile = ""
    desk.ana.save()
    assert desk.refuse(tool, patient_id=desk.ana.pk, body=BODY).code == "no_mobile"
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", ["", "   ", "x" * 641, "a\x00b", "bell\x07"])
def test_a_text_that_cannot_be_sent_as_written_is_refused_at_the_door(desk: Desk, body: str) -> None:
    with pytest.raises(ValidationError):
        desk.call("send_message", patient_id=desk.ana.pk, body=body)


def test_the_card_of_a_text_shows_the_exact_words_and_the_number(desk: Desk) -> None:
    desk.said = (ASKED,)
    card = desk.card("send_message", patient_id=desk.ana.pk, body=BODY)
    assert (card.question, card.yes, card.no) == ("Send Ana Gomez this text?", "Yes, send it", "No, do not send")
    assert card.title == "Text Ana Gomez"
    assert [(c.label, c.then, c.is_message) for c in card.changes] == [
        ("To", "07700 900123", False),
        ("Text to Ana", BODY, True),
    ]
    assert card.approvable
    assert card.mismatches == []


def test_a_text_with_a_strange_number_or_link_has_to_be_ticked(desk: Desk) -> None:
    desk.said = (ASKED,)
    body = "Call 020 7946 0999 or see http://win.example.net"
    card = desk.card("send_message", patient_id=desk.ana.pk, body=body)
    assert [m.confirm for m in card.mismatches] == ["I checked every detail in the text to Ana"]
    ours = desk.card("send_message", patient_id=desk.ana.pk, body="Call us on 020 7946 0180.")
    assert ours.mismatches == []


def test_a_draft_shows_the_words_it_keeps(desk: Desk) -> None:
    card = desk.card("draft_message", patient_id=desk.ana.pk, body=BODY)
    assert (card.doing, card.changes[0].then) == ("Draft a text to Ana Gomez", BODY)
    assert card.approvable


def test_a_hand_over_is_accepted_and_ends_the_run(desk: Desk) -> None:
    given = {"reason": "Chest pain", "summary": "Caller has chest pain.", "urgent": True}
    assert desk.call("escalate_to_human", **given) == {"accepted": True, "urgent": True}
    assert desk.card("escalate_to_human", **given).done == "Passed to a person at once"
    assert desk.card("escalate_to_human", **given | {"urgent": False}).done == "Passed to a person"
    tool = get_toolset("clinic").find("escalate_to_human")
    assert tool is not None
    assert (tool.hands_off, tool.effect, tool.floor) == (True, Effect.READ, ActionTier.SAFE)
