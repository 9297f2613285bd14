"""`make bench-telegram`: one bot process under 200 updates a second, and what becomes of them."""
