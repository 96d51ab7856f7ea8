"""What the assistant did, run by run and step by step. Reads only."""
