"""This module reads what was posted, as long as it is not too large."""

from starlette.requests import Request


async def bounded_body(request: Request, most: int) -> bytes | None:
    """The raw body; None where it has more than *most* bytes, of which no more are read."""
    pieces, size = [], 0
    if int(request.headers.get("content-length") or 0) > most:
        return None
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return None
        pieces.append(piece)
    return b"".join(pieces)
