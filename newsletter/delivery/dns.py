"""This module asks the DNS what receivers will ask it about the sender."""

from dataclasses import dataclass

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers, Resolver

from newsletter.errors import ServiceFailed

PATIENCE_SECONDS = 4.0


class NoDns(ServiceFailed):
    """The DNS cannot be asked from here."""


@dataclass(frozen=True)
class Dns:
    """The DNS; *resolver* is the system's where none is given."""

    resolver: Resolver | None = None
    patience: float = PATIENCE_SECONDS

    def cname(self, host: str) -> str:
        """Where *host* points, in lower case and without the last dot; empty where it points nowhere."""
        found = self._ask(host, "CNAME")
        return found[0].rstrip(".").lower() if found else ""

    def texts(self, host: str) -> list[str]:
        """All TXT records of *host*, each in one piece."""
        return self._ask(host, "TXT")

    def _ask(self, host: str, kind: str) -> list[str]:
        try:
            answer = self._resolver().resolve(host, kind, lifetime=self.patience, search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except (NoNameservers, DNSException, OSError) as error:
            words = str(error).partition(":")[0] or type(error).__name__
            raise NoDns(f"the DNS does not answer here ({words})") from error
        if kind == "TXT":
            return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]
        return [one.to_text() for one in answer]

    def _resolver(self) -> Resolver:
        return self.resolver if self.resolver is not None else Resolver()


def organisation(domain: str) -> list[str]:
    """*domain* and its parents down to two labels: where a policy may stand (RFC 7489, section 6.6.3)."""
    labels = domain.lower().split(".")
    return [".".join(labels[place:]) for place in range(max(len(labels) - 1, 1))]
