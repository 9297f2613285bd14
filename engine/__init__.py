"""The GPU side: takes jobs from the queue and makes clips. Never imports a chat library."""
