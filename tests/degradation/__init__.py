"""Runs that end well although their model does not: whatever a provider does, a named outcome and a hand-off."""
