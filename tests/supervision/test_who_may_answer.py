"""Who may answer: a tool's policy names the roles, the page says so in words, and the answer itself is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import AuditEntry, Confirmation, ToolCall, ToolPolicy
from supervision.models import Decision, Profile
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


# --- by team


@pytest.fixture
def norths(call: ToolCall, priya: User, mo: User) -> ToolCall:
    """A request that the team North alone may answer; Priya is in it, Mo in another."""
    ToolPolicy.objects.update(answerers="anybody", teams=["Night", "North"])
    Profile.objects.create(user=priya, team="North")
    Profile.objects.create(user=mo, team="South")
    return call


def test_who_is_in_another_team_or_none_reads_who_can_answer(
    mo: User, ruth: User, norths: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    for who in (mo, ruth):
        page = sign_in(who).get(f"/requests/{norths.pk}/").content.decode()
        assert "Only team Night or North can answer this. Pass it on." in page and "data-yes" not in page
        refused = sign_in(who).post(f"/requests/{norths.pk}/answer/", {**seen(norths), "answer": "yes"})
        assert refused.status_code == 403 and "Only team Night or North" in refused.content.decode()
    norths.refresh_from_db()
    assert norths.status == "awaiting" and not Decision.objects.exists()


def test_who_is_in_the_team_answers(priya: User, norths: ToolCall, sign_in: Callable[[User], Client]) -> None:
    assert "data-yes" in sign_in(priya).get(f"/requests/{norths.pk}/").content.decode()
    sign_in(priya).post(f"/requests/{norths.pk}/answer/", {**seen(norths), "answer": "yes"})
    norths.refresh_from_db()
    assert (norths.status, norths.decided_by) == ("approved", "Priya Nair")


def test_the_team_does_not_stand_in_for_the_role(
    priya: User, norths: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    ToolPolicy.objects.update(answerers="leaders")
    assert TOLD in sign_in(priya).get(f"/requests/{norths.pk}/").content.decode()


def test_who_leaves_the_team_may_not_answer_from_then_on(
    priya: User, norths: ToolCall, sign_in: Callable[[User], Client]
) -> None:
    Profile.objects.filter(user=priya).update(team="")
    refused = sign_in(priya).post(f"/requests/{norths.pk}/answer/", {**seen(norths), "answer": "yes"})
    assert refused.status_code == 403


def test_a_name_of_a_team_is_only_text(mo: User, norths: ToolCall, sign_in: Callable[[User], Client]) -> None:
    ToolPolicy.objects.update(teams=["<b>N\u202eorth"])
    page = sign_in(mo).get(f"/requests/{norths.pk}/").content.decode()
    assert "<b>N" not in page and "\u202e" not in page
