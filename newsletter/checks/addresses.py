"""This module keeps the addresses of a whole audience in little memory."""

import zlib
from collections.abc import Collection, Iterator

AT_ONCE = 10_000


class Addresses(Collection[str]):
    """Addresses in the order in which they were added; packed, so that a million do not weigh on a send."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._last: list[str] = []

    def add(self, address: str) -> None:
        self._last.append(address)
        if len(self._last) == AT_ONCE:
            self._packed.append(zlib.compress("\n".join(self._last).encode(), level=1))
            self._last = []

    def __iter__(self) -> Iterator[str]:
        for some in self._packed:
            yield from zlib.decompress(some).decode().split("\n")
        yield from self._last

    def __len__(self) -> int:
        return len(self._packed) * AT_ONCE + len(self._last)

    def __contains__(self, address: object) -> bool:
        return any(one == address for one in self)
