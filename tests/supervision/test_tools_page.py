"""The tools: their table, the form of one, the page that checks a change, versions, and the second admin."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from agentops.domain.policy.rules import Kind, Subject
from agentops.models import AuditEntry, PolicyChange, ToolCall, ToolPolicy
from agentops.tools.registry import all_tools
from supervision.models import Profile
from tests.supervision.rows import add_call, person

NOTICE = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")
NEW = Subject(source="fact", name="new_patient", kind=Kind.TRUTH, words="the patient is new")
HIDDEN = re.compile(r'<input type="hidden" name="(version|setting|returns_to)" value="([^"]*)"')


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


@pytest.fixture
def other_admin(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(person("nora", "Nora", "Lind", "admin"))


@pytest.fixture
def moving(db: None) -> ToolPolicy:
    return ToolPolicy.objects.create(
        tool="reschedule_appointment",
        label="Move an appointment",
        tier="risky",
        floor="risky",
        described=True,
        subjects=[NOTICE.model_dump(mode="json"), NEW.model_dump(mode="json")],
    )


def form(policy: ToolPolicy, **fields: Any) -> dict[str, Any]:
    """What the form of this tool sends as it stands, with some of it changed."""
    policy.refresh_from_db()
    sent = {
        "version": policy.version,
        "tier": policy.tier,
        "enabled": "on",
        "confirmation": policy.confirmation,
        "answerers": policy.answerers,
        "on_expiry": policy.on_expiry,
        "rnew-outcome": "|staff",
    }
    return {name: value for name, value in {**sent, **fields}.items() if value is not None}


def check(client: Client, policy: ToolPolicy, **fields: Any) -> Any:
    return client.post(reverse("check_tool", args=[policy.pk]), form(policy, **fields))


def save(client: Client, policy: ToolPolicy, reason: str = "It is safer.", **fields: Any) -> Any:
    """From the form over the page that checks it to what was saved."""
    return send(client, policy, check(client, policy, **fields), reason=reason)


def send(client: Client, policy: ToolPolicy, checked: Any, *, reason: str) -> Any:
    text = checked.content.decode()
    assert checked.status_code == 200 and "What would be different" in text, text[:2_000]
    hidden = {name: value.replace("&quot;", '"') for name, value in HIDDEN.findall(text)}
    return client.post(reverse("save_tool", args=[policy.pk]), {**hidden, "reason": reason})


def read(client: Client, policy: ToolPolicy) -> str:
    return str(client.get(reverse("tool", args=[policy.pk])).content.decode())


def test_the_table_says_of_each_tool_what_it_does_who_confirms_and_what_became_of_its_calls(
    admin: Client, moving: ToolPolicy
) -> None:
    add_call(tool=moving.tool, status="succeeded", decided_by="Mo Ali", decided_at="2026-11-27T10:00:00Z")
    add_call(tool=moving.tool, status="rejected", decided_by="Mo Ali", decided_at="2026-11-27T10:00:00Z")
    add_call(tool=moving.tool, status="failed")
    ToolCall.objects.update(expires_at="2026-11-28T10:00:00Z")
    page = admin.get("/tools/").content.decode()
    row = page[page.index("Move an appointment") :]
    assert "Hard to undo" in row and "One of the staff" in row and "30 s" in row and moving.tool in row
    figures = re.findall(r'data-l="(Asked|Yes|Changed|No|Expired|Failed|In doubt)">(\d+)<', row)
    assert figures == [
        ("Asked", "3"), ("Yes", "1"), ("Changed", "0"), ("No", "1"), ("Expired", "0"), ("Failed", "1"),
        ("In doubt", "0"),
    ]  # fmt: skip


def test_a_tool_that_nobody_classified_says_how_it_is_treated(admin: Client) -> None:
    policy = ToolPolicy.objects.create(tool="sync_ledger")
    assert "Not classified: treated as Cannot be undone." in admin.get("/tools/").content.decode()
    page = read(admin, policy)
    assert "Not classified: treated as Cannot be undone." in page and "No plain description." in page
    assert page.count("Add a plain description first") == 2, "both levels at which people approve"


def test_a_change_of_a_tool_that_nobody_classified_says_so_in_the_record(admin: Client) -> None:
    policy = ToolPolicy.objects.create(tool="sync_ledger", described=True)
    save(admin, policy, tier="destructive", hold_seconds="90")
    entry = AuditEntry.objects.get()
    before, after = entry.facts["differences"]["What it does"]
    assert (before, after) == ("Not classified: treated as “Cannot be undone”", "Cannot be undone")


def test_every_tool_that_is_registered_has_a_floor_tier() -> None:
    assert [tool.name for tool in all_tools() if tool.floor is None] == []


def test_four_levels_are_offered_with_what_follows_from_each(admin: Client, moving: ToolPolicy) -> None:
    page = read(admin, moving)
    assert page.count('name="tier"') == 4 and page.count("disabled") == 2
    assert "Waits for a yes with the year of birth typed." in page
    assert "Not open: its code says at least “Hard to undo”." in page


def test_a_stricter_level_is_checked_saved_recorded_and_withdraws_what_waits(admin: Client, moving: ToolPolicy) -> None:
    call = add_call(tool=moving.tool)
    checked = check(admin, moving, tier="destructive")
    text = checked.content.decode()
    assert "This is stricter, so it counts at once." in text and "Hard to undo" in text and "Cannot be undone" in text
    assert ToolCall.objects.get(pk=call.pk).status == "awaiting", "nothing counts before it is saved"
    assert send(admin, moving, checked, reason="Two went wrong.").status_code == 302
    moving.refresh_from_db()
    assert (moving.tier, moving.version) == ("destructive", 2)
    assert ToolCall.objects.get(pk=call.pk).status == "invalidated"
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.what, entry.facts["withdrawn"]) == ("Leo Marsh", "tool.changed", 1)
    page = read(admin, moving)
    assert "1 waiting request withdrawn." in page and "“<bdi>Two went wrong.</bdi>”" in page


def test_more_room_is_only_proposed_until_another_admin_confirms_it(
    admin: Client, other_admin: Client, moving: ToolPolicy
) -> None:
    checked = check(admin, moving, hold_seconds="5")
    assert "it needs a second admin" in checked.content.decode()
    send(admin, moving, checked, reason="It takes too long.")
    change = PolicyChange.objects.get()
    moving.refresh_from_db()
    assert (moving.hold_seconds, moving.version, change.state) == (None, 1, "waiting")
    own = admin.get("/changes/").content.decode()
    assert "somebody else has to confirm it" in own and "Confirm this change" not in own
    refused = admin.post("/changes/confirm/", {"change": change.pk})
    assert refused.status_code == 400 and "somebody else has to confirm it" in refused.content.decode()
    theirs = other_admin.get("/changes/").content.decode()
    assert "It takes too long." in theirs and "30 seconds (the usual)" in theirs and "5 seconds" in theirs
    assert other_admin.post("/changes/confirm/", {"change": change.pk}).status_code == 302
    moving.refresh_from_db()
    assert (moving.hold_seconds, moving.version) == (5, 2)
    assert "Leo Marsh, confirmed by Nora Lind" in read(admin, moving)


def test_a_second_admin_can_decline_and_the_first_can_take_it_back(
    admin: Client, other_admin: Client, moving: ToolPolicy
) -> None:
    for client in (other_admin, admin):
        save(admin, moving, hold_seconds="5")
        change = PolicyChange.objects.get(state="waiting")
        assert client.post("/changes/decline/", {"change": change.pk}).status_code == 302
        assert other_admin.post("/changes/confirm/", {"change": change.pk}).status_code == 400
    moving.refresh_from_db()
    assert moving.version == 1


def test_of_two_who_save_at_once_the_second_sees_the_difference_and_keeps_what_they_typed(
    admin: Client, other_admin: Client, moving: ToolPolicy
) -> None:
    late = check(other_admin, moving, per_day="7")
    save(admin, moving, hold_seconds="60")
    answer = send(other_admin, moving, late, reason="Too many.")
    text = answer.content.decode()
    assert answer.status_code == 409 and "What they changed" in text and "60 seconds" in text
    assert 'name="per_day" value="7"' in text and 'name="version" value="2"' in text
    moving.refresh_from_db()
    assert (moving.hold_seconds, moving.per_day, moving.version) == (60, None, 2)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"tier": "harmless"}, "tier", "Choose one of the four levels."),
        ({"confirmation": "mum"}, "confirmation", "Choose one of these."),
        ({"answerers": ""}, "answerers", "Choose one of these."),
        ({"on_expiry": "approve"}, "on_expiry", "Choose one of these."),
        ({"hold_seconds": "121"}, "hold_seconds", "Write a whole number from 0 to 120"),
        ({"hold_seconds": "-1"}, "hold_seconds", "Write a whole number from 0 to 120"),
        ({"expires_minutes": "1e3"}, "expires_minutes", "Write a whole number from 5"),
        ({"per_day": "0"}, "per_day", "Write a whole number from 1"),
        ({"per_run": "²"}, "per_run", "Write a whole number from 1"),
        ({"rnew-0-looks": "fact|notice_hours|under"}, "rnew-0-value", "Write what it is compared with."),
        ({"rnew-0-looks": "fact|notice_hours|under", "rnew-0-value": "soon"}, "rnew-0-value", "Write a number"),
        ({"rnew-0-looks": "fact|moon|under", "rnew-0-value": "1"}, "rnew-0-value", "Choose what the rule looks at"),
        ({"rnew-0-value": "48"}, "rnew-0-value", "Choose what the rule looks at"),
    ],
)
def test_each_mistake_stands_at_its_field_in_words_and_nothing_typed_is_lost(
    admin: Client, moving: ToolPolicy, fields: dict[str, str], field: str, words: str
) -> None:
    answer = check(admin, moving, **{"per_hour": "17", **fields})
    text = answer.content.decode()
    assert answer.status_code == 400 and text.count(words) >= 2, "in the summary and at the field"
    assert f'href="#{field}"' in text and f'id="{field}"' in text and 'name="per_hour" value="17"' in text
    assert all(f'value="{value}"' in text for name, value in fields.items() if name != "tier" and "-looks" not in name
               and name not in {"confirmation", "answerers", "on_expiry"})  # fmt: skip
    assert not PolicyChange.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"tier": "safe"}, "This tool can never be milder than “Hard to undo”."), ({}, "Nothing is different")],
)
def test_what_cannot_be_saved_is_said_in_words(
    admin: Client, moving: ToolPolicy, fields: dict[str, str], words: str
) -> None:
    answer = check(admin, moving, **fields)
    if answer.status_code == 200:
        answer = send(admin, moving, answer, reason="Why not.")
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_a_change_needs_a_reason_and_the_check_page_keeps_the_change(admin: Client, moving: ToolPolicy) -> None:
    answer = save(admin, moving, reason=" ", tier="destructive")
    text = answer.content.decode()
    assert answer.status_code == 400 and "Write why, so that others understand it later." in text
    assert "What would be different" in text and "destructive" in dict(HIDDEN.findall(text))["setting"]
    assert send(admin, moving, admin.post(reverse("check_tool", args=[moving.pk]), form(moving, tier="destructive")),
                reason="Now.").status_code == 302  # fmt: skip


def test_from_the_check_page_one_goes_back_to_the_form_as_it_was_filled(admin: Client, moving: ToolPolicy) -> None:
    text = check(admin, moving, per_day="7").content.decode()
    hidden = {name: value.replace("&quot;", '"') for name, value in HIDDEN.findall(text)}
    back = admin.post(reverse("check_tool", args=[moving.pk]), {**hidden, "again": "on"}).content.decode()
    assert 'name="per_day" value="7"' in back


@pytest.mark.parametrize("lacking", [{"version": None}, {"version": "x"}])
def test_a_form_without_its_version_is_refused(
    admin: Client, moving: ToolPolicy, lacking: dict[str, str | None]
) -> None:
    answer = check(admin, moving, tier="destructive", **lacking)
    assert answer.status_code == 400 and "The form is incomplete" in answer.content.decode()


def test_a_rule_is_added_changed_and_removed_and_keeps_its_number(
    admin: Client, other_admin: Client, moving: ToolPolicy
) -> None:
    new = {"rnew-0-looks": "fact|notice_hours|under", "rnew-0-value": "48", "rnew-outcome": "destructive|two"}
    checked = check(admin, moving, **new)
    assert "If hours of notice under 48: counts as “Cannot be undone” and needs two people" in checked.content.decode()
    send(admin, moving, checked, reason="Short notice went wrong.")
    page = read(admin, moving)
    assert "Rule 1" in page and 'name="r1-0-value" value="48"' in page
    row = {"rule": "1", "r1-0-looks": "fact|notice_hours|under", "r1-outcome": "destructive|two"}
    assert save(admin, moving, **row, **{"r1-0-value": "72"}).status_code == 302
    save(admin, moving, **row, **{"r1-0-value": "72", "r1-gone": "on"})
    moving.refresh_from_db()
    assert moving.rules[0]["conditions"][0]["value"] == 72 and moving.version == 3, "less rule takes a second admin"
    less = PolicyChange.objects.get(state="waiting")
    assert other_admin.post("/changes/confirm/", {"change": less.pk}).status_code == 302
    moving.refresh_from_db()
    assert (moving.rules, moving.last_rule) == ([], 1)
    save(admin, moving, **{**new, "rnew-0-looks": "fact|new_patient|yes", "rnew-0-value": ""})
    moving.refresh_from_db()
    assert [rule["number"] for rule in moving.rules] == [2]


def test_one_click_brings_an_earlier_version_back_after_a_look_at_it(admin: Client, moving: ToolPolicy) -> None:
    save(admin, moving, tier="destructive")
    save(admin, moving, per_day="7")
    checked = admin.post(reverse("check_tool", args=[moving.pk]), {"version": 3, "returns_to": 2})
    assert "Back to version 2." in checked.content.decode()
    send(admin, moving, checked, reason="As before.")
    change = PolicyChange.objects.get(state="waiting")
    assert (change.returns_to, change.after["per_day"], change.after["tier"]) == (2, None, "destructive")
    assert "Go back to version 1" in read(admin, moving)


def test_a_tool_is_switched_off(admin: Client, moving: ToolPolicy) -> None:
    save(admin, moving, enabled=None)
    moving.refresh_from_db()
    assert not moving.enabled
    assert "Switched off" in admin.get("/tools/").content.decode()


def test_a_tool_is_described_in_one_sentence(admin: Client) -> None:
    policy = ToolPolicy.objects.create(tool="x", description="Books a visit. The model reads this too.", described=True)
    page = read(admin, policy)
    assert "Books a visit." in page and "The model reads" not in page


def test_where_the_level_asks_the_page_never_says_that_nobody_confirms(admin: Client, moving: ToolPolicy) -> None:
    page = read(admin, moving)
    assert "As its level says" in page and ">Nobody<" not in page
    text = check(admin, moving, confirmation="two").content.decode()
    assert "One of the staff" in text and "Two people" in text and "Nobody" not in text
    assert check(admin, moving, confirmation="staff").status_code == 400, "it needs one of the staff already"
    save(admin, moving, confirmation="two")
    assert AuditEntry.objects.get().facts["differences"] == {"Who confirms": ["One of the staff", "Two people"]}


def test_a_rule_that_asks_for_what_is_needed_already_is_not_called_stricter(admin: Client, moving: ToolPolicy) -> None:
    rule = {"rnew-0-looks": "fact|new_patient|yes", "rnew-outcome": "|staff"}
    text = check(admin, moving, **rule).content.decode()
    assert "This changes nothing: every call of this tool needs it already" in text
    assert "neither stricter nor looser" in text
    assert "This is stricter" in check(admin, moving, **rule | {"rnew-outcome": "|two"}).content.decode()


def test_a_rule_is_offered_the_text_but_no_numbers_of_rows(admin: Client, moving: ToolPolicy) -> None:
    kinds = {"patient_id": Kind.NUMBER, "version": Kind.NUMBER, "body": Kind.TEXT, "minutes": Kind.NUMBER}
    named = [Subject(source="argument", name=name, kind=kind, words=name) for name, kind in kinds.items()]
    ToolPolicy.objects.update(subjects=[one.model_dump(mode="json") for one in named])
    page = read(admin, moving)
    assert "the text: contains" in page and "minutes: under" in page
    assert "patient_id" not in page and "argument|version" not in page
    rule = {"rnew-0-looks": "argument|body|contains", "rnew-0-value": "invoice", "rnew-outcome": "|two"}
    assert "If the text contains “invoice”" in check(admin, moving, **rule).content.decode()


def test_a_tool_is_kept_for_a_team_and_opened_again_by_two_admins_only(
    admin: Client, moving: ToolPolicy, priya: User
) -> None:
    Profile.objects.create(user=priya, team="North")
    assert 'name="teams" value="North">' in read(admin, moving), "offered, and not ticked"
    assert save(admin, moving, teams=["North"]).status_code == 302
    moving.refresh_from_db()
    assert (moving.teams, moving.version) == (["North"], 2)
    page = read(admin, moving)
    assert 'name="teams" value="North" checked' in page and "Teams that may answer" in page
    assert "North" in admin.get(reverse("tools")).content.decode()
    save(admin, moving)
    moving.refresh_from_db()
    assert moving.teams == ["North"], "more people who may answer is more room"
    assert PolicyChange.objects.get(state="waiting").after["teams"] == []


def test_a_team_in_which_nobody_may_answer_is_refused_at_its_field_and_stays_ticked(
    admin: Client, moving: ToolPolicy, priya: User, mo: User
) -> None:
    Profile.objects.create(user=priya, team="North")
    Profile.objects.create(user=mo, team="Gone")
    User.objects.filter(pk=mo.pk).update(is_active=False)
    for fields in ({"teams": ["North"], "answerers": "leaders"}, {"teams": ["Gone"]}, {"teams": ["Nowhere"]}):
        answer = check(admin, moving, **fields)
        page = answer.content.decode()
        assert answer.status_code == 400 and '<a href="#teams">Nobody in these teams may answer.' in page
        assert f'value="{fields["teams"][0]}" checked' in page
    ToolPolicy.objects.update(teams=["Gone"])
    assert "nobody is in it" in read(admin, moving)


def test_what_follows_where_nobody_answers_is_chosen_with_its_consequence(admin: Client, moving: ToolPolicy) -> None:
    page = read(admin, moving)
    assert 'name="on_expiry" value="call_back" checked' in page
    assert "stands under “Needs a person” until somebody called." in page and "Nobody is asked to call;" in page
    save(admin, moving, on_expiry="go_on")
    moving.refresh_from_db()
    assert moving.on_expiry == "call_back", "that nobody is asked to call any more takes a second admin"
    waiting = PolicyChange.objects.get(state="waiting")
    assert waiting.after["on_expiry"] == "go_on"
    assert "The assistant goes on without it" in admin.get(reverse("changes")).content.decode()


def conditions(key: str, *hours: int) -> dict[str, str]:
    """A rule in the form: as many bounds of notice as are given, in its first fields."""
    looks = {f"r{key}-{index}-looks": "fact|notice_hours|under" for index in range(len(hours))}
    return {**looks, **{f"r{key}-{index}-value": str(hour) for index, hour in enumerate(hours)}}


def test_a_rule_has_up_to_six_conditions_and_what_was_left_empty_closes_up(admin: Client, moving: ToolPolicy) -> None:
    page = read(admin, moving)
    assert 'id="rnew-5-looks"' in page and 'id="rnew-6-looks"' not in page and "More conditions" in page
    assert page.index('id="rnew-1-looks"') < page.index("More conditions") < page.index('id="rnew-2-looks"')
    sent = {**conditions("new", 48, 47, 46, 45, 44), "rnew-3-looks": "", "rnew-3-value": ""}
    save(admin, moving, **sent)
    moving.refresh_from_db()
    assert [one["value"] for one in moving.rules[0]["conditions"]] == [48, 47, 46, 44]
    page = read(admin, moving)
    shown, folded = page.split("More conditions", 1)
    assert 'id="r1-4-looks"' in shown, "one empty row more than filled"
    assert 'id="r1-5-looks"' in folded
    rule = {**conditions("1", 48, 47, 46, 45, 44, 43), "rule": "1", "r1-outcome": "|two"}
    checked = check(admin, moving, **rule).content.decode()
    assert "hours of notice under 43" in checked and "two people" in checked


def test_a_new_rule_that_was_checked_and_not_saved_is_not_lost_on_the_way_back(
    admin: Client, moving: ToolPolicy
) -> None:
    first = check(admin, moving, **conditions("new", 48)).content.decode()
    hidden = {name: value.replace("&quot;", '"') for name, value in HIDDEN.findall(first)}
    back = admin.post(reverse("check_tool", args=[moving.pk]), {**hidden, "again": "on"}).content.decode()
    assert 'name="rule" value="1"' in back
    again = {**conditions("1", 48), "rule": "1", "r1-outcome": "|staff"}
    again |= {**conditions("new", 24), "rnew-outcome": "|two"}
    save(admin, moving, **again)
    moving.refresh_from_db()
    assert [(rule["number"], rule["confirmation"]) for rule in moving.rules] == [(1, "staff"), (2, "two")]
    assert moving.last_rule == 2
