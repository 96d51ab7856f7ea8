"""Sets of tools that plug into the machine; each brings its own tables, cards and rules."""
