"""What the machine writes down. Every verb is one transaction that records what happened, reserves the next act under
the run's lock, and says what that act is.
"""

from agentops.ledger.advance import CallMoved
from agentops.ledger.claims import claim_run, give_up
from agentops.ledger.doubts import settle_doubt
from agentops.ledger.edits import Wish, answer_edit, open_edits, read_wish, supersede_call
from agentops.ledger.endings import Ending, finish_run
from agentops.ledger.holding import hold_result
from agentops.ledger.holds import release_holds, tend_holds
from agentops.ledger.leases import BEAT_SECONDS, give_back_connection, renew_leases
from agentops.ledger.looks import renew_call, withdraw_call
from agentops.ledger.progress import (
    Ask,
    Claim,
    Dispatch,
    Frozen,
    Lease,
    LeaseLost,
    Preparation,
    Prepare,
    Progress,
    Quote,
    RunBrief,
    TurnQuote,
)
from agentops.ledger.proposals import Proposal
from agentops.ledger.records import (
    DatabaseBusy,
    record_failure,
    record_reply,
    record_result,
    record_sorting,
    run_transactional,
)
from agentops.ledger.rollups import roll_up_days
from agentops.ledger.rounds import close_round, report_round, ring_for_rounds, take_round
from agentops.ledger.stops import stop_in_force
from agentops.ledger.sweeping import expire_calls, mark_sweep, overdue_runs, ring_again
from agentops.ledger.turns import ModelTurn, PriceList

__all__ = [
    "BEAT_SECONDS",
    "Ask",
    "CallMoved",
    "Claim",
    "DatabaseBusy",
    "Dispatch",
    "Ending",
    "Frozen",
    "Lease",
    "LeaseLost",
    "ModelTurn",
    "Preparation",
    "Prepare",
    "PriceList",
    "Progress",
    "Proposal",
    "Quote",
    "RunBrief",
    "TurnQuote",
    "Wish",
    "answer_edit",
    "claim_run",
    "close_round",
    "expire_calls",
    "finish_run",
    "give_back_connection",
    "give_up",
    "hold_result",
    "mark_sweep",
    "open_edits",
    "overdue_runs",
    "read_wish",
    "record_failure",
    "record_reply",
    "record_result",
    "record_sorting",
    "release_holds",
    "renew_call",
    "renew_leases",
    "report_round",
    "ring_again",
    "ring_for_rounds",
    "roll_up_days",
    "run_transactional",
    "settle_doubt",
    "stop_in_force",
    "supersede_call",
    "take_round",
    "tend_holds",
    "withdraw_call",
]
