"""This is where a text to a patient is written down; what sends it reads the queued rows."""

from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import say
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.models import Message, MessageStatus, Patient


def write_message(ctx: ToolContext, *, patient: Patient, body: str, status: MessageStatus) -> Message:
    """One message row under this call's key."""
    return Message.objects.create(patient=patient, body=body, status=status, call_key=ctx.key, created_at=ctx.now)


def queue_text(ctx: ToolContext, *, patient: Patient, body: str) -> bool:
    """Queue the text that goes with a booking; False for a patient without a mobile number."""
    if not patient.mobile:
        return False
    write_message(ctx, patient=patient, body=body, status=MessageStatus.QUEUED)
    return True


def find_written(key: str) -> Message | None:
    """The message that this call has already written, if it was run before."""
    return Message.objects.select_related("patient").filter(call_key=key).first()


def require_mobile(patient: Patient) -> None:
    """Refuse a text that could not arrive."""
    if not patient.mobile:
        raise ToolError(
            "no_mobile",
            say("There is no mobile number on record for %(name)s.", name=patient.name),
            suggestion="Do not try to text. Say it in your answer, or use escalate_to_human so that a person calls.",
        )


def require_draft(draft_id: int, patient: Patient) -> Message:
    """The unsent draft of that id for this patient, or a ToolError."""
    draft = Message.objects.filter(pk=draft_id, patient=patient).first()
    if draft is None:
        raise ToolError(
            "unknown_draft",
            say("There is no draft with the id %(draft_id)s for %(name)s.", draft_id=draft_id, name=patient.name),
            suggestion="Leave draft_id out to send this text, or use the draft_id that draft_message returned.",
        )
    if draft.status != MessageStatus.DRAFT:
        raise _already_sent()
    return draft


def send_draft(ctx: ToolContext, *, draft_id: int, patient: Patient, body: str) -> Message:
    """Turn a draft into a queued message with these words; a draft can be sent once."""
    draft = require_draft(draft_id, patient)
    unsent = Message.objects.filter(pk=draft.pk, status=MessageStatus.DRAFT)
    if not unsent.update(status=MessageStatus.QUEUED, body=body, call_key=ctx.key, created_at=ctx.now):
        raise _already_sent()
    return Message.objects.get(pk=draft.pk)


def _already_sent() -> ToolError:
    return ToolError(
        "already_sent",
        say("This draft has already been sent."),
        suggestion="Do not send it again. If something has to be added, send a new text without draft_id.",
    )
