"""The record of decisions: whoever changes, removes or cuts a row is found out."""

import pytest
from django.db import transaction

from agentops.audit import Flaw, append_entry, verify_chain
from agentops.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_entries() -> None:
    for number in range(3):
        append_entry(who="Priya Nair", what="approved", subject=f"call {number}", facts={"version": number})


def test_an_untouched_record_verifies() -> None:
    assert verify_chain() is None


def test_an_altered_row_is_found() -> None:
    AuditEntry.objects.filter(seq=2).update(who="Mo Adams")
    assert verify_chain() == Flaw(2, "altered")


def test_a_missing_row_is_found() -> None:
    AuditEntry.objects.filter(seq=2).delete()
    assert verify_chain() == Flaw(2, "missing")


def test_a_cut_end_is_found() -> None:
    AuditEntry.objects.filter(seq=3).delete()
    assert verify_chain() == Flaw(3, "truncated")


def test_an_entry_stands_and_falls_with_what_it_records() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        append_entry(who="Priya Nair", what="approved", subject="call 9", facts={})
        raise RuntimeError
    assert AuditEntry.objects.count() == 3 and verify_chain() is None
