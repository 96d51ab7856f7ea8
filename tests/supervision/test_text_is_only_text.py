"""Whatever people, models and tools write is shown as text: no field of any page becomes markup."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.cards import Card, Change, Check, Mismatch, Subject
from agentops.domain.visible_text import hides
from agentops.models import RunFact, TaskType, ToolPolicy
from tests.supervision.rows import add_call, add_run, add_step, person

BAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
HIDDEN = "\u202e\u200b\u3164\U000e0041"
"""Turned round, zero width, blank, a tag: short, because names are."""
PAGES = [
    "/", "/?view=decided", "/requests/{call}/", "/requests/{doubt}/", "/handoffs/{run}/", "/runs/", "/runs/?q={bad}",
    "/runs/{run}/", "/runs/{run}/?at=c{call}", "/runs/{run}/?at=s0", "/metrics/?period=today", "/metrics/?by=tool",
    "/metrics/behind/?metric=tool_errors&tab=below", "/metrics/behind/?metric=cost", "/metrics/costs/", "/tools/",
]  # fmt: skip


@pytest.fixture
def poisoned(db: None) -> dict[str, object]:
    return poison(BAD)


def poison(bad: str) -> dict[str, object]:
    """Put it into every field that a page shows; returns what the addresses need."""
    now = timezone.now()
    task = TaskType.objects.create(slug="bad", name=bad[:80], description=bad, toolset="x", prompt="x")
    card = Card(
        title=bad, question=bad, yes=bad, no=bad, doing=bad, done=bad,
        subject=Subject(surname=bad, given=bad, born=bad, number=bad, mobile=bad),
        changes=[Change(label=bad, now=bad, then=f"{bad}2"), Change(label=bad, now="", then=bad, is_message=True)],
        checks=[Check(label=bad, ok=False, detail=bad)],
        mismatches=[Mismatch(said=bad, proposed=bad, text=bad, confirm=bad)],
        said_spans=[(3, 11)],
    )  # fmt: skip
    run = add_run(
        bad, task_type=task, asked_by=bad, answer=bad, status="handed_off", outcome=bad[:40], finished_at=now,
        handoff_reason=bad, handoff_summary=bad, findings=[{"rule": bad, "action": "replaced", "label": bad}],
    )  # fmt: skip
    step = add_step(run, words=bad, provider="x", model=bad[:80], detail=bad, stop_reason=bad[:40])
    more = {"findings": [{"label": bad}], "decided_by": bad, "decision_note": bad, "rule": bad}
    result = {"status": "permanent_error", "code": "x", "message": bad, "suggestion": bad}
    add_call(card, run=run, step=step, tool=bad[:80], status="failed", result=result, decided_at=now, **more)
    add_call(card, run=run, step=step, tier="read", status="succeeded", finished_at=now, **more)
    call = add_call(card, run=run, step=step, tool=bad[:80], tier="destructive")
    doubt = add_call(card, run=run, step=step, status="in_doubt", decided_by=bad)
    ToolPolicy.objects.create(tool=bad[:80], label=bad[:80], description=bad, described=True)
    RunFact.objects.create(
        run=run, task_type="bad", channel="phone", status="completed", outcome="x", completed=True, limit_reached=False,
        escalated=False, iterations=1, active_ms=1, waited_ms=1, tool_calls=1, tools_executed=1, tool_errors=0,
        asked_people=0, tokens=1, cost_nano=1, unpriced_calls=1, started_at=now, finished_at=now,
        model=bad[:80], tools={bad[:80]: [1, 1]},
    )  # fmt: skip
    return {"call": call.pk, "run": run.pk, "doubt": doubt.pk, "bad": bad}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_turns_text_into_markup(
    poisoned: dict[str, object], sign_in: Callable[[User], Client], page: str
) -> None:
    client = sign_in(person("bad", BAD[:30], BAD[:30], "admin"))
    text = client.get(page.format(**poisoned)).content.decode()
    assert "<script>" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text


def test_no_page_holds_a_character_that_nobody_can_see(db: None, sign_in: Callable[[User], Client]) -> None:
    client, names = sign_in(person("bad", HIDDEN, HIDDEN, "admin")), poison(HIDDEN)
    for page in PAGES:
        text = client.get(page.format(**names)).content.decode()
        to_be_seen = re.sub(r'value="[^"]*"|<textarea.*?</textarea>', "", text, flags=re.DOTALL)  # what is sent back
        assert "U+202E" in to_be_seen, page
        assert [(page, line) for line in to_be_seen.splitlines() if hides(line)] == []


def test_no_template_switches_the_escaping_off() -> None:
    from django.conf import settings

    sources = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]
    code = [path.read_text() for path in (settings.BASE_DIR / "supervision").rglob("*.py")]
    assert sources
    assert not [text for text in sources if "|safe" in text or "autoescape" in text or "|json_script" in text]
    assert not [text for text in code if "mark_safe" in text or "SafeString" in text or "format_html" in text]


def test_no_template_holds_code_or_style_that_the_policy_would_stop() -> None:
    from django.conf import settings

    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text()
        assert "style=" not in text, path.name
        assert " onclick" not in text and "javascript:" not in text, path.name
        assert "<script>" not in text, path.name
