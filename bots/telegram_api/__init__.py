"""A client of the Bot API: its calls, how updates come, and what messages say."""
