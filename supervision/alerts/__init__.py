"""What is worth telling somebody: judgements that are pure, and the reads that feed them. Nothing is written here."""
