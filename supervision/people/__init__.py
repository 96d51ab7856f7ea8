"""The accounts as an admin reads them: who may use the desk, as what, and how they come in."""
