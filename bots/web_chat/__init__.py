"""The web chat: a page, a socket behind it, and the photos and clips of whoever is looking."""
