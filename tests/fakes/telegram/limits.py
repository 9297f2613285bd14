"""How long, large and many things may be. https://core.telegram.org/bots/api"""

from __future__ import annotations

from datetime import timedelta

TEXT, CAPTION, CALLBACK_DATA_BYTES, CALLBACK_ANSWER = 4096, 1024, 64, 200
BUTTONS, BUTTONS_PER_ROW = 100, 8
INLINE_RESULTS, INLINE_RESULT_ID_BYTES, INLINE_QUERY, START_PARAMETER = 50, 64, 256, 64
ALBUM = range(2, 11)
COMMANDS, COMMAND_DESCRIPTION, BOT_NAME, BOT_DESCRIPTION, BOT_SHORT_DESCRIPTION = (
    100,
    256,
    64,
    512,
    120,
)
UPDATES, WEBHOOK_SECRET, WEBHOOK_CONNECTIONS = 100, 256, 100
UPLOAD_BYTES, PHOTO_BYTES, DOWNLOAD_BYTES = 50 << 20, 10 << 20, 20 << 20
THUMBNAIL_BYTES, THUMBNAIL_SIDE = 200_000, 320
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20
DELETABLE_FOR = timedelta(hours=48)
CALLBACK_QUERY_LIVES_FOR = timedelta(seconds=60)
INLINE_QUERY_LIVES_FOR = timedelta(seconds=30)


def length(text: str) -> int:
    """Count UTF-16 units, as Telegram counts offsets; an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
