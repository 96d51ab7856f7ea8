"""A generated past for demonstrations and measurements: seeded, of any size, marked as what it is."""
