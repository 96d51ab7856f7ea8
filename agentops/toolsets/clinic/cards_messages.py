"""What a person reads before a text leaves: the exact words, and to whom."""

from agentops.domain.cards import Card, Change
from agentops.domain.phrases import say
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
    names = {"name": patient.name, "given": patient.given}
    draft = require_draft(args.draft_id, patient).body if args.draft_id else say("None")
    found = Findings.join(
        check_identity(ctx, read_caller(ctx), patient),
        check_asked(ctx, SENDING, given=say("the caller"), proposed=say("Text %(name)s", **names)),
        check_mobile(patient),
        check_contacts(args.body, patient),
    )
    card = Card(
        title=say("Text %(name)s", **names),
        question=say("Send %(name)s this text?", **names),
        ask=say("Shall I send %(given)s this text: “%(body)s”", body=args.body, **names),
        yes=say("Yes, send it"),
        no=say("No, do not send"),
        doing=say("Text %(name)s", **names),
        done=say("Put a text to %(name)s in the outbox", **names),
        soon=say("The text to %(given)s goes out", **names),
        subject=patient_banner(patient),
        changes=[
            Change(label=say("To"), now=patient.mobile, then=patient.mobile),
            Change(label=say("Text to %(given)s", **names), now=draft, then=args.body, is_message=True),
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
        title=say("Draft a text to %(name)s", name=patient.name),
        question=say("Keep this draft of a text to %(name)s?", name=patient.name),
        yes=say("Yes, keep the draft"),
        no=say("No, throw it away"),
        doing=say("Draft a text to %(name)s", name=patient.name),
        done=say("Drafted a text to %(name)s", name=patient.name),
        subject=patient_banner(patient),
        changes=[Change(label=say("Draft"), now=say("None"), then=args.body, is_message=True)],
        facts=gather_facts(ctx, patient, found=found),
    )
    return found.put_on(card, now=ctx.now)
