"""The seven figures against their targets, with how sure each one is. Reads only."""
