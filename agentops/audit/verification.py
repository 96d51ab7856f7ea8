"""Reading the record against its seals: what was altered, removed, moved, put in or cut off, and where."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from agentops.audit.seals import Key, read_ring, seal_entry
from agentops.models import AuditEntry, AuditHead, ToolCall

REACH = 64
"""How far around its place an entry is looked for, before it counts as altered or put in."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place where the record does not hold: at which number, what is wrong there, and up to which number."""

    seq: int
    kind: str
    last: int = 0

    @property
    def sentence(self) -> str:
        """One plain line for whoever has to act on it."""
        if self.kind == "absent":
            return "absent: the record or its head is gone."
        one, several = _MEANINGS[self.kind]
        if self.last > self.seq:
            return f"{self.kind}: entries {self.seq:,} to {self.last:,} {several}"
        return f"{self.kind}: entry {self.seq:,} {one}"


_ELSEWHERE = "sealed with a key that is not here; name it in HANDRAIL_AUDIT_OLD_KEYS."
_MEANINGS = {
    "altered": ("does not read as it was written.", ""),
    "missing": ("was taken out.", "were taken out."),
    "reordered": ("stands in another place than it was written in.", ""),
    "inserted": ("was put in from outside.", ""),
    "truncated": ("was cut off the end.", "were cut off the end."),
    "unreadable": (f"was {_ELSEWHERE}", f"were {_ELSEWHERE}"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a reading came to: how many entries were read, from which number on, and what was found."""

    entries: int
    first: int
    flaws: list[Flaw]


def verify_chain() -> Flaw | None:
    """Read the whole record; None when every entry is there, in order and as it was written, else the first flaw."""
    return next(find_flaws(), None)


def check_record(*, latest: int | None = None, most: int = 100) -> Checked:
    """Read the whole record, or only the `latest` entries tied to the one before them; at most `most` flaws."""
    head = AuditHead.objects.filter(pk=1).first()
    end = head.seq if head else 0
    after = max(0, end - latest) if latest is not None else 0
    flaws = list(islice(find_flaws(after=after), most))
    return Checked(AuditEntry.objects.filter(seq__gt=after).count(), after + 1, flaws)


def find_flaws(*, after: int = 0) -> Iterator[Flaw]:
    """Every flaw of the entries behind number `after`, in the order of reading. Others may add entries meanwhile."""
    head = AuditHead.objects.filter(pk=1).first()
    end = head.seq if head else 0
    if _is_absent(end):
        yield Flaw(0, "absent")
        return
    before = AuditEntry.objects.filter(seq=after).first() if after else None
    rows = AuditEntry.objects.filter(seq__gt=after).order_by("seq")
    walk = _Walk(rows.iterator(), seal=before.seal if before else "", seq=after + 1, end=end)
    yield from walk.find_flaws()
    if head is None and walk.seq > 1:
        yield Flaw(0, "absent")
    elif head and head.seq >= walk.seq:
        yield _stretch("truncated", walk.seq, head.seq)
    elif head and head.seq == walk.seq - 1 and head.seal != walk.seal:
        yield Flaw(head.seq, "altered")
    elif AuditHead.objects.filter(seq__lt=walk.seq - 1).exists():
        yield Flaw(end, "altered")


def _is_absent(end: int) -> bool:
    """No entry at all, where there were some by the record's head, or by what people are known to have decided."""
    return not AuditEntry.objects.exists() and (end > 0 or ToolCall.objects.exclude(decided_by="").exists())


def _stretch(kind: str, first: int, last: int) -> Flaw:
    return Flaw(first, kind, last if last > first else 0)


@dataclass
class _Walk:
    """Follows the seals from entry to entry, looking a little way around where the next one is not in its place.

    `seq` and `seal` say what has to come next: the number that was sealed, whatever number the row bears now.
    """

    rows: Iterator[AuditEntry]
    seal: str
    seq: int
    end: int
    ring: dict[str, tuple[Key, ...]] = field(default_factory=read_ring)
    shift: int = 0
    ahead: list[AuditEntry] = field(default_factory=list)
    skipped: list[AuditEntry] = field(default_factory=list)

    def find_flaws(self) -> Iterator[Flaw]:
        unreadable: list[int] = []
        while self._fill():
            if self.ahead[0].key not in self.ring:
                unreadable.append(self.ahead[0].seq)
                yield from self._note_gap()
                self._take(self.ahead[0])
                continue
            yield from _join(unreadable)
            yield from self._next()
        yield from _join(unreadable)
        yield from self._give_up(self.skipped)

    def _fill(self) -> bool:
        self.ahead.extend(islice(self.rows, REACH - len(self.ahead)))
        return bool(self.ahead)

    def _next(self) -> Iterator[Flaw]:
        """One entry further: in its place, found in another, or not to be found."""
        if found := self._find(self.skipped):
            yield Flaw(found.seq, "reordered")
            self._take(found)
        elif found := self._find(self.ahead):
            passed = self.ahead[: self.ahead.index(found)]
            self.skipped += passed
            self.ahead = self.ahead[len(passed) :]
            if not passed and not self.skipped and found.seq != self.seq + self.shift:
                yield Flaw(found.seq, "altered")
            self._take(found)
        else:
            yield from self._miss()
        yield from self._give_up([one for one in self.skipped if one.seq + REACH < self.seq + self.shift])

    def _miss(self) -> Iterator[Flaw]:
        """The entry that comes next is nowhere near: it was taken out, or what stands there is not what was written."""
        there = self.ahead[0]
        if self.seq > self.end and there.seq > self.end:
            self.ahead.remove(there)
            self.skipped.append(there)
            yield from self._give_up([there])
            return
        gone = self._count_gone(there)
        if gone:
            yield _stretch("missing", self.seq, self.seq + gone - 1)
            self.shift += there.seq - (self.seq + self.shift) - gone
            self.seq += gone
        else:
            yield Flaw(there.seq, "altered")
        self._take(there)

    def _note_gap(self) -> Iterator[Flaw]:
        if gap := max(0, self.ahead[0].seq - (self.seq + self.shift)):
            yield _stretch("missing", self.seq, self.seq + gap - 1)
            self.seq += gap

    def _count_gone(self, there: AuditEntry) -> int:
        """How many are missing before this one: by its number, or by the next one's seal where all were renumbered."""
        if (gap := there.seq - (self.seq + self.shift)) > 0:
            return gap
        following = self.ahead[1] if len(self.ahead) > 1 else None
        if following is None or self._fits(following, seal=there.seal, seq=self.seq + 1):
            return 0
        steps = range(1, REACH)
        return next((n for n in steps if self._fits(following, seal=there.seal, seq=self.seq + 1 + n)), 0)

    def _find(self, rows: list[AuditEntry]) -> AuditEntry | None:
        return next((row for row in rows if self._fits(row, seal=self.seal, seq=self.seq)), None)

    def _fits(self, row: AuditEntry, *, seal: str, seq: int) -> bool:
        keys = self.ring.get(row.key, ())
        return any(hmac.compare_digest(seal_entry(row, previous=seal, seq=seq, key=key), row.seal) for key in keys)

    def _take(self, row: AuditEntry) -> None:
        (self.skipped if row in self.skipped else self.ahead).remove(row)
        self.seal, self.seq = row.seal, self.seq + 1

    def _give_up(self, rows: Iterable[AuditEntry]) -> Iterator[Flaw]:
        """These belong nowhere: they were put in, and what stands behind them was pushed on by one each."""
        for row in list(rows):
            self.skipped.remove(row)
            self.shift += 1
            yield Flaw(row.seq, "inserted")


def _join(numbers: list[int]) -> Iterator[Flaw]:
    """One flaw for a stretch of entries that nobody can read here."""
    if numbers:
        yield _stretch("unreadable", numbers[0], numbers[-1])
        numbers.clear()
