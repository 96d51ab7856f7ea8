"""A morning at the desk: a dozen requests in patients' own words, written for the demo, and what staff said to some."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from agentops.control import cancel_run, start_run
from agentops.domain.holds import LONGEST_SECONDS
from agentops.domain.routing import DecisionType
from agentops.ledger import expire_calls, release_holds
from agentops.management.deciding import decide_call
from agentops.models import ModelRoute, TaskType, ToolCall
from agentops.runner.loop import advance

Then = Literal["", "yes", "held", "no", "nobody", "stop"]
RETIRED_MODEL = "claude-3-5-haiku-20241022"
STAFF = "Priya Nair"


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What a caller said, and what became of it before the page opens.

    `{soon}` and `{later}` stand for the second and the fourth working day from today, so that the words make sense on
    whatever day the demo is started.
    """

    words: str
    channel: str = "text"
    on_the_line: bool = False
    task_type: str | None = None
    then: Then = ""


REQUESTS = (
    DemoRequest(
        "Hi, it's Tom Reid, born 5 November 1947. I'd like to see Dr Patel for my knee, any morning next week.",
        channel="online",
        then="yes",
    ),
    DemoRequest(
        "Dele Okafor here, 11 August 1983. Could you book me in with Dr Chen on {later}? Any time will do.", then="no"
    ),
    DemoRequest("This is Sam Ward, born 30 March 1955. When is my next appointment please?", channel="online"),
    DemoRequest("Good morning, I need an appointment.", channel="online"),
    DemoRequest("What time do you open on Mondays?", channel="online"),
    DemoRequest("I'd like to book with Dr Smith on {later}. Mei Chen, 8 December 2001."),
    DemoRequest("Can I just speak to a real person please? It is about a letter from the hospital.", channel="phone"),
    DemoRequest(
        "My dad has a crushing pain in his chest and he can't breathe properly, what do I do?", channel="phone"
    ),
    DemoRequest("Please book Priya Shah, 27 January 1992, with Dr Mizrahi some time next week.", then="nobody"),
    DemoRequest("Book me something with anyone. Omar Haddad, 19 July 1968.", then="stop"),
    DemoRequest(
        "It's Leo Brandt, born 2 October 1979. I would like to see Dr Mizrahi on {later} in the morning.",
        task_type="quick",
    ),
    DemoRequest("Please write to my employer about my back. Tom Reid.", task_type="letters"),
    DemoRequest("Please text Mei Chen, born 8 December 2001, that her forms are ready at the desk.", channel="desk"),
    DemoRequest("Please cancel my appointment, I am feeling better. Priya Shah, 27 January 1992."),
    DemoRequest(
        "Morning! Leo Brandt, born 2 October 1979. Could I see Dr Patel on {later}, in the morning if you can?",
        channel="phone",
        on_the_line=True,
    ),
    DemoRequest(
        "It's Ana Gomez, 14 May 1987. I can't make my appointment. Could I do {soon} instead, after three if "
        "possible? Same doctor please.",
        channel="phone",
        on_the_line=True,
    ),
    # Last, so that its yes can still be taken back when the desk opens.
    DemoRequest(
        "Omar Haddad, 19 July 1968. Can I have a vaccination with Nurse Lowe on {soon} in the afternoon?",
        channel="online",
        then="held",
    ),
)


def fill_in(words: str, *, today: date) -> str:
    """Put real dates into what a caller said."""
    ahead = [today + timedelta(days=number) for number in range(1, 9)]
    working = [day for day in ahead if day.weekday() < 5]
    return words.format(soon=f"{working[1]:%A %-d %B}", later=f"{working[3]:%A %-d %B}")


@transaction.atomic
def add_demo_task_types() -> None:
    """Two kinds of task that cannot succeed: one with too few steps, one whose model has been retired."""
    pattern = TaskType.objects.get(slug="other")
    facts = {"toolset": "clinic", "prompt": pattern.prompt, "permitted_tiers": pattern.permitted_tiers, "enabled": True}
    TaskType.objects.get_or_create(
        slug="quick",
        defaults={**facts, "name": "Quick look (demo: two steps)", "description": "demo only", "max_iterations": 2},
    )
    letters, _ = TaskType.objects.get_or_create(
        slug="letters",
        defaults={**facts, "name": "Letters (demo: retired model)", "description": "demo only"},
    )
    for provider in ("offline", "anthropic"):
        for decision in DecisionType:
            ModelRoute.objects.get_or_create(
                task_type=letters,
                decision=decision,
                provider=provider,
                valid_from=date(2026, 1, 1),
                defaults={"model": RETIRED_MODEL, "max_tokens": 1_024},
            )


def play_request(request: DemoRequest) -> int:
    """Start a request, let the assistant work on it, and let staff say what they said; returns the run's id."""
    run_id = start_run(
        request=fill_in(request.words, today=timezone.localdate()),
        channel=request.channel,
        on_the_line=request.on_the_line,
        asked_by=STAFF,
        task_type=request.task_type,
    ).run_id
    if request.then == "stop":
        cancel_run(run_id=run_id, by=STAFF)
    advance(run_id)
    for call in ToolCall.objects.filter(run_id=run_id, status="awaiting"):
        _decide(call, then=request.then)
    advance(run_id)
    return run_id


def _decide(call: ToolCall, *, then: Then) -> None:
    if then == "nobody":
        ToolCall.objects.filter(pk=call.pk).update(expires_at=Now())
        expire_calls()
    if then not in {"yes", "held", "no"}:
        return
    decide_call(
        call=call,
        approve=then != "no",
        by=STAFF,
        approver=get_user_model().objects.filter(username="priya").values_list("pk", flat=True).first(),
        reason="I will do it myself" if then == "no" else "",
        note="Dr Chen is away that day; I will call him." if then == "no" else "",
    )
    # What was said in the morning is done by now; what was said last can be taken back for as long as a policy allows.
    left = timedelta(seconds=LONGEST_SECONDS if then == "held" else 0)
    ToolCall.objects.filter(pk=call.pk, held_until__isnull=False).update(held_until=Now() + left)
    release_holds()
