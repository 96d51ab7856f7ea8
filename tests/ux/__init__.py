"""The screens: measured in a real browser by python -m tests.ux, shown by python -m tests.ux.screenshots."""
