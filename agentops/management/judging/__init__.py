"""Score the reading of words against conversations that nobody on this project wrote."""
