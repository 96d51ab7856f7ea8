"""The clinic as one toolset: its tools, what the model is told around them, and what may leave."""

from agentops.tools.registry import Toolset, register_toolset
from agentops.toolsets.clinic.briefing import write_briefing
from agentops.toolsets.clinic.output_rules import make_rules
from agentops.toolsets.clinic.tools_booking import BOOK_APPOINTMENT, CANCEL_APPOINTMENT, RESCHEDULE_APPOINTMENT
from agentops.toolsets.clinic.tools_calendar import LIST_PATIENT_APPOINTMENTS, SEARCH_APPOINTMENTS
from agentops.toolsets.clinic.tools_messages import DRAFT_MESSAGE, ESCALATE_TO_HUMAN, SEND_MESSAGE
from agentops.toolsets.clinic.tools_patients import GET_PATIENT_INFO, SEARCH_PATIENTS

CLINIC = Toolset(
    name="clinic",
    tools=(
        SEARCH_PATIENTS,
        GET_PATIENT_INFO,
        LIST_PATIENT_APPOINTMENTS,
        SEARCH_APPOINTMENTS,
        BOOK_APPOINTMENT,
        RESCHEDULE_APPOINTMENT,
        CANCEL_APPOINTMENT,
        DRAFT_MESSAGE,
        SEND_MESSAGE,
        ESCALATE_TO_HUMAN,
    ),
    briefing=write_briefing,
    output_rules=make_rules,
)


def plug_in_clinic() -> None:
    """Register the clinic's tools; called once, when Django has loaded the tables."""
    register_toolset(CLINIC)
