"""Races released by a barrier: people, workers, sweepers and the clock on one row, on SQLite and on PostgreSQL."""
