"""Django's PostgreSQL backend with one addition: statements of the hot path are prepared on the server."""
