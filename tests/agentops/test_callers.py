"""The caller is asked before staff are: two gates in that order, for the same bytes, and neither is the other."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from agentops.control import Settled, Unsettled, change_call, hear_caller, settle_call
from agentops.domain.cards import Change
from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.tiers import ActionTier
from agentops.ledger import renew_call
from agentops.models import CallEdit, ToolCall, ToolPolicy
from agentops.runner.sweeper import sweep_once
from tests.scripted import Answer, ScriptedModel, call, describe, plugged_in, say, toy
from tests.toys import begin, make_task, set_tier, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

acted: list[str] = []


def act(_: Any, args: Any) -> Answer:
    acted.append(args.text)
    return Answer(text="done")


@pytest.fixture(autouse=True)
def toys() -> Any:
    acted.clear()
    make_task()
    set_tier("act", "risky")
    ToolPolicy.objects.filter(tool="act").update(ask_requester=True)
    with plugged_in(toy("act", act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)):
        yield


def asked(channel: str = "phone") -> tuple[ToolCall, ScriptedModel]:
    model = ScriptedModel(call(("act", {"text": "a"})), say("Fine."))
    run = work(begin(channel=channel), model)
    assert run.status == "suspended"
    return ToolCall.objects.get(run=run), model


def hear(waiting: ToolCall, words: str, **seen: Any) -> Settled | Unsettled:
    facts = {"version": waiting.version, "digest": waiting.digest, **seen}
    return hear_caller(call_id=waiting.pk, words=words, by="Priya Nair", **facts)


def say_yes(waiting: ToolCall) -> Settled | Unsettled:
    return settle_call(call_id=waiting.pk, approve=True, version=waiting.version, digest=waiting.digest, by="Ruth Kerr")


def test_staff_decide_only_after_the_callers_yes_and_see_the_same_bytes() -> None:
    waiting, model = asked()
    digest = waiting.digest
    assert waiting.status == "asking" and waiting.expires_at
    refused = say_yes(waiting)
    assert isinstance(refused, Unsettled) and refused.code == "asking"
    assert isinstance(hear(waiting, "Yes please"), Settled)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.digest, waiting.version) == ("awaiting", digest, 2)
    assert waiting.heard["question"] == "Act with a?" and waiting.heard["words"] == "Yes please"
    assert acted == [], "the caller's yes does not replace the staff's"
    assert isinstance(say_yes(waiting), Settled)
    work(waiting.run_id, model)
    assert acted == ["a"]


@pytest.mark.parametrize(
    ("words", "code"), [("No thanks", "caller_said_no"), ("Could it be Friday instead?", "caller_said_other")]
)
def test_a_no_and_anything_else_go_back_to_the_model_as_what_they_are(words: str, code: str) -> None:
    waiting, model = asked()
    hear(waiting, words)
    waiting.refresh_from_db()
    assert waiting.status == "invalidated" and waiting.result["code"] == code
    run = work(waiting.run_id, model)
    assert run.status == "completed" and words in str(model.requests[-1].messages) and acted == []


def test_only_an_answer_to_the_very_question_counts_and_only_the_first() -> None:
    waiting, _ = asked()
    assert isinstance(hear(waiting, "yes", digest="0" * 64), Unsettled)
    assert isinstance(hear(waiting, "yes", version=9), Unsettled)
    assert isinstance(hear(waiting, "  "), Unsettled)
    assert isinstance(hear(waiting, "yes"), Settled)
    assert isinstance(hear(waiting, "no"), Unsettled)
    waiting.refresh_from_db()
    assert waiting.status == "awaiting" and waiting.heard["answer"] == "yes"


def test_at_the_desk_and_without_the_policy_staff_are_asked_at_once() -> None:
    assert asked(channel="desk")[0].status == "awaiting"
    ToolPolicy.objects.filter(tool="act").update(ask_requester=False)
    assert asked(channel="phone")[0].status == "awaiting"


def test_a_caller_who_never_answers_lets_it_expire() -> None:
    waiting, model = asked()
    ToolCall.objects.filter(pk=waiting.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep_once()
    waiting.refresh_from_db()
    assert waiting.status == "expired"
    assert work(waiting.run_id, model).status == "completed"


def test_a_caller_is_asked_again_where_what_they_heard_is_not_what_would_be_done() -> None:
    waiting, _ = asked()
    hear(waiting, "yes")
    waiting.refresh_from_db()
    card = describe(None, type("Args", (), {"text": "b"}))  # type: ignore[arg-type]
    look = CallEdit.objects.create(
        call=waiting, looks=True, version=2, digest=waiting.digest, asked_at=timezone.now(), who="Priya Nair"
    )
    assert renew_call(edit_id=look.pk, card=card, changed=True)
    waiting.refresh_from_db()
    assert waiting.status == "asking" and waiting.heard is None


def test_a_caller_is_not_asked_again_where_only_something_else_changed() -> None:
    waiting, _ = asked()
    hear(waiting, "yes")
    card = describe(None, type("Args", (), {"text": "a"}))  # type: ignore[arg-type]
    card = card.model_copy(update={"changes": [Change(label="Room", now="4", then="7")]})
    look = CallEdit.objects.create(
        call=waiting, looks=True, version=2, digest=waiting.digest, asked_at=timezone.now(), who="Priya Nair"
    )
    assert renew_call(edit_id=look.pk, card=card, changed=True)
    waiting.refresh_from_db()
    assert waiting.status == "awaiting" and waiting.version == 3


def test_nothing_is_changed_while_the_caller_is_asked() -> None:
    waiting, _ = asked()
    refused = change_call(
        call_id=waiting.pk, version=waiting.version, digest=waiting.digest, changes={"text": "b"}, by="Priya Nair"
    )
    assert isinstance(refused, Unsettled) and refused.code == "asking"


def test_the_database_refuses_to_pass_over_the_caller() -> None:
    waiting, _ = asked()
    with pytest.raises(IntegrityError):
        ToolCall.objects.filter(pk=waiting.pk).update(status=CallStatus.AWAITING)
