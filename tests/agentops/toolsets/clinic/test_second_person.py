"""Which cancellations need two people: near, more than one, somebody else's; and which do not."""

import pytest

from agentops.domain.messages import ModelReply, StopReason
from agentops.domain.pricing import Usage
from agentops.domain.validation import OutputRules
from agentops.ledger import RunBrief
from agentops.models import AgentRun
from agentops.runner.proposals import read_proposals
from agentops.tools.registry import get_toolset
from tests.agentops.toolsets.clinic.conftest import NOW, Desk, have_said
from tests.supervision.rows import add_call

NEAR = "It is less than 24 hours away, too late to give the time to somebody else."
SEVERAL = "More than one appointment is to be cancelled in this conversation."
ANOTHERS = "The caller speaks for somebody else: this is another person’s record."


def test_a_cancellation_with_notice_by_the_patient_needs_one_person(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(12, "15:30"))
    assert desk.card("cancel_appointment", appointment_id=visit.pk).two_people == []


@pytest.mark.parametrize(("day", "clock", "near"), [(11, "14:33", True), (11, "14:35", False), (10, "16:00", True)])
def test_less_than_24_hours_before_it_needs_two(desk: Desk, day: int, clock: str, near: bool) -> None:
    visit = desk.visit(desk.ana, desk.slot(day, clock))
    assert desk.card("cancel_appointment", appointment_id=visit.pk).two_people == ([NEAR] if near else [])


@pytest.mark.parametrize(
    ("said", "anothers"),
    [
        ("I’m calling for my wife Ana Gomez, she cannot come on Thursday.", True),
        ("Please cancel my daughter’s appointment. Ana Gomez.", True),
        ("On behalf of Ana Gomez: cancel Thursday, please.", True),
        ("My mum Ana won’t make it. Ana Gomez, born 14 May 1987.", True),
        ("Ana Gomez here. Cancel Thursday, my son is ill.", False),
        ("This is Ana Gomez, born 14 May 1987. Please cancel my appointment.", False),
        ("Please cancel for Ana Gomez. And Priya Shah, born 27 January 1992, is me.", True),
    ],
)
def test_another_persons_record_needs_two(desk: Desk, said: str, anothers: bool) -> None:
    desk.said = (said,)
    visit = desk.visit(desk.ana, desk.slot(12, "15:30"))
    assert desk.card("cancel_appointment", appointment_id=visit.pk).two_people == ([ANOTHERS] if anothers else [])


@pytest.mark.parametrize(("status", "counts"), [("awaiting", True), ("succeeded", True), ("rejected", False)])
def test_a_second_appointment_of_one_conversation_needs_two(desk: Desk, status: str, counts: bool) -> None:
    first, second = desk.visit(desk.ana, desk.slot(12, "15:30")), desk.visit(desk.ana, desk.slot(19, "09:00"))
    desk.run_id = have_said("Cancel Thursday.", "And the one a week later.")
    run = AgentRun.objects.get(pk=desk.run_id)
    earlier = run.conversation.runs.get(ordinal=0)
    done = {"decided_by": "Mo Ali", "started_at": NOW, "finished_at": NOW}
    add_call(
        run=earlier, tool="cancel_appointment", tier="destructive", status=status,
        arguments=f'{{"appointment_id":{first.pk}}}', digest="", **(done if status == "succeeded" else {}),
    )  # fmt: skip
    reasons = desk.card("cancel_appointment", appointment_id=second.pk).two_people
    assert reasons == ([SEVERAL] if counts else [])
    assert desk.card("cancel_appointment", appointment_id=first.pk).two_people == []


def test_two_cancellations_in_one_reply_both_need_two(desk: Desk) -> None:
    visits = [desk.visit(desk.ana, desk.slot(day, "15:30")) for day in (12, 19)]
    uses = [
        {"type": "tool_use", "id": f"t{n}", "name": "cancel_appointment", "input": {"appointment_id": visit.pk}}
        for n, visit in enumerate(visits)
    ]
    usage = Usage(input_tokens=1, output_tokens=1)
    reply = ModelReply(content=uses, stop_reason=StopReason.TOOL_USE, usage=usage, model="m", provider="offline")
    brief = RunBrief(
        request_id="r", task_type="cancelling", toolset="clinic", prompt="", tiers=frozenset(), channel="phone",
        on_the_line=False, briefing="", asked_at=NOW, said=desk.said, sorting_types=(), routes={},
    )  # fmt: skip
    clinic = get_toolset("clinic")
    made = read_proposals(reply, run_id=1, brief=brief, toolset=clinic, rules=OutputRules(), now=NOW)
    assert [one.card.two_people if one.card else None for one in made] == [[SEVERAL], [SEVERAL]]
    reply.content.pop()
    made = read_proposals(reply, run_id=1, brief=brief, toolset=clinic, rules=OutputRules(), now=NOW)
    assert [one.card.two_people if one.card else None for one in made] == [[]]
