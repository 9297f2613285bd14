"""The chat side: turns what people ask for into jobs, brings the clips back. No torch here."""
