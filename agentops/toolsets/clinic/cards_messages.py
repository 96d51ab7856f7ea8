"""What a person reads before a text leaves: the exact words, and to whom."""

from agentops.domain.cards import Card, Change
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.acts import SENDING, check_asked
from agentops.toolsets.clinic.arguments import DraftMessage, SendMessage
from agentops.toolsets.clinic.checks import check_contacts, check_mobile
from agentops.toolsets.clinic.directory import get_patient
from agentops.toolsets.clinic.findings import Findings
from agentops.toolsets.clinic.hearing import read_caller
from agentops.toolsets.clinic.identity import check_identity
from agentops.toolsets.clinic.outbox import require_draft, require_mobile
from agentops.toolsets.clinic.policy_facts import gather_facts
from agentops.toolsets.clinic.wording import patient_banner


def describe_sending(ctx: ToolContext, args: SendMessage) -> Card:
    """The card of a text. Raises ToolError where it could not be sent anyway."""
    patient = get_patient(args.patient_id)
    require_mobile(patient)
    draft = require_draft(args.draft_id, patient).body if args.draft_id else "None"
    found = Findings.join(
        check_identity(ctx, read_caller(ctx), patient),
        check_asked(ctx, SENDING, given="the caller", proposed=f"Text {patient.name}"),
        check_mobile(patient),
        check_contacts(args.body, patient),
    )
    card = Card(
        title=f"Text {patient.name}",
        question=f"Send {patient.name} this text?",
        ask=f"Shall I send {patient.given} this text: “{args.body}”",
        yes="Yes, send it",
        no="No, do not send",
        doing=f"Text {patient.name}",
        done=f"Put a text to {patient.name} in the outbox",
        soon=f"The text to {patient.given} goes out",
        subject=patient_banner(patient),
        changes=[
            Change(label="To", now=patient.mobile, then=patient.mobile),
            Change(label=f"Text to {patient.given}", now=draft, then=args.body, is_message=True),
        ],
        facts=gather_facts(ctx, patient, found=found),
    )
    return found.put_on(card, now=ctx.now)


def describe_draft(ctx: ToolContext, args: DraftMessage) -> Card:
    """The card of a draft; nothing leaves, so it seldom asks."""
    patient = get_patient(args.patient_id)
    require_mobile(patient)
    found = Findings.join(check_identity(ctx, read_caller(ctx), patient), check_contacts(args.body, patient))
    card = Card(
        title=f"Draft a text to {patient.name}",
        question=f"Keep this draft of a text to {patient.name}?",
        yes="Yes, keep the draft",
        no="No, throw it away",
        doing=f"Draft a text to {patient.name}",
        done=f"Drafted a text to {patient.name}",
        subject=patient_banner(patient),
        changes=[Change(label="Draft", now="None", then=args.body, is_message=True)],
        facts=gather_facts(ctx, patient, found=found),
    )
    return found.put_on(card, now=ctx.now)
