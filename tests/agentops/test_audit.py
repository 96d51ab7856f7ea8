"""The record of decisions: whoever alters, removes, moves, puts in or cuts off an entry is found out."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings

from agentops.audit import Flaw, append_entry, check_record, find_flaws, verify_chain
from agentops.models import AuditCheck, AuditEntry, AuditHead

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AWAY = 1_000


@pytest.fixture(autouse=True)
def nine_entries() -> None:
    add_entries(9)


def add_entries(how_many: int) -> None:
    for number in range(how_many):
        append_entry(who="Priya Nair", what="call.approved", subject=f"call {number}", facts={"version": number})


def verify(*options: str) -> tuple[int, list[str]]:
    out = io.StringIO()
    try:
        call_command("verify_audit", *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def put(at: int, **values: Any) -> None:
    """An entry that nobody sealed, at this number."""
    AuditEntry.objects.create(
        **{"seq": at, "who": "Leo Marsh", "what": "call.approved", "subject": "call 9", "seal": "0" * 64, **values},
        at=AuditEntry.objects.latest("seq").at,
        key=AuditEntry.objects.latest("seq").key,
    )


def push(behind: int, by: int) -> None:
    """Renumber everything behind a number, without two entries ever having the same."""
    AuditEntry.objects.filter(seq__gt=behind).update(seq=F("seq") + AWAY)
    AuditEntry.objects.filter(seq__gt=AWAY).update(seq=F("seq") - AWAY + by)


def alter() -> None:
    AuditEntry.objects.filter(seq=4).update(who="Mo Adams")


def alter_facts() -> None:
    AuditEntry.objects.filter(seq=4).update(facts={"version": 8})


def take_out() -> None:
    AuditEntry.objects.filter(seq__in=[4, 5]).delete()


def take_out_and_renumber() -> None:
    AuditEntry.objects.filter(seq=4).delete()
    push(behind=4, by=-1)


def swap() -> None:
    AuditEntry.objects.filter(seq=4).update(seq=AWAY)
    AuditEntry.objects.filter(seq=7).update(seq=4)
    AuditEntry.objects.filter(seq=AWAY).update(seq=7)


def put_in() -> None:
    push(behind=3, by=1)
    put(at=4)


def put_in_a_copy() -> None:
    push(behind=5, by=1)
    one = AuditEntry.objects.get(seq=2)
    put(at=6, who=one.who, subject=one.subject, facts=one.facts, seal=one.seal)


def add_to_the_end() -> None:
    put(at=10)


def cut_off() -> None:
    AuditEntry.objects.filter(seq__gt=7).delete()


def take_all() -> None:
    AuditEntry.objects.all().delete()


def take_the_head() -> None:
    AuditHead.objects.all().delete()


def set_the_head_back() -> None:
    AuditHead.objects.update(seq=3)


TAMPERED = [
    (alter, ["altered: entry 4 does not read as it was written."]),
    (alter_facts, ["altered: entry 4 does not read as it was written."]),
    (take_out, ["missing: entries 4 to 5 were taken out."]),
    (take_out_and_renumber, ["missing: entry 4 was taken out."]),
    (put_in, ["inserted: entry 4 was put in from outside."]),
    (put_in_a_copy, ["inserted: entry 6 was put in from outside."]),
    (add_to_the_end, ["inserted: entry 10 was put in from outside."]),
    (cut_off, ["truncated: entries 8 to 9 were cut off the end."]),
    (take_all, ["absent: the record or its head is gone."]),
    (take_the_head, ["absent: the record or its head is gone."]),
]


def test_an_untouched_record_verifies_and_says_how_long_it_is() -> None:
    assert verify_chain() is None
    code, lines = verify()
    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith("9 entries, whole. Not anchored")
    assert AuditCheck.objects.get().findings == []


@pytest.mark.parametrize(("tamper", "lines"), TAMPERED, ids=[tamper.__name__ for tamper, _ in TAMPERED])
def test_what_was_done_to_the_record_is_told_in_one_line(tamper: Callable[[], None], lines: list[str]) -> None:
    tamper()
    assert verify() == (1, lines)
    assert AuditCheck.objects.get().findings == lines


def test_entries_that_changed_places_are_told_apart_from_altered_ones() -> None:
    swap()
    code, lines = verify()
    assert code == 1
    assert {line.split(":")[0] for line in lines} == {"reordered"}
    assert any("entry 4 " in line for line in lines)


def test_a_head_that_was_set_back_is_found() -> None:
    set_the_head_back()
    assert verify_chain() is not None


def test_several_flaws_are_each_told_at_their_place() -> None:
    alter()
    AuditEntry.objects.filter(seq=6).delete()
    AuditEntry.objects.filter(seq=9).delete()
    assert list(find_flaws()) == [Flaw(4, "altered"), Flaw(6, "missing"), Flaw(9, "truncated")]


def test_a_table_that_is_gone_is_told() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE agentops_auditentry RENAME TO agentops_elsewhere")
        with transaction.atomic(savepoint=True):
            found = verify_safely()
        cursor.execute("ALTER TABLE agentops_elsewhere RENAME TO agentops_auditentry")
    assert found[0] == 1
    assert found[1][0].startswith("absent: the record or its head is gone.")


def verify_safely() -> tuple[int, list[str]]:
    """PostgreSQL needs the failed statement rolled back before anything else is said."""
    sid = transaction.savepoint()
    found = verify()
    transaction.savepoint_rollback(sid)
    return found


def test_an_anchor_elsewhere_shows_an_end_that_was_cut_off_with_its_head(tmp_path: Path) -> None:
    anchor = ["--anchor", str(tmp_path / "anchor")]
    assert verify(*anchor) == (0, ["9 entries, whole. Anchored at entry 9."])
    add_entries(1)
    assert verify(*anchor)[0] == 0
    cut_off()
    last = AuditEntry.objects.latest("seq")
    AuditHead.objects.update(seq=last.seq, seal=last.seal)
    assert verify()[0] == 0, "without an anchor this cannot be seen, and the command says so"
    line = "truncated: the record ended with entry 10 once, which it does not hold."
    assert verify(*anchor) == (1, [line])


def test_another_secret_key_does_not_break_what_an_own_key_sealed() -> None:
    with override_settings(AUDIT_KEYS=["an-audit-key-of-its-own-0123456789", "secret-1"]):
        add_entries(2)
    with override_settings(AUDIT_KEYS=["an-audit-key-of-its-own-0123456789", "secret-2"]):
        assert verify_chain() == Flaw(1, "unreadable", 9), "sealed with this test's own SECRET_KEY"


def test_a_replaced_key_is_named_and_goes_on_verifying_where_it_is_kept() -> None:
    with override_settings(AUDIT_KEYS=["the-new-one"]):
        add_entries(1)
        code, lines = verify()
        assert code == 1
        assert lines == [
            "unreadable: entries 1 to 9 were sealed with a key that is not here; name it in HANDRAIL_AUDIT_OLD_KEYS."
        ]
    with override_settings(AUDIT_KEYS=["the-new-one", *settings.AUDIT_KEYS]):
        assert verify()[0] == 0


def test_entries_from_before_keys_had_names_verify() -> None:
    AuditEntry.objects.update(key="")
    assert verify_chain() is None
    alter()
    assert verify_chain() == Flaw(4, "altered")


def test_the_latest_entries_are_checked_without_the_long_rest() -> None:
    AuditEntry.objects.filter(seq=2).update(who="Mo Adams")
    assert check_record(latest=5).flaws == []
    assert check_record(latest=5).entries == 5
    assert check_record().flaws == [Flaw(2, "altered")]
    AuditEntry.objects.filter(seq=8).update(who="Mo Adams")
    assert check_record(latest=5).flaws == [Flaw(8, "altered")]


def test_a_long_record_in_which_one_entry_was_put_has_one_flaw() -> None:
    add_entries(150)
    put_in()
    assert list(find_flaws()) == [Flaw(4, "inserted")]


def test_an_entry_stands_and_falls_with_what_it_records() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        append_entry(who="Priya Nair", what="call.approved", subject="call 9", facts={})
        raise RuntimeError
    assert AuditEntry.objects.count() == 9
    assert verify_chain() is None
