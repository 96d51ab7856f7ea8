"""What would have happened, as a page tells it: numbers with their calls behind them, and people's time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from pydantic import ValidationError

from agentops.domain.policy.replaying import JUDGED, Fate
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import TaskSetting
from agentops.models import PolicyChange
from supervision.policy.effort import Effort, measure_effort
from supervision.policy.recorded import SPAN
from supervision.policy.replay import Pick, Replay, Setting, replay_change
from supervision.wording import count

SALT = "what would have happened"
ANSWERS = ("yes", "changed", "no", "expired", "open")
ASKS = {Fate.ASKED: 1, Fate.TWO: 2}
"""How many people have to answer a call of this kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """A setting that is not saved, and up to when calls are looked at: what the address of a list holds."""

    kind: str
    subject: str
    after: Setting
    until: datetime

    def token(self) -> str:
        """As a part of an address. Of a type of task only what the gate reads."""
        only = {"permitted_tiers"} if self.kind == "task_type" else None
        after = self.after.model_dump(mode="json", include=only, exclude_defaults=True)
        return signing.dumps([self.kind, self.subject, after, self.until.isoformat()], salt=SALT, compress=True)


@dataclass(frozen=True, slots=True)
class Number:
    """A count, what it counts, and where exactly those calls are listed."""

    words: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """How many calls had one fate then and would have it now."""

    words: str
    then: Number
    now: Number
    more: int

    @property
    def words_more(self) -> str:
        """The difference with its sign."""
        return f"{'+' if self.more > 0 else '−'}{abs(self.more):,}"


@dataclass(frozen=True, slots=True)
class Move:
    """Calls whose fate would be another, and what people had answered to them."""

    number: Number
    answers: list[Number]


@dataclass(frozen=True, slots=True)
class WouldHave:
    """Everything that a check page tells of the last thirty days. `apart` are calls that could not be judged."""

    lines: list[Line]
    moves: list[Move]
    apart: list[Number]
    judged: int
    time: str
    formula: str
    changed_meanwhile: bool


def read_question(token: str) -> Question | None:
    """What an address asks for; None where it cannot be read."""
    try:
        kind, subject, after, until = signing.loads(token, salt=SALT)
        model: type[Any] = {"tool": ToolSetting, "task_type": TaskSetting}[kind]
        return Question(kind, subject, model.model_validate(after), datetime.fromisoformat(until))
    except (signing.BadSignature, KeyError, ValueError, ValidationError):
        return None


def read_would_have(*, kind: str, subject: str, after: Setting, now: datetime) -> WouldHave:
    """What the calls of the last thirty days would have come to by this setting, now against then."""
    question = Question(kind, subject, after, now)
    replay = replay_change(kind=kind, subject=subject, after=after, until=now)
    token = question.token()
    effort = measure_effort(tool=subject if kind == "tool" else None, until=now)
    time, formula = _say_time(_count_asks(replay), effort)
    meanwhile = PolicyChange.objects.filter(kind=kind, subject=subject, state="in_force", settled_at__gt=now - SPAN)
    return WouldHave(
        lines=[_line(replay, fate, token) for fate in JUDGED],
        moves=[move for then in JUDGED for now_ in JUDGED if (move := _move(replay, then, now_, token))],
        apart=[
            _number(replay, Pick(now=fate), token, say_fate(fate))
            for fate in (Fate.UNKNOWN, Fate.OTHER)
            if replay.count(Pick(now=fate))
        ],
        judged=replay.judged,
        time=time,
        formula=formula,
        changed_meanwhile=meanwhile.exists(),
    )


def say_fate(fate: Fate) -> str:
    """What became of a call, or would, in words."""
    return {
        Fate.RAN: _("Runs without asking"),
        Fate.ASKED: _("One person is asked"),
        Fate.TWO: _("Two people are asked"),
        Fate.REFUSED: _("Refused"),
        Fate.UNKNOWN: _("Cannot be judged: recorded before the facts were kept"),
        Fate.OTHER: _("Turned away for another reason, whatever the policy says"),
    }[fate]


def say_answer(answer: str) -> str:
    """What people said to a call, in words."""
    return {
        "yes": _("yes, unchanged"),
        "changed": _("changed first"),
        "no": _("no"),
        "expired": _("nobody answered in time"),
        "open": _("not answered, or taken back"),
    }.get(answer, "")


def _number(replay: Replay, pick: Pick, token: str, words: str) -> Number:
    wanted = {"then": pick.then, "now": pick.now, "answer": pick.answer, "judged": "on" if pick.judged else None}
    query = urlencode({"change": token} | {name: value for name, value in wanted.items() if value is not None})
    return Number(words, replay.count(pick), f"{reverse('would_have')}?{query}")


def _line(replay: Replay, fate: Fate, token: str) -> Line:
    words = say_fate(fate)
    then, now = (_number(replay, pick, token, words) for pick in (Pick(then=fate, judged=True), Pick(now=fate)))
    return Line(words, then, now, now.count - then.count)


def _move(replay: Replay, then: Fate, now: Fate, token: str) -> Move | None:
    number = _number(replay, Pick(then=then, now=now), token, f"{say_fate(then)} → {say_fate(now).lower()}")
    if then is now or not number.count:
        return None
    given = [_number(replay, Pick(then=then, now=now, answer=one), token, say_answer(one)) for one in ANSWERS]
    return Move(number, [one for one in given if one.count])


def _count_asks(replay: Replay) -> tuple[int, int]:
    """How many answers people gave, or owed, then; and how many by the other setting."""
    then = sum(people * replay.count(Pick(then=fate, judged=True)) for fate, people in ASKS.items())
    return then, sum(people * replay.count(Pick(now=fate)) for fate, people in ASKS.items())


def _say_time(asks: tuple[int, int], effort: Effort | None) -> tuple[str, str]:
    then, now = asks
    more = abs(now - then)
    if not more:
        return _("As many answers from people as before."), ""
    answers = count(more, "answer")
    if effort is None:
        words = _("%s more from people.") if now > then else _("%s fewer from people.")
        return words % answers, _("Too few answers were timed to say how many minutes that is.")
    minutes = round(more * effort.seconds / 60) or 1
    told = {"answers": answers, "minutes": f"{minutes:,}"}
    words = _("%(answers)s more from people: about %(minutes)s minutes.")
    if now < then:
        words = _("%(answers)s fewer from people: about %(minutes)s minutes saved.")
    seconds = f"{effort.seconds:.0f}"
    of = _("of this tool") if effort.same_tool else _("of any tool")
    formula = _(
        "%(more)s × %(seconds)s s. That is the middle of %(timed)s times from opening a request %(of)s to its answer, "
        "10 minutes at most each. Where two people are asked, there are two answers."
    )
    return words % told, formula % {"more": f"{more:,}", "seconds": seconds, "timed": f"{effort.timed:,}", "of": of}
