"""Who may answer: a tool's policy names the roles, the page says so in words, and the answer itself is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import AuditEntry, Confirmation, ToolCall, ToolPolicy
from supervision.models import Decision
from tests.supervision.rows import MOVE, add_call

TOLD = "Only a manager can answer this. Pass it on."


@pytest.fixture
def call(db: None) -> ToolCall:
    waiting = add_call(MOVE.model_copy(update={"changeable": True}))
    ToolPolicy.objects.create(tool=waiting.tool, tier="risky", described=True, answerers="leaders")
    return waiting


def seen(call: ToolCall) -> dict[str, Any]:
    return {"version": call.version, "digest": call.digest}


def test_the_page_says_who_can_answer_in_the_place_of_the_buttons(
    priya: User, call: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(priya).get(f"/requests/{call.pk}/").content.decode()
    assert TOLD in page
    assert "data-yes" not in page and "Send answer" not in page and "data-change" not in page


@pytest.mark.parametrize("said", [{"answer": "yes"}, {"answer": "no", "reason": "not_asked"}])
def test_an_answer_of_somebody_who_may_not_is_refused_in_words_and_nothing_is_recorded(
    priya: User, call: ToolCall, sign_in: Callable[[User], Client], said: dict[str, str]
) -> None:
    refused = sign_in(priya).post(f"/requests/{call.pk}/answer/", {**seen(call), **said})
    assert refused.status_code == 403 and TOLD in refused.content.decode()
    call.refresh_from_db()
    assert (call.status, call.version, call.decided_by) == ("awaiting", 1, "")
    assert not Decision.objects.exists() and not AuditEntry.objects.exists()


def test_half_a_yes_and_a_change_are_refused_too(
    priya: User, call: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    ToolCall.objects.update(confirmers=2)
    sign_in(priya).post(f"/requests/{call.pk}/answer/", {**seen(call), "answer": "yes"})
    assert not Confirmation.objects.exists()
    edited = sign_in(priya).post(f"/requests/{call.pk}/edit/", {**seen(call), "act": "choices"})
    assert TOLD in edited.content.decode() and not call.edits.exists()


def test_a_manager_answers_and_the_admins_own_is_for_admins(
    ruth: User, call: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    ToolPolicy.objects.update(answerers="admins")
    refused = sign_in(ruth).post(f"/requests/{call.pk}/answer/", {**seen(call), "answer": "yes"})
    assert "Only an admin can answer this. Pass it on." in refused.content.decode()
    ToolPolicy.objects.update(answerers="leaders")
    assert sign_in(ruth).post(f"/requests/{call.pk}/answer/", {**seen(call), "answer": "yes"}).status_code == 302
    call.refresh_from_db()
    assert call.status == "approved"


def test_a_policy_that_names_nobody_known_is_for_admins(
    ruth: User, leo: User, call: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    ToolPolicy.objects.update(answerers="cleaners")
    assert "Only an admin" in sign_in(ruth).get(f"/requests/{call.pk}/").content.decode()
    assert "Only an admin" not in sign_in(leo).get(f"/requests/{call.pk}/").content.decode()
