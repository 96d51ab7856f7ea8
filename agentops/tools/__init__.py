"""The registry of tools and the hands that run them."""
