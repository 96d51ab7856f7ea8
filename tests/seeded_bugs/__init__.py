"""Twenty bugs that somebody could make, put in one at a time: the suite meant to catch each must catch it."""
