"""Django's SQLite backend with one addition: the writers of this process queue instead of polling."""
