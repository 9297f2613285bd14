"""How Zoetrope is started: the only package that knows both the bots and the engine."""
