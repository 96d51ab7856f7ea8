"""The loop's hands: claim a run, ask what is next, do that one thing, write it down, repeat. No transaction is open here."""
