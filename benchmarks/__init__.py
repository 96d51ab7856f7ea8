"""Speed, measured: each benchmark prints its figures with the machine's noise beside them."""
