"""This module holds the rules of the people a letter goes to: addresses that cannot be right, and lists that jump."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from disposable_email_domains import blocklist

from newsletter.audience import domain_of, read_address
from newsletter.checks.domains import KNOWN, likely
from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Earlier, People
from newsletter.checks.finding import NOT_VERIFIED
from newsletter.checks.rule import Hit, rule

ROLES = frozenset(
    "abuse admin administrator billing contact hostmaster hr info mail marketing noc no-reply noreply office "
    "postmaster privacy root sales security support webmaster".split()
)
"""RFC 2142, and the usual others: nobody in person reads there."""
LISTS = "subscribers"
JUMP = 2


def _where(addresses: list[str]) -> str:
    return "1 reader" if len(addresses) == 1 else f"{len(addresses):,} readers"


def _by_domain(people: People, doubtful: Callable[[str], bool]) -> Mapping[str, list[str]]:
    """The addresses at each domain that is *doubtful*."""
    found: dict[str, list[str]] = defaultdict(list)
    for address in people.addresses:
        if doubtful(domain := domain_of(address)):
            found[domain].append(address)
    return found


@rule("list/syntax", "error", "every address is one", "RFC 5321, email-validator", needs="people")
def syntax(_draft: Draft, people: People) -> Iterator[Hit]:
    wrong = [address for address in people.addresses if not _is_address(address)]
    if wrong:
        sentence = f"there are addresses that are none ({_where(wrong)})"
        yield Hit(
            sentence, "correct it in the list; --who names them", path=LISTS, who=tuple(wrong)
        )


def _is_address(address: str) -> bool:
    try:
        read_address(address)
    except ValueError:
        return False
    return True


@rule("list/typo", "warning", "no address is at a mistyped domain", "own", needs="people")
def typo(_draft: Draft, people: People) -> Iterator[Hit]:
    for domain, addresses in _by_domain(people, lambda domain: bool(likely(domain))).items():
        sentence = f"{domain} looks like {likely(domain)} ({_where(addresses)})"
        cure = "ask them, or correct the list; --who names them"
        yield Hit(sentence, cure, path=LISTS, who=tuple(addresses))


@rule(
    "list/role", "warning", "addresses belong to people, not to offices", "RFC 2142", needs="people"
)
def role(_draft: Draft, people: People) -> Iterator[Hit]:
    found = [one for one in people.addresses if one.partition("@")[0].lower() in ROLES]
    if found:
        sentence = f"there are addresses of offices, as info@ ({_where(found)})"
        yield Hit(
            sentence, "ask for the person's own; --who names them", path=LISTS, who=tuple(found)
        )


@rule(
    "list/disposable",
    "warning",
    "no address is a throw-away one",
    "disposable-email-domains",
    needs="people",
)
def disposable(_draft: Draft, people: People) -> Iterator[Hit]:
    found = [
        address
        for address in people.addresses
        if (domain := domain_of(address)) in blocklist and not likely(domain)
    ]
    if found:
        sentence = f"there are throw-away addresses ({_where(found)})"
        yield Hit(
            sentence, "they never meant to read on; --who names them", path=LISTS, who=tuple(found)
        )


@rule(
    "list/mx",
    "error",
    "the domain of every address takes mail",
    "RFC 5321, RFC 7505",
    needs="exchanges",
)
def exchange(draft: Draft, exchanges: Mapping[str, bool]) -> Iterator[Hit]:
    people = draft.evidence.people or People(())
    dead = _by_domain(people, lambda domain: exchanges.get(domain) is False)
    for domain, addresses in dead.items():
        sentence = f"{domain} takes no mail ({_where(addresses)})"
        cure = "correct the list; --who names them"
        yield Hit(sentence, cure, path=LISTS, who=tuple(addresses))
    if untold := {domain_of(address) for address in people.addresses} - set(exchanges) - KNOWN:
        sentence = f"nobody could tell in time whether {len(untold):,} domains take mail"
        yield Hit(sentence, "check again later", path=LISTS, severity=NOT_VERIFIED)


@rule(
    "list/jump",
    "warning",
    "the audience is not twice that of last time",
    "Gmail, Yahoo",
    needs="earlier",
)
def jump(draft: Draft, earlier: tuple[Earlier, ...]) -> Iterator[Hit]:
    people = draft.evidence.people
    before = max((sent.recipients for sent in earlier[:3]), default=0)
    if people is not None and before and len(people.addresses) > JUMP * before:
        sentence = f"it goes to {len(people.addresses):,} people, last time to {before:,}; mailboxes distrust jumps"
        yield Hit(sentence, "newsletter lists shows who is new; send to a part first", path=LISTS)
