"""The engine put to the torture: killed, stopped and cut off from its database at every point of a run's life."""
