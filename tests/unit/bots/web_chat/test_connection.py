"""The socket: garbage, floods, crowds, and news of the gallery."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import WSCloseCode

from bots.web_chat.protocol import MAX_FRAME_BYTES
from bots.web_chat.rooms import MOST_SOCKETS
from engine.jobs.catalogue import Offer
from engine.jobs.presence import Presence
from tests.effect_cards import ROBOT
from tests.house import WORKER
from tests.unit.bots.web_chat.web_house import Browser, WebHouse


async def test_a_page_is_told_what_it_can_offer(browser: Browser) -> None:
    async with browser.tab() as tab:
        effects = {effect["id"]: effect for effect in tab.hello["effects"]}

    assert set(effects) == {"symbiote", "robot", "head_turn"}
    assert effects["symbiote"]["title"] == "Symbiote"
    assert [option["kind"] for option in effects["symbiote"]["options"]] == [
        "color",
        "bool",
        "float",
    ]
    assert tab.hello["photo_bytes"] == 20_000_000


async def test_open_pages_hear_of_effects_that_come_and_go(web: WebHouse, browser: Browser) -> None:
    async with browser.tab() as tab:
        presence = Presence(web.services.redis)
        await presence.announce(WORKER, Offer(effects=(ROBOT,)), timedelta(minutes=5))

        frame = await tab.next("effects")

    assert [effect["id"] for effect in frame["effects"]] == ["robot"]


async def test_garbage_gets_a_sentence_and_then_a_closed_door(browser: Browser) -> None:
    async with browser.tab() as tab:
        await tab.socket.send_str("nonsense")
        first = await tab.next("note")
        for _ in range(5):
            await tab.socket.send_bytes(b"\x00\xff")

        code = await tab.closed()

    assert first["text"] == "The page sent something I do not understand. Please reload it."
    assert code == WSCloseCode.POLICY_VIOLATION


async def test_a_frame_that_is_too_large_closes_the_socket(browser: Browser) -> None:
    async with browser.tab() as tab:
        await tab.socket.send_str("x" * (MAX_FRAME_BYTES + 1))

        assert await tab.closed() == WSCloseCode.MESSAGE_TOO_BIG


async def test_a_flood_ends_in_a_sentence_and_a_closed_socket(browser: Browser) -> None:
    async with browser.tab() as tab:
        for _ in range(100):
            await tab.send("earlier", before=0)

        note = await tab.next("note")

        assert note["text"] == "That was too much at once. Please wait a moment."
        assert await tab.closed() == WSCloseCode.POLICY_VIOLATION


async def test_a_session_has_only_so_many_tabs(browser: Browser) -> None:
    async with browser.tab():
        sockets = [browser.socket() for _ in range(MOST_SOCKETS - 1)]
        for socket in sockets:
            await (await socket.__aenter__()).receive_json()
        async with browser.socket() as crowd:
            note = await crowd.receive_json()

            assert note["text"].startswith("This page is open in too many tabs.")
            await crowd.receive()
            assert crowd.close_code == WSCloseCode.POLICY_VIOLATION
        await sockets[0].__aexit__(None, None, None)
        async with browser.tab():
            pass
