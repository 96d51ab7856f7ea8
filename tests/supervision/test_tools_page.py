"""The tier of each tool."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import AuditEntry, ToolCall, ToolPolicy
from tests.supervision.rows import add_call


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture
def booking(db: None) -> ToolPolicy:
    return ToolPolicy.objects.create(
        tool="reschedule_appointment", label="Move an appointment", tier="risky", floor="risky", described=True
    )


def save(admin: Client, policy: ToolPolicy, **fields: object) -> object:
    return admin.post("/tools/save/", {"tool": policy.tool, "version": policy.version, "enabled": "on", **fields})


def test_a_tool_that_nobody_classified_says_how_it_is_treated(admin: Client) -> None:
    ToolPolicy.objects.create(tool="sync_ledger")
    page = admin.get("/tools/").content.decode()
    assert "Not classified: treated as Cannot be undone." in page
    assert "No plain description." in page


def test_four_levels_are_offered_with_what_follows_from_each(admin: Client, booking: ToolPolicy) -> None:
    page = admin.get("/tools/").content.decode()
    assert page.count('name="tier"') == 4
    assert page.count("disabled") == 2
    assert "Waits for a yes with the year of birth typed." in page
    assert "Not open: its code says at least “Hard to undo”." in page


def test_a_stricter_level_is_saved_recorded_and_withdraws_what_waits(admin: Client, booking: ToolPolicy) -> None:
    call = add_call()
    save(admin, booking, tier="destructive")
    booking.refresh_from_db()
    assert (booking.tier, booking.version) == ("destructive", 2)
    assert ToolCall.objects.get(pk=call.pk).status == "invalidated"
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.what) == ("Leo Marsh", "tool.changed")
    assert entry.facts == {"tier": "destructive", "enabled": True, "withdrawn": 1}
    assert "1 waiting request withdrawn." in admin.get("/tools/").content.decode()


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"tier": "safe"}, 400, "This tool can never be milder than “Hard to undo”."),
        ({"tier": "harmless"}, 400, "Choose one of the four levels."),
        ({"tier": "risky", "tool": "no_such_tool"}, 400, "There is no tool named no_such_tool."),
        ({"tier": "destructive", "version": 0}, 409, "Somebody else changed this tool meanwhile."),
        ({"tier": "destructive", "version": "x"}, 400, "The form is incomplete"),
    ],
)
def test_what_cannot_be_saved_is_said_in_words(
    admin: Client, booking: ToolPolicy, fields: dict[str, object], status: int, words: str
) -> None:
    answer = save(admin, booking, **fields)
    assert answer.status_code == status  # type: ignore[attr-defined]
    assert words in answer.content.decode()  # type: ignore[attr-defined]
    booking.refresh_from_db()
    assert (booking.tier, booking.version) == ("risky", 1)
    assert not AuditEntry.objects.exists()


def test_a_tool_is_switched_off(admin: Client, booking: ToolPolicy) -> None:
    admin.post("/tools/save/", {"tool": booking.tool, "version": 1, "tier": "risky"})
    booking.refresh_from_db()
    assert not booking.enabled
    assert "Switched off" in admin.get("/tools/").content.decode()


def test_a_tool_is_described_in_one_sentence(admin: Client) -> None:
    ToolPolicy.objects.create(tool="x", description="Books a visit. The model reads this too.", described=True)
    page = admin.get("/tools/").content.decode()
    assert "Books a visit." in page
    assert "The model reads" not in page
