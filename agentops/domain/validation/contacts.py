"""Contact details in a text, and which of them are known to be good."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from agentops.domain.validation.folding import fold_text, trace
from agentops.domain.validation.links import Link, find_emails, find_urls, read_email, read_host, read_url
from agentops.domain.validation.numerals import FILLER
from agentops.domain.validation.phonebook import PhoneBook, make_phone_book, read_e164
from agentops.domain.validation.phones import find_phones
from agentops.domain.validation.rules import OutputRules


@dataclass(frozen=True)
class Contact:
    """One contact detail: `value` is E.164 for a phone (or its digits, where it is no possible number)."""

    kind: Literal["phone", "email", "url"]
    value: str
    start: int
    end: int
    good: bool = False


@dataclass(frozen=True)
class GoodContacts:
    """What is known to be good for one run."""

    phones: PhoneBook
    emails: frozenset[str]
    hosts: frozenset[str]
    urls: frozenset[str]

    def knows_url(self, url: str) -> bool:
        """A known address, any page of a known host, or the bare host of a known address."""
        host = read_host(url)
        return (
            url in self.urls
            or host in self.hosts
            or (url == host and host in {read_host(known) for known in self.urls})
        )


def extract_contacts(text: str, region: str) -> tuple[Contact, ...]:
    """Every telephone number, e-mail address and web address in a text, kind by kind; offsets are those of `text`."""
    traced = fold_text(trace(text))
    nothing = GoodContacts(PhoneBook(region), frozenset(), frozenset(), frozenset())
    found = find_contacts(text=traced.text, good=nothing)
    return tuple(Contact(each.kind, each.value, *traced.locate(each.start, each.end)) for each in found)


def know_contacts(rules: OutputRules) -> GoodContacts:
    """Collect what is configured as good and what this run's tool results say."""
    grounding = [fold_text(trace(text)).text for text in rules.grounding]
    emails = {link.value for text in grounding for link in find_emails(text)}
    urls = {link.value for text in grounding for link in find_urls(_hide(text, find_emails(text)))}
    known = {read_url(url) for url in rules.known_urls}
    return GoodContacts(
        phones=make_phone_book(
            region=rules.region, phones=rules.known_phones, helplines=rules.helplines, grounding=grounding
        ),
        emails=frozenset(emails | {read_email(email) for email in rules.known_emails}),
        hosts=frozenset(url for url in known if url == read_host(url)),
        urls=frozenset(urls | known),
    )


def find_contacts(*, text: str, good: GoodContacts) -> Iterator[Contact]:
    """Contact details in a folded text; those of one kind are in order and none overlaps another."""
    emails = list(find_emails(text))
    yield from (Contact("email", link.value, link.start, link.end, link.value in good.emails) for link in emails)
    text = _hide(text, emails)
    urls = list(find_urls(text))
    yield from (Contact("url", link.value, link.start, link.end, good.knows_url(link.value)) for link in urls)
    for run in find_phones(text=_hide(text, urls), book=good.phones):
        value = read_e164(run.written, good.phones.region) or run.digits
        yield Contact("phone", value, run.start, run.end, good.phones.knows(run))


def _hide(text: str, links: Iterable[Link]) -> str:
    pieces, done = list[str](), 0
    for link in links:
        pieces += [text[done : link.start], FILLER * (link.end - link.start)]
        done = link.end
    return "".join([*pieces, text[done:]])
