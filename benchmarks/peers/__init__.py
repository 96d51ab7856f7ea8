"""The standard workload as others do it: one short, idiomatic file per peer, measured as ours is measured."""
