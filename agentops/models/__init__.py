"""The machine's tables: what may be done (catalogue), what was asked and done (runs), what it came to (facts)."""

from agentops.models.audit import AuditEntry, AuditHead
from agentops.models.catalogue import ModelRoute, Price, TaskType, ToolPolicy
from agentops.models.facts import RunFact
from agentops.models.moves import move_call, move_run, requeue_run
from agentops.models.runs import AgentRun, Conversation, Step, ToolCall

__all__ = [
    "AgentRun",
    "AuditEntry",
    "AuditHead",
    "Conversation",
    "ModelRoute",
    "Price",
    "RunFact",
    "Step",
    "TaskType",
    "ToolCall",
    "ToolPolicy",
    "move_call",
    "move_run",
    "requeue_run",
]
