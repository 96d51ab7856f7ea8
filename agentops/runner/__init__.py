"""The loop's hands: take a run, do what comes next, write it down, repeat. No transaction is open here."""
