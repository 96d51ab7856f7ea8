"""Tools that write to a patient, and the one that hands a request to a person."""

from agentops.domain.cards import Card
from agentops.domain.phrases import say
from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, Tool, ToolContext
from agentops.toolsets.clinic.arguments import DraftMessage, EscalateToHuman, SendMessage
from agentops.toolsets.clinic.cards_messages import describe_draft, describe_sending
from agentops.toolsets.clinic.directory import get_patient
from agentops.toolsets.clinic.editing import EDIT_TEXT
from agentops.toolsets.clinic.fields import Output
from agentops.toolsets.clinic.models import MessageStatus
from agentops.toolsets.clinic.outbox import find_written, require_mobile, send_draft, write_message
from agentops.toolsets.clinic.policy_facts import ABOUT_PATIENTS


class Drafted(Output):
    """A text that nobody has been sent."""

    draft_id: int
    patient: str
    body: str


class Sent(Output):
    """A text that is on its way."""

    message_id: int
    patient: str
    body: str


class HandedOver(Output):
    """A person takes over."""

    accepted: bool
    urgent: bool


def run_draft(ctx: ToolContext, args: DraftMessage) -> Drafted:
    """Keep a text for later. The same call again gives the same draft."""
    patient = get_patient(args.patient_id)
    require_mobile(patient)
    draft = find_written(ctx.key) or write_message(ctx, patient=patient, body=args.body, status=MessageStatus.DRAFT)
    return Drafted(draft_id=draft.pk, patient=patient.name, body=draft.body)


def run_send(ctx: ToolContext, args: SendMessage) -> Sent:
    """Put a text into the outbox. The same call again gives the same message."""
    patient = get_patient(args.patient_id)
    require_mobile(patient)
    message = find_written(ctx.key)
    if message is None and args.draft_id is not None:
        message = send_draft(ctx, draft_id=args.draft_id, patient=patient, body=args.body)
    message = message or write_message(ctx, patient=patient, body=args.body, status=MessageStatus.QUEUED)
    return Sent(message_id=message.pk, patient=patient.name, body=message.body)


def run_escalate(_ctx: ToolContext, args: EscalateToHuman) -> HandedOver:
    """Accept the hand-over; the loop gives the run to a person."""
    return HandedOver(accepted=True, urgent=args.urgent)


def describe_escalation(_ctx: ToolContext, args: EscalateToHuman) -> Card:
    """The trace line of a hand-over."""
    doing = (
        say("Hand over to a person at once: %(reason)s", reason=args.reason)
        if args.urgent
        else say("Hand over to a person when one is free: %(reason)s", reason=args.reason)
    )
    return Card(
        title=say("Hand over to a person"),
        doing=doing,
        done=say("Passed to a person at once") if args.urgent else say("Passed to a person"),
    )


def has_written(key: str) -> bool:
    """Whether the call of that key has written its message."""
    return find_written(key) is not None


DRAFT_MESSAGE = Tool(
    name="draft_message",
    description=(
        "Write a text to a patient without sending it; staff can read it. Use it when the caller or staff should "
        "see the words first. Nothing is sent: never say that it was."
    ),
    input=DraftMessage,
    output=Drafted,
    run=run_draft,
    describe=describe_draft,
    editing=EDIT_TEXT,
    check=has_written,
    facts=ABOUT_PATIENTS,
    effect=Effect.TRANSACTIONAL,
    floor=ActionTier.SAFE,
    local=True,
)

SEND_MESSAGE = Tool(
    name="send_message",
    description=(
        "Text a patient on the mobile number on record. A person at the clinic confirms the exact words first. Do "
        "not use it to confirm a booking or a move: those tools text the patient by themselves. Never put another "
        "patient's details or medical advice into it."
    ),
    input=SendMessage,
    output=Sent,
    run=run_send,
    describe=describe_sending,
    editing=EDIT_TEXT,
    check=has_written,
    facts=ABOUT_PATIENTS,
    effect=Effect.TRANSACTIONAL,
    floor=ActionTier.RISKY,
    local=True,
    outgoing=("body",),
)

ESCALATE_TO_HUMAN = Tool(
    name="escalate_to_human",
    description=(
        "Give this request to a person at the clinic and stop. Use it for anything medical, urgent, unclear after "
        "one question, or outside your tools; also when a caller asks for a person. In an emergency set urgent. Say "
        "in summary what you found and what was not done. It ends your work on this request: call it alone and "
        "last."
    ),
    input=EscalateToHuman,
    output=HandedOver,
    run=run_escalate,
    describe=describe_escalation,
    effect=Effect.READ,
    floor=ActionTier.SAFE,
    local=True,
    hands_off=True,
)
