"""E-mail addresses and web addresses in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?|\s+dot\s+)"
_SPOKEN_AT = r"(?:\s?[\[({]\s?(?:@|at)\s?[\])}]\s?|\s+at\s+)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(
    rf"[\w.+%-]{{1,64}}(?: ?@ ?{_LABEL}(?:{_DOT}{_LABEL}){{1,6}}|{_SPOKEN_AT}{_LABEL}(?:{_DOT}{_LABEL}){{1,6}})",
    re.IGNORECASE,
)
_PLAIN_AT_PLAIN_DOT = re.compile(r"\s+at\s+[\w-]+(?:\.[\w-]+)+$", re.IGNORECASE)

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|name|pro|health|clinic|care|doctor|dental|hospital|medical|surgery|pharmacy|nhs|"
    "online|site|website|web|app|dev|io|ai|co|cloud|shop|store|page|link|xyz|club|live|life|today|world|group|services|"
    "support|help|center|centre|agency|company|solutions|tech|blog|news|example|invalid|test|local|ly|tv|cc|gg|"
    "uk|ie|eu|de|fr|es|nl|ca|au|nz|ch|dk|pl|pt|cz|sk|hu|ro|bg|gr|fi|ru|ua|tr|cn|jp|kr|br|mx|ar|cl|za|si|hr|rs|lt|lv|ee|lu|us"
)
_URL = re.compile(
    r"\b(?:https?|ftp|hxxps?)://[^\s<>\"'\])}]+|\b(?:[a-z][a-z0-9+.-]{1,15})://[^\s<>\"'\])}]+"
    rf"|\bwww\.{_LABEL}(?:{_DOT}{_LABEL}){{1,6}}(?:[/?#:][^\s<>\"'\])}}]*)?"
    rf"|(?<![\w@.-])(?:{_LABEL}{_DOT}){{1,6}}(?:{_DOMAINS})\b(?!\.?[\w@])(?:[/?#:][^\s<>\"'\])}}]*)?"
    rf"|(?<![\w@.-])(?:[a-z][\w-]{{1,61}}\.){{1,6}}[a-z]{{2,24}}/[^\s<>\"'\])}}]*",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*_'\"`"


@dataclass(frozen=True)
class Link:
    """An address as it stands in a text; `value` is its plain form, in lower case where case means nothing."""

    start: int
    end: int
    value: str


def find_emails(text: str) -> Iterator[Link]:
    """E-mail addresses in a folded text, in order, also those written as "name at example dot com"."""
    for match in _EMAIL.finditer(text):
        written = match[0].rstrip(_TRAILING)
        if _PLAIN_AT_PLAIN_DOT.search(written):
            continue
        start = match.start() + len(written) - len(written.lstrip(".-%"))
        yield Link(start, match.start() + len(written), read_email(written))


def find_urls(text: str) -> Iterator[Link]:
    """Web addresses in a folded text without e-mail addresses, in order, also bare ones such as www.example.com/x."""
    for match in _URL.finditer(text):
        written = match[0].rstrip(_TRAILING)
        if _is_sentence_seam(written):
            continue
        yield Link(match.start(), match.start() + len(written), read_url(written))


def read_email(written: str) -> str:
    """The plain form of an e-mail address, in lower case."""
    plain = re.sub(rf"{_SPOKEN_AT}| ?@ ?", "@", written, count=1, flags=re.IGNORECASE)
    return re.sub(_DOT, ".", plain, flags=re.IGNORECASE).strip(".-%").lower()


def read_url(written: str) -> str:
    """The plain form of a web address: host in lower case without www., then path and query. Never raises."""
    plain = re.sub(_DOT, ".", written, flags=re.IGNORECASE).replace("\\", "/")
    try:
        parts = urlsplit(plain if "://" in plain else f"//{plain}")
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return plain.lower()
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return host + rest


def read_host(url: str) -> str:
    """The host of a plain form."""
    return re.split(r"[/?]", url, maxsplit=1)[0]


def _is_sentence_seam(written: str) -> bool:
    """Two sentences without a space between them ("at nine.Please") are no address."""
    return bool(re.fullmatch(r"[A-Za-z-]+\.[A-Z][a-z]+", written))
