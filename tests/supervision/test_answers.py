"""Yes and no: only what was read, only once, only with every conflict looked at."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, AuditEntry, ToolCall
from supervision import actions
from supervision.models import REASONS, Decision
from tests.supervision.rows import MOVE, TWO_PM, add_call, add_run, answer

CANCEL = MOVE.model_copy(update={"title": "Cancel Ana Gomez", "yes": "Yes, cancel it", "no": "No, keep it"})
CONFLICT = MOVE.model_copy(update={"mismatches": [TWO_PM]})


def status_of(call: ToolCall) -> str:
    return ToolCall.objects.values_list("status", flat=True).get(pk=call.pk)


def shown_since(call: ToolCall, seconds: float) -> str:
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds), tick=False):
        return actions.sign_showing(user=User.objects.get(username="priya"), call_id=call.pk, version=call.version)


def test_yes_settles_the_call_and_leaves_a_decision_and_an_audit_row(
    desk: Client, priya: User, ana_waits: ToolCall
) -> None:
    sent = answer(desk, ana_waits)
    assert sent.status_code == 302
    assert status_of(ana_waits) == "approved"
    decision = Decision.objects.get()
    assert (decision.call, decision.user, decision.role) == (ana_waits, priya, "front desk")
    assert (decision.verdict, decision.version_seen, decision.digest_seen) == ("approved", 1, ana_waits.digest)
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.what, entry.subject) == ("Priya Nair", "call.approved", f"call {ana_waits.pk}")
    assert AgentRun.objects.get(pk=ana_waits.run_id).status == "suspended", "the yes is held first"


def test_after_an_answer_the_next_request_opens(desk: Client) -> None:
    now = timezone.now()
    first, second, third = (add_call(expires_at=now + timedelta(minutes=minutes)) for minutes in (5, 6, 7))
    assert answer(desk, second)["Location"] == f"/requests/{third.pk}/"
    assert answer(desk, third)["Location"] == f"/requests/{first.pk}/"
    assert answer(desk, first)["Location"] == "/"


def test_no_needs_a_reason_and_gives_the_note_to_the_assistant(desk: Client, ana_waits: ToolCall) -> None:
    refused = answer(desk, ana_waits, "no", note="Try Friday")
    assert refused.status_code == 400
    assert "Choose why not." in refused.content.decode()
    assert 'value="Try Friday"' in refused.content.decode()
    assert status_of(ana_waits) == "awaiting"
    answer(desk, ana_waits, "no", reason="wrong_time", note="Try Friday")
    call = ToolCall.objects.get(pk=ana_waits.pk)
    assert call.status == "rejected"
    assert "Try Friday" in call.result["message"]
    assert Decision.objects.get().reason == "wrong_time"


def test_all_six_reasons_are_offered(desk: Client, ana_waits: ToolCall) -> None:
    page = desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    assert len(REASONS) == 6
    assert all(f'value="{value}"' in page and words in page for value, words in REASONS)


def test_a_note_of_2001_characters_is_refused_with_its_length(desk: Client, ana_waits: ToolCall) -> None:
    refused = answer(desk, ana_waits, "no", reason="other", note="x" * 2001)
    assert refused.status_code == 400
    assert "2,001 of 2,000 characters" in refused.content.decode()


def test_a_stale_version_decides_nothing_and_shows_the_request_as_it_is(desk: Client, ana_waits: ToolCall) -> None:
    ToolCall.objects.filter(pk=ana_waits.pk).update(version=2)
    refused = answer(desk, ana_waits)
    assert refused.status_code == 409
    assert "no longer what would run" in refused.content.decode()
    assert 'name="version" value="2"' in refused.content.decode()
    assert status_of(ana_waits) == "awaiting"
    assert not Decision.objects.exists()


def test_another_digest_decides_nothing(desk: Client, ana_waits: ToolCall) -> None:
    assert answer(desk, ana_waits, digest="0" * 64).status_code == 409
    assert answer(desk, ana_waits, "no", reason="other", digest="0" * 64).status_code == 409
    assert status_of(ana_waits) == "awaiting"


def test_the_second_answer_is_told_who_was_first(
    desk: Client, mo: User, sign_in: Callable[[User], Client], ana_waits: ToolCall
) -> None:
    answer(sign_in(mo), ana_waits, "no", reason="other")
    late = answer(desk, ana_waits)
    assert late.status_code == 409
    assert "Mo Ali said no at" in late.content.decode()
    assert "Your answer was not used" in late.content.decode()
    assert status_of(ana_waits) == "rejected"
    assert Decision.objects.get().who == "Mo Ali"


def test_time_that_ran_out_is_said(desk: Client) -> None:
    call = add_call(expires_at=timezone.now() - timedelta(minutes=1))
    late = answer(desk, call)
    assert late.status_code == 409
    assert "Time ran out" in late.content.decode()
    assert status_of(call) == "awaiting"


def test_yes_over_a_conflict_needs_its_box(desk: Client) -> None:
    call = add_call(CONFLICT)
    refused = answer(desk, call)
    assert refused.status_code == 400
    assert "Tick “2pm is fine with Ana”, or say no." in refused.content.decode()
    assert status_of(call) == "awaiting"
    answer(desk, call, ticked=["0"])
    assert status_of(call) == "approved"
    assert AuditEntry.objects.get().facts["ticked"] == ["0"]


def test_no_needs_no_box(desk: Client) -> None:
    call = add_call(CONFLICT)
    answer(desk, call, "no", reason="wrong_time")
    assert status_of(call) == "rejected"


def test_a_failed_check_without_a_conflict_asks_for_a_box_of_its_own(desk: Client) -> None:
    failed = [MOVE.checks[0].model_copy(update={"ok": False})]
    call = add_call(MOVE.model_copy(update={"checks": failed}))
    assert answer(desk, call).status_code == 400
    answer(desk, call, ticked=["0"])
    assert status_of(call) == "approved"


def test_what_cannot_be_undone_needs_the_year_of_birth(desk: Client) -> None:
    call = add_call(CANCEL, tier="destructive")
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "Type the year of birth to confirm" in page
    shown = shown_since(call, 3)
    for wrong in ("1986", "87"):
        refused = answer(desk, call, shown=shown, typed=wrong)
        assert refused.status_code == 400
        assert "does not match" in refused.content.decode()
    answer(desk, call, shown=shown, typed=" 1987 ")
    assert status_of(call) == "approved"


def test_what_cannot_be_undone_and_names_nobody_needs_a_typed_yes(desk: Client) -> None:
    call = add_call(CANCEL.model_copy(update={"subject": None}), tier="destructive")
    shown = shown_since(call, 3)
    assert answer(desk, call, shown=shown, typed="yes").status_code == 400
    answer(desk, call, shown=shown, typed="YES")
    assert status_of(call) == "approved"


@pytest.mark.parametrize(("seconds", "status"), [(0.4, 409), (0.99, 409), (1.0, 302)])
def test_a_destructive_yes_needs_a_second_on_screen(desk: Client, seconds: float, status: int) -> None:
    call = add_call(CANCEL, tier="destructive")
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert answer(desk, call, shown=shown_since(call, seconds), typed="1987").status_code == status
    assert status_of(call) == ("approved" if status == 302 else "awaiting")


def test_the_refusal_says_how_long_it_was_shown(desk: Client) -> None:
    call = add_call(CANCEL, tier="destructive")
    with time_machine.travel(datetime.now(UTC), tick=False):
        refused = answer(desk, call, shown=shown_since(call, 0.4), typed="1987")
    assert "Shown for 0.4 s; at least 1 s is required." in refused.content.decode()


@pytest.mark.parametrize("forge", ["", "nonsense", "other"])
def test_a_forged_or_borrowed_form_is_refused(desk: Client, forge: str) -> None:
    call, other = add_call(CANCEL, tier="destructive"), add_call(CANCEL, tier="destructive")
    shown = shown_since(other, 60) if forge == "other" else forge
    assert answer(desk, call, shown=shown, typed="1987").status_code == 400
    assert status_of(call) == "awaiting"


@pytest.mark.parametrize("card", [None, {"title": "Half a card"}, {"nonsense": 1}, {"title": 3}, "text"])
def test_what_nobody_described_can_only_be_turned_down(desk: Client, card: object) -> None:
    call = add_call(card, tool="sync_ledger", tier="destructive")  # type: ignore[arg-type]
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "The assistant wants to use “sync_ledger”. It has no plain description" in page
    assert 'value="yes"' not in page
    assert answer(desk, call, shown=shown_since(call, 5), typed="YES").status_code == 409
    assert status_of(call) == "awaiting"
    answer(desk, call, "no", reason="other")
    assert status_of(call) == "rejected"


def test_an_answer_that_is_neither_yes_nor_no_is_a_bad_request(desk: Client, ana_waits: ToolCall) -> None:
    assert answer(desk, ana_waits, "maybe").status_code == 400
    assert answer(desk, ana_waits, version="").status_code == 400
    assert answer(desk, ana_waits, version="-1").status_code == 400
    assert status_of(ana_waits) == "awaiting"


def test_an_unknown_request_is_not_found(desk: Client, ana_waits: ToolCall) -> None:
    ana_waits.pk = 999_999
    assert answer(desk, ana_waits).status_code == 404
    assert desk.get("/requests/999999/").status_code == 404


def test_without_its_audit_row_a_yes_does_not_count(
    desk: Client, ana_waits: ToolCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise OSError("the record cannot be written")

    monkeypatch.setattr("supervision.actions.answers.append_entry", broken)
    desk.raise_request_exception = False
    assert answer(desk, ana_waits).status_code == 500
    assert status_of(ana_waits) == "awaiting"
    assert not Decision.objects.exists()


def test_a_note_is_kept_as_typed_but_without_characters_no_database_holds(desk: Client, ana_waits: ToolCall) -> None:
    answer(desk, ana_waits, "no", reason="other", note="one\r\ntwo\x00")
    assert Decision.objects.get().note == "one\ntwo"


def test_two_calls_of_one_run_are_answered_one_by_one(desk: Client) -> None:
    run = add_run()
    first, second = add_call(run=run), add_call(run=run)
    answer(desk, first)
    answer(desk, second, "no", reason="do_it_myself")
    assert (status_of(first), status_of(second)) == ("approved", "rejected")


def test_what_was_answered_shows_why_and_what_the_caller_is_told(desk: Client) -> None:
    call = add_call(run=add_run())
    answer(desk, call, "no", reason="wrong_time", note="Try Friday")
    AgentRun.objects.filter(pk=call.run_id).update(answer="I could not move it.", status="completed")
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    became, shelf = page[page.index('class="became"') :], page[page.index('class="shelf"') :]
    assert "Wrong day or time. “Try Friday”" in became
    for part in (became, shelf):
        assert "I could not move it." in part
        assert "<bdi>Ana</bdi>:" in part


def test_an_empty_year_is_asked_for_and_not_called_wrong(desk: Client) -> None:
    call = add_call(CANCEL, tier="destructive")
    page = answer(desk, call, typed=" ", shown=shown_since(call, 5)).content.decode()
    assert "Type the year of birth." in page
    assert "does not match" not in page
    assert 'aria-invalid="true" aria-describedby="problem"' in page


def test_a_late_answer_is_told_once_that_it_was_not_used(
    desk: Client, mo: User, sign_in: Callable[[User], Client], ana_waits: ToolCall
) -> None:
    answer(sign_in(mo), ana_waits)
    page = answer(desk, ana_waits).content.decode()
    assert page.count("Your answer was not used") == 1
