"""How fast a manager's pages are with a long past behind them."""
