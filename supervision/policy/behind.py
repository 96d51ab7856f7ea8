"""The calls behind a number of what would have happened: exactly those, page by page, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from agentops.domain.policy.replaying import Ruling
from agentops.models import ToolCall
from supervision.cards import title_of
from supervision.phrases import tell
from supervision.policy.replay import Pick, key_of, rule_anew
from supervision.policy.would_have import Question, say_answer, say_fate
from supervision.wording import say_when

PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """One call: what became of it then and what people said, what would have, and why."""

    id: int
    run_id: int
    title: str
    tool: str
    at: str
    then: str
    answer: str
    who: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class BehindPage:
    """One page of a number's calls; `count` is the number, `older` the cursor of the next page, 0 on the last."""

    rows: list[Behind]
    count: int
    older: int


def list_behind(question: Question, pick: Pick, *, before: int | None, now: datetime) -> BehindPage:
    """One page of the calls that a number counts: judged anew by the very replay that counted them."""
    rulings = rule_anew(kind=question.kind, subject=question.subject, after=question.after, until=question.until)
    picked = {ruling.call.id: ruling for ruling in rulings if pick.takes(key_of(ruling))}
    left = sorted((pk for pk in picked if before is None or pk < before), reverse=True)
    page = left[:PAGE]
    calls = ToolCall.objects.filter(pk__in=page).order_by("-pk")
    rows = [_row(call, picked[call.pk], now=now) for call in calls]
    return BehindPage(rows, len(picked), page[-1] if len(left) > PAGE else 0)


def _row(call: ToolCall, ruling: Ruling, *, now: datetime) -> Behind:
    return Behind(
        id=call.pk,
        run_id=call.run_id,
        title=title_of(call),
        tool=call.tool,
        at=say_when(call.proposed_at, now=now),
        then=say_fate(ruling.call.fate),
        answer=say_answer(ruling.call.answer),
        who=call.decided_by,
        now=say_fate(ruling.fate),
        why=_say_why(ruling),
    )


def _say_why(ruling: Ruling) -> str:
    if ruling.bound:
        return gettext("One more than %(bound)s.") % {"bound": ruling.bound}
    verdict = ruling.verdict
    if verdict is None:
        return ""
    return " ".join(map(tell, [verdict.rule, *(words for words in verdict.two_people if words not in verdict.rule)]))
