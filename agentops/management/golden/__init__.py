"""Golden examples at work: the shelf they stand on, the stage they are played on, and the playing itself."""
