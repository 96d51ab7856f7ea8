"""Whatever people, models and tools write is shown as text: no field of any page becomes markup."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.domain.cards import Card, Change, Check, Mismatch, Subject
from agentops.models import RunFact, TaskType, ToolPolicy
from tests.supervision.rows import add_call, add_run, add_step, person

BAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
PAGES = [
    "/", "/?view=decided", "/requests/{call}/", "/requests/{doubt}/", "/handoffs/{run}/", "/runs/", "/runs/?q={bad}",
    "/runs/{run}/", "/runs/{run}/?at=c{call}", "/runs/{run}/?at=s0", "/metrics/?period=today", "/tools/",
]  # fmt: skip


@pytest.fixture
def poisoned(db: None) -> dict[str, object]:
    now = timezone.now()
    task = TaskType.objects.create(slug="bad", name=BAD[:80], description=BAD, toolset="x", prompt="x")
    card = Card(
        title=BAD, question=BAD, yes=BAD, no=BAD, doing=BAD, done=BAD,
        subject=Subject(surname=BAD, given=BAD, born=BAD, number=BAD, mobile=BAD),
        changes=[Change(label=BAD, now=BAD, then=f"{BAD}2"), Change(label=BAD, now="", then=BAD, is_message=True)],
        checks=[Check(label=BAD, ok=False, detail=BAD)],
        mismatches=[Mismatch(said=BAD, proposed=BAD, text=BAD, confirm=BAD)],
        said_spans=[(3, 11)],
    )  # fmt: skip
    run = add_run(
        BAD, task_type=task, asked_by=BAD, answer=BAD, status="handed_off", outcome=BAD[:40], finished_at=now,
        handoff_reason=BAD, handoff_summary=BAD, findings=[{"rule": BAD, "action": "replaced", "label": BAD}],
    )  # fmt: skip
    step = add_step(run, words=BAD, provider="x", model=BAD[:80], detail=BAD, stop_reason=BAD[:40])
    more = {"findings": [{"label": BAD}], "decided_by": BAD, "decision_note": BAD, "rule": BAD}
    result = {"status": "permanent_error", "code": "x", "message": BAD, "suggestion": BAD}
    add_call(card, run=run, step=step, tool=BAD[:80], status="failed", result=result, decided_at=now, **more)
    add_call(card, run=run, step=step, tier="read", status="succeeded", finished_at=now, **more)
    call = add_call(card, run=run, step=step, tool=BAD[:80], tier="destructive")
    doubt = add_call(card, run=run, step=step, status="in_doubt", decided_by=BAD)
    ToolPolicy.objects.create(tool=BAD[:80], label=BAD[:80], description=BAD, described=True)
    RunFact.objects.create(
        run=run, task_type="bad", channel="phone", status="completed", outcome="x", completed=True, limit_reached=False,
        escalated=False, iterations=1, active_ms=1, waited_ms=1, tool_calls=1, tools_executed=1, tool_errors=0,
        asked_people=0, tokens=1, cost_nano=1, unpriced_calls=1, started_at=now, finished_at=now,
    )  # fmt: skip
    return {"call": call.pk, "run": run.pk, "doubt": doubt.pk, "bad": BAD}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_turns_text_into_markup(
    poisoned: dict[str, object], sign_in: Callable[[User], Client], page: str
) -> None:
    client = sign_in(person("bad", BAD[:30], BAD[:30], "admin"))
    text = client.get(page.format(**poisoned)).content.decode()
    assert "<script>" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text


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
