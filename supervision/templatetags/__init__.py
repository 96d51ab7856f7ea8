"""What templates may do with a text."""
