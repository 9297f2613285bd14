"""What an operator's tools ask a process: its metrics, whether it lives, whether it is ready."""
