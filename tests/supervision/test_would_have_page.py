"""What would have happened, on the check page: each number, its calls, and people's time with its formula."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import ToolCall, ToolPolicy
from supervision.models import Decision, Viewing
from supervision.policy import behind
from supervision.policy.would_have import WouldHave, read_would_have
from tests.supervision.rows import add_call, add_run, task_type

FACTS = {"acts": True, "approvable": True, "two_people": False, "untrusted_text": False}


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture
def policy(db: None) -> ToolPolicy:
    task = task_type()
    type(task).objects.filter(pk=task.pk).update(permitted_tiers=["read", "safe", "risky", "destructive"])
    return ToolPolicy.objects.create(
        tool="reschedule_appointment", label="Reschedule", tier="risky", floor="safe", described=True
    )


def asked(count: int, status: str = "succeeded", **fields: Any) -> list[ToolCall]:
    run, now = add_run(), timezone.now()
    said = {"decided_at": now, "decided_by": "Mo Ali", "expires_at": now, "facts": FACTS, "proposed_at": now} | fields
    return [add_call(run=run, status=status, **said) for _ in range(count)]


def milder(policy: ToolPolicy) -> WouldHave:
    after = policy.setting.model_copy(update={"tier": "safe"})
    return read_would_have(kind="tool", subject=policy.tool, after=after, now=timezone.now())


def time_answers(calls: list[ToolCall], who: User, *, seconds: int) -> None:
    for call in calls:
        Viewing.objects.create(
            user=who, who="Mo Ali", role="front desk", page="request", call=call, run=call.run,
            seen_at=call.decided_at - timedelta(seconds=seconds),
        )  # fmt: skip
        Decision.objects.create(
            call=call, user=who, who="Mo Ali", role="front desk", verdict="approved", version_seen=1, digest_seen="x",
            decided_at=call.decided_at,
        )  # fmt: skip


def test_the_check_page_tells_what_would_have_been_different_and_lists_exactly_those_calls(
    admin: Client, policy: ToolPolicy
) -> None:
    yes, no = asked(3), asked(2, "rejected")
    old = asked(1, facts={})
    page = admin.post(
        f"/tools/{policy.pk}/check/",
        {"version": 1, "tier": "safe", "enabled": "on", "confirmation": "nobody", "answerers": "anybody"}
        | {"on_expiry": "call_back"},
    )
    text = page.content.decode()
    assert "One person is asked → runs without asking" in text
    numbers = dict(re.findall(r'href="([^"]+would-have[^"]+)"[^>]*>(\d+)<span', text))
    assert len(numbers) >= 5
    for url, number in numbers.items():
        behind_it = admin.get(unescape(url)).context["page"]
        assert (behind_it.count, len(behind_it.rows)) == (int(number), int(number))
    would = page.context["would"]
    (move,) = would.moves
    assert [(one.words, one.count) for one in move.answers] == [("yes, unchanged", 3), ("no", 2)]
    ids = [row.id for row in admin.get(move.answers[1].url).context["page"].rows]
    assert ids == [call.pk for call in reversed(no)]
    (apart,) = would.apart
    assert [row.id for row in admin.get(apart.url).context["page"].rows] == [old[0].pk]
    assert yes[0].pk in [row.id for row in admin.get(move.number.url).context["page"].rows]


def test_peoples_time_is_the_middle_of_what_was_timed_and_says_its_formula(policy: ToolPolicy, mo: User) -> None:
    calls = asked(6)
    time_answers(calls, mo, seconds=40)
    would = milder(policy)
    assert would.time == "6 answers fewer from people: about 4 minutes saved."
    assert would.formula.startswith("6 × 40 s. That is the middle of 6 times from opening a request of this tool")


def test_where_too_few_answers_were_timed_no_minutes_are_guessed(policy: ToolPolicy, mo: User) -> None:
    time_answers(asked(4), mo, seconds=40)
    would = milder(policy)
    assert would.time == "4 answers fewer from people."
    assert would.formula == "Too few answers were timed to say how many minutes that is."


def test_a_long_list_goes_on_where_it_ended(admin: Client, policy: ToolPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "PAGE", 2)
    calls = asked(5)
    url, found = milder(policy).moves[0].number.url, []
    while url:
        page = admin.get(url)
        found += [row.id for row in page.context["page"].rows]
        assert page.context["page"].count == 5
        following = re.search(r'href="\?([^"]+)"', page.content.decode())
        url = f"/would-have/?{unescape(following[1])}" if following else ""
    assert found == [call.pk for call in reversed(calls)]


def test_an_address_that_was_altered_is_refused_in_words(admin: Client, policy: ToolPolicy) -> None:
    asked(1)
    url = milder(policy).moves[0].number.url
    answer = admin.get(url.replace("change=", "change=x"))
    assert answer.status_code == 400 and "cannot be read" in answer.content.decode()


def test_a_list_stays_as_it_was_counted_whatever_happens_afterwards(admin: Client, policy: ToolPolicy) -> None:
    asked(2)
    url = milder(policy).moves[0].number.url
    asked(1, proposed_at=timezone.now() + timedelta(seconds=1))
    assert admin.get(url).context["page"].count == 2
