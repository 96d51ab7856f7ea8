"""One yes for up to five requests of one kind that are easy to undo, each decided as if it stood alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.cards import Card, Change, Check, Subject
from agentops.models import AuditEntry, ToolCall, ToolPolicy
from supervision import actions
from supervision.models import Claim, Decision, Viewing
from tests.supervision.rows import ANA, MOVE, TWO_PM, add_call, answer

MEI = Subject(surname="Chen", given="Mei", born="2 June 1990", number="5100 204", mobile="07700 900456")


def draft_for(subject: Subject | None = ANA, **changes: object) -> Card:
    name = f"{subject.given} {subject.surname}" if subject else "somebody"
    card = Card(
        title=f"Draft a text to {name}",
        question=f"Keep this draft of a text to {name}?",
        yes="Yes, keep the draft",
        no="No, throw it away",
        subject=subject,
        changes=[Change(label="Draft", now="None", then=f"Dear {name}, bring your card.", is_message=True)],
        checks=[Check(label="The number is on record", ok=True)],
    )
    return card.model_copy(update=changes)


def add_draft(card: Card | None = None, **fields: Any) -> ToolCall:
    values: dict[str, Any] = {"tool": "draft_message", "tier": "safe", "expires_at": in_minutes(20)}
    return add_call(card or draft_for(), **{**values, **fields})


def in_minutes(minutes: int) -> Any:
    return timezone.now() + timedelta(minutes=minutes)


def seen(*calls: ToolCall) -> list[str]:
    return [f"{call.pk}.{call.version}.{call.digest}" for call in calls]


def say_yes(client: Client, *calls: ToolCall) -> Any:
    return client.post(f"/requests/{calls[0].pk}/together/answer/", {"seen": seen(*calls)})


def statuses(*calls: ToolCall) -> list[str]:
    found = dict(ToolCall.objects.values_list("pk", "status"))
    return [found[call.pk] for call in calls]


def has_in_hand(call: ToolCall, user: User, *, kept: bool = True) -> Claim:
    now = timezone.now()
    return Claim.objects.create(call=call, user=user, who=user.get_full_name(), kept=kept, taken_at=now, seen_at=now)


def listed(client: Client, call: ToolCall) -> list[int]:
    page = client.get(f"/requests/{call.pk}/together/")
    assert page.status_code == 200
    return [effect.call.pk for effect in page.context["effects"]]


def test_each_effect_stands_on_the_page_with_its_own_patient_question_and_change(desk: Client) -> None:
    first, second = add_draft(), add_draft(draft_for(MEI))
    page = desk.get(f"/requests/{first.pk}/together/").content.decode()
    for call, subject in ((first, ANA), (second, MEI)):
        part = page[page.index(f'id="q-{call.pk}"') - 900 : page.index(f'id="seen-{call.pk}"') + 400]
        assert subject.surname.upper() in part
        assert subject.born in part
        assert subject.number in part
        assert f"Keep this draft of a text to {subject.given} {subject.surname}?" in part
        assert f"Dear {subject.given} {subject.surname}, bring your card." in part
        assert seen(call)[0] in part
    assert Viewing.objects.count() == 2, "reading them together is reading each of them"


def test_two_that_read_the_same_say_so(desk: Client) -> None:
    first, _, third = add_draft(), add_draft(), add_draft(draft_for(MEI))
    page = desk.get(f"/requests/{first.pk}/together/").content.decode()
    assert page.count("Another request reads the same.") == 2
    assert "Another request reads the same." not in page[page.index(f'id="q-{third.pk}"') :]


def test_the_card_leads_to_the_page_only_where_there_is_something_to_answer_together(desk: Client) -> None:
    alone = add_draft()
    assert "answered together" not in desk.get(f"/requests/{alone.pk}/").content.decode()
    add_draft(draft_for(MEI))
    page = desk.get(f"/requests/{alone.pk}/").content.decode()
    assert "2 requests of this kind can be answered together." in page
    assert f'href="/requests/{alone.pk}/together/"' in page


def test_a_page_holds_at_most_five_and_the_one_it_was_opened_from_first(desk: Client) -> None:
    calls = [add_draft(expires_at=in_minutes(5 + number)) for number in range(7)]
    assert listed(desk, calls[6]) == [calls[6].pk, *(call.pk for call in calls[:4])]


@pytest.mark.parametrize("tier", ["read", "risky", "destructive"])
def test_nothing_but_what_is_easy_to_undo_is_ever_offered_together(desk: Client, tier: str) -> None:
    first, _ = (add_draft(tier=tier) for _ in range(2))
    assert listed(desk, first) == []
    assert "Nothing to answer together" in desk.get(f"/requests/{first.pk}/together/").content.decode()


def test_what_has_to_be_looked_at_by_itself_is_left_out(desk: Client, mo: User, priya: User) -> None:
    first, mine = add_draft(), add_draft()
    failed = MOVE.checks[0].model_copy(update={"ok": False})
    add_draft(draft_for(mismatches=[TWO_PM]))
    add_draft(draft_for(checks=[failed]))
    add_draft(draft_for(None))
    add_draft(draft_for(question=""))
    add_draft(confirmers=2)
    add_draft(tool="another_tool")
    add_draft(expires_at=in_minutes(-1))
    add_draft(status="asking")
    has_in_hand(add_draft(), mo)
    has_in_hand(add_draft(), mo, kept=False)
    has_in_hand(mine, priya)
    assert sorted(listed(desk, first)) == sorted([first.pk, mine.pk])


def test_one_press_decides_each_by_itself_with_hold_decision_and_audit_row(desk: Client, priya: User) -> None:
    calls = [add_draft(), add_draft(draft_for(MEI)), add_draft()]
    sent = say_yes(desk, *calls)
    assert sent.status_code == 302
    assert statuses(*calls) == ["approved"] * 3
    assert not ToolCall.objects.filter(held_until=None).exists(), "each can be taken back"
    decisions = Decision.objects.order_by("pk")
    assert [(one.call_id, one.user, one.verdict, one.digest_seen) for one in decisions] == [
        (call.pk, priya, "approved", call.digest) for call in calls
    ]
    assert [(one.what, one.subject) for one in AuditEntry.objects.order_by("seq")] == [
        ("call.approved", f"call {call.pk}") for call in calls
    ]


def test_what_became_of_each_is_told_and_each_can_be_taken_back_by_itself(desk: Client) -> None:
    first, second = add_draft(), add_draft(draft_for(MEI))
    page = desk.get(say_yes(desk, first, second)["Location"]).content.decode()
    assert page.count("You</bdi> said yes.") == 2
    assert f'action="/requests/{second.pk}/undo/"' in page
    second.refresh_from_db()
    desk.post(f"/requests/{second.pk}/undo/", {"version": second.version, "digest": second.digest})
    assert statuses(first, second) == ["approved", "awaiting"]


def test_one_that_somebody_decided_meanwhile_does_not_stop_the_others_and_is_told(
    desk: Client, mo: User, sign_in: Callable[[User], Client]
) -> None:
    calls = [add_draft(), add_draft(draft_for(MEI)), add_draft()]
    answer(sign_in(mo), calls[1], "no", reason="not_asked")
    sent = say_yes(desk, *calls)
    assert sent.status_code == 409
    assert statuses(*calls) == ["approved", "rejected", "approved"]
    page = sent.content.decode()
    assert "2 of 3 answers were used." in page
    told = page[page.index(f'id="told-{calls[1].pk}"') : page.index(f'id="told-{calls[2].pk}"')]
    assert "Your answer was not used" in told
    assert "Mo Ali said no at" in told
    assert page.count("Your answer was not used") == 1
    assert Decision.objects.filter(call=calls[1]).count() == 1


def test_a_version_that_was_not_read_is_not_said_yes_to(desk: Client) -> None:
    first, second = add_draft(), add_draft()
    ToolCall.objects.filter(pk=second.pk).update(version=2)
    sent = say_yes(desk, first, second)
    assert sent.status_code == 409
    assert statuses(first, second) == ["approved", "awaiting"]
    assert "no longer what would run" in sent.content.decode()


def test_another_digest_is_not_said_yes_to(desk: Client) -> None:
    first, second = add_draft(), add_draft()
    second.digest = "0" * 64
    assert say_yes(desk, first, second).status_code == 409
    assert statuses(first, second) == ["approved", "awaiting"]


def test_one_that_a_colleague_took_meanwhile_is_left_to_them(desk: Client, mo: User) -> None:
    first, second = add_draft(), add_draft()
    has_in_hand(second, mo)
    page = say_yes(desk, first, second).content.decode()
    assert "Mo Ali has this. It has to be read and answered by itself." in page
    assert statuses(first, second) == ["approved", "awaiting"]


@pytest.mark.parametrize(
    "odd", [{"confirmers": 2}, {"card": draft_for(mismatches=[TWO_PM])}, {"card": draft_for(None)}]
)
def test_what_has_to_be_read_by_itself_is_not_said_yes_to_by_a_forged_form(desk: Client, odd: dict[str, Any]) -> None:
    first, second = add_draft(), add_draft(**odd)
    assert say_yes(desk, first, second).status_code == 409
    assert statuses(first, second) == ["approved", "awaiting"]


@pytest.mark.parametrize(
    "odd",
    [{"tier": "risky"}, {"tier": "destructive"}, {"tier": "read"}, {"tool": "another_tool"}],
)
def test_a_form_with_another_tier_or_kind_in_it_decides_nothing_at_all(desk: Client, odd: dict[str, Any]) -> None:
    first, second = add_draft(), add_draft(**odd)
    sent = say_yes(desk, first, second)
    assert sent.status_code == 400
    assert "Only requests of one kind that are easy to undo" in sent.content.decode()
    assert statuses(first, second) == ["awaiting", "awaiting"]
    assert not Decision.objects.exists()


def test_six_the_same_twice_none_and_an_unknown_one_decide_nothing(desk: Client) -> None:
    calls = [add_draft() for _ in range(6)]
    assert "At most 5 requests" in say_yes(desk, *calls).content.decode()
    assert "did not come from this page" in say_yes(desk, calls[0], calls[0]).content.decode()
    unknown = ToolCall(pk=999_999, version=1, digest="0" * 64)
    assert "did not come from this page" in say_yes(desk, calls[0], unknown).content.decode()
    nothing = desk.post(f"/requests/{calls[0].pk}/together/answer/", {})
    assert nothing.status_code == 400
    assert "Tick what you say yes to." in nothing.content.decode()
    assert set(statuses(*calls)) == {"awaiting"}


def test_what_was_left_unticked_stays_so_on_a_form_that_is_refused(desk: Client) -> None:
    first, second, risky = add_draft(), add_draft(), add_draft(tier="risky")
    effects = say_yes(desk, first, risky).context["effects"]
    assert {effect.call.pk: effect.ticked for effect in effects} == {first.pk: True, second.pk: False}


@pytest.mark.parametrize("value", ["", "7", "7.1", "x.1.y", "7.x.y", "٣.1.y", "9" * 11 + ".1.y"])
def test_a_form_that_no_page_made_is_a_bad_request(desk: Client, value: str) -> None:
    call = add_draft()
    assert desk.post(f"/requests/{call.pk}/together/answer/", {"seen": [value]}).status_code == 400


def test_whoever_may_not_answer_this_tool_is_offered_nothing_and_refused(desk: Client) -> None:
    first, second = add_draft(), add_draft()
    ToolPolicy.objects.create(tool="draft_message", tier="safe", answerers="leaders")
    assert listed(desk, first) == []
    sent = say_yes(desk, first, second)
    assert "Only a manager can answer this." in sent.content.decode()
    assert statuses(first, second) == ["awaiting", "awaiting"]


def test_a_record_that_fails_in_the_middle_undoes_only_the_yes_it_belongs_to(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [add_draft() for _ in range(3)]
    written = actions.answers.append_entry
    entries = iter([written, written])

    def fail_at_third(**entry: Any) -> object:
        write = next(entries, None)
        if write is None:
            raise OSError("the record cannot be written")
        return write(**entry)

    monkeypatch.setattr("supervision.actions.answers.append_entry", fail_at_third)
    desk.raise_request_exception = False
    assert say_yes(desk, *calls).status_code == 500
    assert statuses(*calls) == ["approved", "approved", "awaiting"]
    assert Decision.objects.count() == 2


def test_the_page_of_what_became_of_nothing_is_the_queue(desk: Client) -> None:
    assert desk.get("/requests/told/?call=x").headers["Location"] == "/"
    assert desk.get("/requests/999999/together/").status_code == 404
