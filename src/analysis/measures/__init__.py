"""Each measure once, as an expression; attainment and history from them."""
