"""What the machine knows without asking anyone: pure rules, no framework, no clock, no network."""
