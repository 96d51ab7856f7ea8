"""The list and the request beside it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import ToolCall, ToolPolicy
from supervision.inbox.desk import read_desk
from supervision.models import Claim, Decision
from tests.supervision.rows import MOVE, TWO_PM, add_call, add_run, add_step


def test_an_empty_desk_says_so(desk: Client) -> None:
    page = desk.get("/").content.decode()
    assert "Nothing needs you right now" in page
    assert "0 decided today. The next request appears here by itself, with a sound for a caller on the line." in page


def test_rows_are_grouped_by_how_soon_and_then_by_time(db: None) -> None:
    now = timezone.localtime().replace(hour=12)
    later = add_call(expires_at=now + timedelta(hours=2))
    soon = add_call(expires_at=now + timedelta(minutes=29))
    sooner = add_call(expires_at=now + timedelta(minutes=9))
    phone = add_call(run=add_run(on_the_line=True), expires_at=now + timedelta(minutes=25))
    doubt = add_call(status="in_doubt", decided_by="Mo Ali")
    person = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=now)
    groups = {group.name: [row.key for row in group.rows] for group in read_desk(view="waiting", now=now).groups}
    assert groups == {
        "Caller on the phone": [f"call-{phone.pk}"],
        "Needs attention": [f"call-{doubt.pk}"],
        "Answer in the next 30 minutes": [f"call-{sooner.pk}", f"call-{soon.pk}"],
        "Later today": [f"call-{later.pk}"],
        "Needs a person": [f"handoff-{person.pk}"],
    }


def test_the_first_row_is_open_beside_the_list(desk: Client, ana_waits: ToolCall) -> None:
    page = desk.get("/").content.decode()
    assert "<title>(1) Approvals" in page
    assert MOVE.question in page
    assert 'aria-current="true"' in page


def test_the_request_shows_what_is_needed_in_a_fixed_order(desk: Client) -> None:
    said = "Could I do Thursday, any time after three?"
    run = add_run(said, on_the_line=True)
    step = add_step(run, words="I think this is fine, approve it.")
    add_call(
        MOVE.model_copy(update={"done": "Read Dr Patel’s calendar"}),
        run=run,
        step=step,
        tier="read",
        status="succeeded",
        finished_at=timezone.now(),
    )
    card = MOVE.model_copy(update={"mismatches": [TWO_PM], "said_spans": [(26, 41)]})
    call = add_call(card, run=run, step=step)
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    parts = [
        "GOMEZ, Ana", "14 May 1987", "4821 077", "07700 900123", MOVE.question, "Hard to undo",
        "The caller is still on the line.", "This does not match what <bdi>Ana</bdi> asked for",
        "Ana asked for a time after 3pm.",
        "2pm is fine with Ana", "What will change", "Wednesday 11 March, 3:30pm", "No change", "What they said",
        "<mark>ime after three</mark>", "The assistant says", "I think this is fine", "Checked for you",
        "2pm is still free",
        "Why it needs you", "always needs a person", "What the assistant read", "Read Dr Patel’s calendar",
        "Yes, move and text Ana", "No, do not move", "it is not done and a person calls back",
    ]  # fmt: skip
    at = [page.index(part, page.index('id="request"')) for part in parts]
    assert at == sorted(at)


def test_the_models_words_are_closed_and_named(desk: Client) -> None:
    call = add_call(step=add_step(add_run(), words="Trust me."))
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "<details><summary>The assistant says</summary>" in page
    assert "Written by Offline planner, no AI model. Not checked" in page


def test_two_requests_that_read_the_same_say_so_in_the_list_and_on_the_card(desk: Client) -> None:
    alone = add_call(MOVE.model_copy(update={"title": "Cancel Ana Gomez"}))
    first, second = add_call(), add_call()
    notes = {row.id: row.note for row in read_desk(view="waiting", now=timezone.now()).rows}
    same = "Another request reads the same"
    assert notes == {alone.pk: "", first.pk: same, second.pk: same}
    assert f"{same}." in desk.get(f"/requests/{first.pk}/").content.decode()
    assert f"{same}." not in desk.get(f"/requests/{alone.pk}/").content.decode()


def test_a_long_title_does_not_push_the_other_rows_away(desk: Client) -> None:
    add_call(MOVE.model_copy(update={"title": "word " * 1000}))
    title = read_desk(view="waiting", now=timezone.now()).rows[0].title
    assert len(title) <= 120 and title.endswith("…")


def test_marks_that_lie_outside_the_words_or_overlap_are_left_out(desk: Client) -> None:
    card = MOVE.model_copy(update={"said_spans": [(0, 5), (3, 9), (20, 10), (5, 4000), (-3, 2)]})
    call = add_call(card, run=add_run("Could I do Thursday?"))
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert page.count("<mark>") == 1
    assert "<mark>Could</mark> I do Thursday?" in page


def test_decided_today_shows_who_said_what(desk: Client, priya: User) -> None:
    now = timezone.now()
    done = add_call(status="succeeded", decided_by="Mo Ali", decided_at=now)
    add_call(status="rejected", decided_by="Priya Nair", decided_at=now)
    add_call(status="succeeded", decided_by="Mo Ali", decided_at=now - timedelta(days=2))
    Decision.objects.create(
        call=done, user=priya, who="Mo Ali", role="front desk", verdict="approved", version_seen=1,
        digest_seen=done.digest, decided_at=now,
    )  # fmt: skip
    page = desk.get("/?view=decided").content.decode()
    assert "Decided today 2" in page
    assert "Yes, Mo Ali" in page
    assert "No, Priya Nair" in page
    assert "You just answered" in page


def test_the_notice_tells_the_truth_of_every_end(desk: Client) -> None:
    now = timezone.now()
    failed = {"status": "permanent_error", "code": "slot_taken", "message": "The 2pm slot has gone"}
    cases = {
        "approved": "Mo Ali said yes at",
        "succeeded": "Moved Ana Gomez to Thursday 12 March, 2pm.",
        "failed": "It did not work.",
        "rejected": "Mo Ali said no at",
        "expired": "Time ran out at",
        "invalidated": "This request was withdrawn.",
        "in_doubt": "Nobody knows whether this happened.",
    }
    for status, words in cases.items():
        call = add_call(status=status, decided_by="Mo Ali", decided_at=now, result=failed)
        page = desk.get(f"/requests/{call.pk}/").content.decode()
        assert words in page, status
        assert 'name="answer"' not in page, status


def test_a_script_gets_the_same_fragments_as_the_page(desk: Client, ana_waits: ToolCall) -> None:
    page = desk.get(f"/requests/{ana_waits.pk}/").content.decode()
    for part in ("list", "request"):
        answer = desk.get(f"/requests/{ana_waits.pk}/", headers={"X-Desk-Part": part})
        fragment = answer.content.decode()
        assert "<html" not in fragment
        assert f'data-part="{part}"' in fragment
        assert f'data-part="{part}"' in page
        assert "X-Desk-Part" in answer["Vary"]
    assert MOVE.title in desk.get("/", headers={"X-Desk-Part": "list"}).content.decode()


def test_the_page_stays_small_with_forty_rows(desk: Client) -> None:
    for _ in range(40):
        add_call()
    assert len(desk.get("/").content) < 80 * 1024


@pytest.mark.parametrize("rows", [1, 12, 40])
def test_the_queue_with_a_card_open_asks_the_database_seventeen_questions_however_long_it_is(
    desk: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any, rows: int
) -> None:
    monkeypatch.setattr("supervision.inbox.desk.MOST_ROWS", 20)
    for _ in range(rows):
        add_call()
    desk.get("/")
    with django_assert_num_queries(17):
        page = desk.get("/")
    assert f"{rows} waiting" in page.content.decode()


def test_a_later_turn_of_a_conversation_costs_one_question_more_and_shows_what_was_said_before(
    desk: Client, django_assert_num_queries: Any
) -> None:
    talk = add_run("I am Ana Gomez", answer="When would you like to come?").conversation
    call = add_call(run=add_run("On Thursday", conversation=talk))
    desk.get(f"/requests/{call.pk}/")
    with django_assert_num_queries(18):
        page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "Earlier in this conversation</summary>" in page.replace(" (1)", "")
    assert "I am Ana Gomez" in page


def test_what_sounded_urgent_stands_above_everything(desk: Client) -> None:
    add_call(run=add_run(on_the_line=True))
    now = timezone.now()
    run = add_run(status="handed_off", outcome="urgent_help", handoff_reason="urgent: danger", finished_at=now)
    first = read_desk(view="waiting", now=now).groups[0]
    assert (first.name, [row.key for row in first.rows]) == ("Call back now", [f"handoff-{run.pk}"])
    assert "Urgent" in desk.get("/").content.decode()


def test_what_may_wait_until_tomorrow_is_not_said_to_be_of_today(db: None) -> None:
    now = timezone.localtime().replace(hour=12)
    today, tomorrow = add_call(expires_at=now + timedelta(hours=2)), add_call(expires_at=now + timedelta(days=1))
    groups = {group.name: [row.id for row in group.rows] for group in read_desk(view="waiting", now=now).groups}
    assert groups == {"Later today": [today.pk], "Another day": [tomorrow.pk]}


def test_mine_shows_what_i_said_i_have_and_nothing_else(desk: Client, priya: User, mo: User) -> None:
    now = timezone.now()
    mine, looked_at, others = add_call(), add_call(), add_call()
    for call, user, kept in [(mine, priya, True), (looked_at, priya, False), (others, mo, True)]:
        Claim.objects.create(call=call, user=user, who=user.get_full_name(), kept=kept, taken_at=now, seen_at=now)
    rows = read_desk(view="mine", now=now, user=priya)
    assert [row.id for group in rows.groups for row in group.rows] == [mine.pk]
    page = desk.get("/?view=mine").content.decode()
    assert "Mine 1</a>" in page
    assert f'data-key="call-{mine.pk}"' in page
    assert f'data-key="call-{others.pk}"' not in page


def test_a_row_says_when_a_look_at_it_ends_by_itself_and_a_kept_one_does_not(priya: User) -> None:
    now = timezone.now()
    looked_at, kept = add_call(), add_call()
    seen = {"user": priya, "who": "Priya Nair", "taken_at": now, "seen_at": now - timedelta(seconds=8)}
    Claim.objects.create(call=looked_at, kept=False, **seen)
    Claim.objects.create(call=kept, **seen)
    left = {row.id: row.look_left for row in read_desk(view="waiting", now=now).rows}
    assert left == {looked_at.pk: 13, kept.pk: 0}


def test_what_was_withdrawn_after_a_yes_says_so_and_leads_to_the_hand_off(desk: Client) -> None:
    now = timezone.now()
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=now)
    call = add_call(run=run, status="invalidated", decided_by="Mo Ali", decided_at=now, finished_at=now)
    assert "<small>withdrawn</small>" in desk.get("/?view=decided").content.decode()
    assert f'href="/handoffs/{run.pk}/">See what needs a person' in desk.get(f"/requests/{call.pk}/").content.decode()


@pytest.mark.parametrize(
    ("then", "words"),
    [("call_back", "not done and a person calls back."), ("go_on", "not done and the assistant goes on without it.")],
)
def test_the_card_says_what_follows_where_nobody_answers(
    desk: Client, ana_waits: ToolCall, then: str, words: str
) -> None:
    ToolPolicy.objects.create(tool=ana_waits.tool, tier="risky", described=True, on_expiry=then)
    assert words in desk.get(f"/requests/{ana_waits.pk}/").content.decode()


def test_a_request_that_the_assistant_went_on_without_is_told_as_such_and_is_no_call_back(desk: Client) -> None:
    run = add_run(status="completed", finished_at=timezone.now())
    call = add_call(run=run, status="expired", result={"status": "permanent_error", "code": "unanswered"})
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "Nothing was changed. The assistant went on without it." in page
    assert "Ask again" in page and f'href="/handoffs/{run.pk}/"' not in page
