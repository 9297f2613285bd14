"""A Discord for tests: REST, gateway and CDN on loopback, and the people who use the bot.

    async with FakeDiscord.running() as discord:
        ...  # Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY and Asset.BASE are set to its addresses
        ann, bob = discord.person("Ann"), discord.person("Bob", locale="zh-CN")
        room = discord.guild("Friends", ann, bob).channel("general")
        asked = await discord.slash(ann, room, "effect", photo=jpeg, effect="robot")
        answer = await discord.until(lambda: asked.original and asked.original.files)
        again = await discord.press(bob, asked.original, "Again")
        dialogue = await discord.fill(ann, opened, {"Photos": [jpeg]})  # `opened` showed one
        assert discord.sees(ann, room)[-1].labels == ["Again"]  # a message changes as it is edited

`fail`, `delay`, `hold`, `limit` and `limit_all` let Discord misbehave by the names of routes in
`rest`, `drop_gateway`, `close_gateway`, `without_gateway` and `invalidate_sessions` the gateway;
`pass_time` lets tokens get old, and `requests` has what the bot asked. Errors to fail with are in
`errors`, LOST is in `faults`.
"""

from tests.fakes.discord.discord import FakeDiscord
from tests.fakes.discord.files import Upload
from tests.fakes.discord.interactions import Interaction, Modal
from tests.fakes.discord.messages import Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel, Guild

__all__ = [
    "Channel",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Message",
    "Modal",
    "Person",
    "Upload",
]
