"""What a person sees of a request, waited for."""

from __future__ import annotations

from bots.chat import Action, Message
from deploy.polling import wait_until
from engine.jobs.job import JobId
from tests.house import House

SOON_S = 10
WAITS = (
    "This takes longer than I can answer here. Your Symbiote clip will wait for you: "
    "press Get result, or use /jobs."
)
"""What is said where a clip will not come by itself."""


def actions(message: Message) -> list[Action]:
    """List what a message's buttons do."""
    return [button.action for button in message.buttons]


async def over(house: House, job: JobId) -> None:
    """Wait for the delivery of a request to be over, shown or not."""
    assert await wait_until(lambda: house.is_delivered(job), within_s=SOON_S)


async def delivered(house: House, job: JobId) -> Message:
    """Wait for a request's end to be shown; there is one message for it."""
    await over(house, job)
    (message,) = house.chat.messages(job)
    return message


async def shows(house: House, job: JobId, text: str) -> bool:
    """Wait until one of the job's messages says something."""

    async def said() -> bool:
        return any(text in message.text for message in house.chat.messages(job))

    return await wait_until(said, within_s=SOON_S)
