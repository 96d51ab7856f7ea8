"""Doorbells that are lost, doubled and shuffled, and outages of everything that carries or answers them."""
