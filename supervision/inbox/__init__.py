"""What stands on the desk: requests that wait, calls in doubt, runs handed to a person. Reads only."""
