"""What an admin owns of a tool or a type of task, and the one pure judgement that a call passes by it."""
