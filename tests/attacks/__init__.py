"""Sixty attempts to make a person say yes to something other than what they read, each in the real browser."""
