"""An append-only record of decisions and changes: each entry is sealed with the one before, so that a gap shows."""

from agentops.audit.entries import append_entry
from agentops.audit.verification import Flaw, check_record, find_flaws, verify_chain

__all__ = ["Flaw", "append_entry", "check_record", "find_flaws", "verify_chain"]
