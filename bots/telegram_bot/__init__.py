"""Telegram: updates become asks, and messages become clips, over the Bot API."""
