"""What is said in the standard workload: the request, what the model calls and says, what the tools answer."""

REQUEST = "Thursday after 3 with Dr Patel please"
SLOTS = "; ".join(
    f"Thu 26 Nov {hour}:{minute:02} Dr Patel slot {hour}{minute}" for hour in range(9, 14) for minute in (0, 30)
)
PATIENT = "Ana Gomez, born 14 May 1987, 07700 900123"
SLOT = "slot 930"
CALLS = (("find_slots", "Thursday after 3"), ("read_patient", "Ana Gomez"), ("book_slot", SLOT))
"""One call a turn: the tool, and its one argument, `text`."""
ANSWER = "Ana Gomez has the slot at 9:30."
TOKENS = (100, 20)
"""What every turn says it took: input, output."""
