"""This module knows the erased by a salted digest, and no address of theirs."""

import secrets
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection, insert, select

from newsletter.store import erasure, salt


@dataclass(frozen=True)
class Erased:
    """Everybody who was forgotten."""

    salt: str = ""
    digests: frozenset[str] = frozenset()

    def knows(self, key: str) -> bool:
        """Whether this address was forgotten."""
        return bool(self.digests) and digest_of(key, self.salt) in self.digests

    def nameless(self, key: str) -> str:
        """*key*, or what stands for it where this address was forgotten."""
        return stand_in(digest_of(key, self.salt)) if self.knows(key) else key


def erased_people(connection: Connection) -> Erased:
    """Everybody who was forgotten in this store."""
    digests = frozenset(connection.scalars(select(erasure.c.digest)))
    return Erased(_salt(connection), digests) if digests else Erased()


def remember_erased(connection: Connection, key: str, *, now: int) -> str:
    """Write down that nobody may mail *key* again; the digest that stands for it."""
    if not _salt(connection):
        connection.execute(insert(salt).values(value=secrets.token_hex(16)))
    digest = digest_of(key, _salt(connection))
    if connection.scalar(select(erasure.c.digest).where(erasure.c.digest == digest)) is None:
        connection.execute(insert(erasure).values(digest=digest, at=now))
    return digest


def stand_in(digest: str) -> str:
    """What stands in place of an address that was forgotten; it is no address."""
    return f"erased {digest}"


def digest_of(key: str, salt: str) -> str:
    """What stands for an address that we may not keep."""
    return blake2b(key.encode(), key=salt.encode(), digest_size=20).hexdigest()


def _salt(connection: Connection) -> str:
    return connection.scalar(select(salt.c.value)) or ""
