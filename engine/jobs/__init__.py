"""What bots and engine share: the job, its queue, photo intake, media and the catalogue.

Imports neither torch nor bots, so a bot can be deployed without the engine's libraries.
"""
