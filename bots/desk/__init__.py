"""What people say and press becomes asks, drafts and answers: the same on every platform."""
