"""The machine's tables: what may be done (catalogue), what was asked and done (runs), what it came to (facts)."""

from agentops.models.audit import AuditCheck, AuditEntry, AuditHead
from agentops.models.budgets import Budget, BudgetUse, CostReservation
from agentops.models.catalogue import (
    ModelRetirement,
    ModelRoute,
    Price,
    RoutingPolicy,
    TaskType,
    ToolPolicy,
    is_known_model,
    read_general_caps,
    read_lifetimes,
    read_routing_policy,
)
from agentops.models.confirmations import Confirmation
from agentops.models.edits import CallEdit
from agentops.models.facts import RunFact, count_run
from agentops.models.golden import AskedRound, GoldenExample, GoldenResult, GoldenRun, see_call, see_run
from agentops.models.moves import move_call, move_run, requeue_run
from agentops.models.policy import FIRST_POLICY, PolicyChange, find_in_force
from agentops.models.rollups import RolledDay, Rollup, StaleDay, mark_stale
from agentops.models.runs import AgentRun, Conversation, Step, ToolCall
from agentops.models.search import RunWords
from agentops.models.stops import Stops, StopScope, StopSwitch, SweepMark, read_stops
from agentops.models.written import WrittenIn

__all__ = [
    "FIRST_POLICY",
    "AgentRun",
    "AskedRound",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "Budget",
    "BudgetUse",
    "CallEdit",
    "Confirmation",
    "Conversation",
    "CostReservation",
    "GoldenExample",
    "GoldenResult",
    "GoldenRun",
    "ModelRetirement",
    "ModelRoute",
    "PolicyChange",
    "Price",
    "RolledDay",
    "Rollup",
    "RoutingPolicy",
    "RunFact",
    "RunWords",
    "StaleDay",
    "Step",
    "StopScope",
    "StopSwitch",
    "Stops",
    "SweepMark",
    "TaskType",
    "ToolCall",
    "ToolPolicy",
    "WrittenIn",
    "count_run",
    "find_in_force",
    "is_known_model",
    "mark_stale",
    "move_call",
    "move_run",
    "read_general_caps",
    "read_lifetimes",
    "read_routing_policy",
    "read_stops",
    "requeue_run",
    "see_call",
    "see_run",
]
