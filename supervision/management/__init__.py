"""Commands that make rows of people and machine alike."""
