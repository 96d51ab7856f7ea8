"""What the machine writes down. Every verb is one transaction that records what happened, reserves the next act under
the run's lock, and says what that act is.
"""

from agentops.ledger.claims import claim_run
from agentops.ledger.endings import Ending, finish_run
from agentops.ledger.leases import release_run, renew_leases
from agentops.ledger.progress import (
    Ask,
    Claim,
    Dispatch,
    Lease,
    LeaseLost,
    Preparation,
    Progress,
    Quote,
    RunBrief,
    TurnQuote,
)
from agentops.ledger.proposals import Proposal
from agentops.ledger.records import record_failure, record_reply, record_result, run_transactional
from agentops.ledger.sweeping import expire_calls, overdue_runs, ring_again
from agentops.ledger.turns import ModelTurn

__all__ = [
    "Ask",
    "Claim",
    "Dispatch",
    "Ending",
    "Lease",
    "LeaseLost",
    "ModelTurn",
    "Preparation",
    "Progress",
    "Proposal",
    "Quote",
    "RunBrief",
    "TurnQuote",
    "claim_run",
    "expire_calls",
    "finish_run",
    "overdue_runs",
    "record_failure",
    "record_reply",
    "record_result",
    "release_run",
    "renew_leases",
    "ring_again",
    "run_transactional",
]
