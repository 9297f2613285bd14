"""`make bench-discord`: one bot process under 100 interactions a second, and how they fare."""
