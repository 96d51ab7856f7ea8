"""Two admins are two: nobody confirms what gives more room with an account of their own making."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AuditEntry, PolicyChange, ToolPolicy
from supervision import actions
from supervision.roles import Role
from tests.supervision.rows import person

ZOE = {"username": "zoe", "first": "Zoe", "last": "Hart", "team": ""}


@pytest.fixture
def moving(db: None) -> ToolPolicy:
    return ToolPolicy.objects.create(
        tool="reschedule_appointment", label="Move an appointment", tier="risky", floor="risky", described=True
    )


def propose(user: User, policy: ToolPolicy) -> PolicyChange:
    after = policy.setting.model_copy(update={"hold_seconds": 5})
    actions.change_policy(
        user=user, kind="tool", subject=policy.tool, after=after, version=policy.version, reason="It takes too long."
    )
    return PolicyChange.objects.get(state="waiting")


def add(by: User, username: str = "zoe", role: Role = Role.ADMIN) -> User:
    pk = actions.add_person(user=by, **{**ZOE, "username": username, "first": username.title()}, role=role)
    return User.objects.get(pk=pk)


def age(days: int) -> None:
    """As if everything of people and changes so far were so many days ago."""
    then = timezone.now() - timedelta(days=days)
    AuditEntry.objects.update(at=then)
    User.objects.update(date_joined=then)
    PolicyChange.objects.update(at=then)


def confirm(user: User, change: PolicyChange) -> str:
    """What is said to this admin's yes; empty where it is in force."""
    told = actions.confirm_change(user=User.objects.get(pk=user.pk), change_id=change.pk)
    return told.message if isinstance(told, actions.Refused) else ""


def test_an_admin_whom_the_proposer_made_after_the_proposal_cannot_be_the_second(
    leo: User, moving: ToolPolicy, sign_in: Callable[[User], Client]
) -> None:
    change = propose(leo, moving)
    zoe = sign_in(add(leo))
    page = zoe.get("/changes/").content.decode()
    told = "This admin account was made by Leo Marsh after this was proposed, so it cannot be the second."
    assert told in page and "Confirm this change" not in page
    refused = zoe.post("/changes/confirm/", {"change": change.pk})
    assert refused.status_code == 400 and told in refused.content.decode()
    moving.refresh_from_db()
    assert (moving.hold_seconds, moving.version) == (None, 1)


def test_made_before_the_proposal_it_counts_only_after_thirty_days(leo: User, moving: ToolPolicy) -> None:
    zoe = add(leo)
    change = propose(leo, moving)
    assert "was made by Leo Marsh within the last 30 days" in confirm(zoe, change)
    age(29)
    assert "within the last 30 days" in confirm(zoe, change)
    age(31)
    change.delete()
    assert confirm(zoe, propose(leo, moving)) == ""


def test_a_role_a_password_link_or_a_way_back_in_from_the_proposer_counts_the_same(
    leo: User, moving: ToolPolicy
) -> None:
    nora, zoe, ann = (person(name, name.title(), "Lind", "admin") for name in ("nora", "zoe", "ann"))
    actions.make_password_link(user=leo, person_id=nora.pk)
    actions.deactivate_person(user=leo, person_id=ann.pk)
    actions.activate_person(user=leo, person_id=ann.pk)
    place = {"first": "Zoe", "last": "Lind", "team": ""}
    actions.change_person(user=leo, person_id=zoe.pk, role=Role.MANAGER, **place)
    actions.change_person(user=leo, person_id=zoe.pk, role=Role.ADMIN, **place)
    change = propose(leo, moving)
    assert "got a password link from Leo Marsh" in confirm(nora, change)
    assert "got its role from Leo Marsh" in confirm(zoe, change)
    assert "was let in again by Leo Marsh" in confirm(ann, change)


def test_it_counts_the_other_way_round_and_through_accounts_in_between(leo: User, moving: ToolPolicy) -> None:
    nora = person("nora", "Nora", "Lind", "admin")
    zoe = add(leo)
    ann, bea = add(zoe, "ann"), add(leo, "bea")
    change = propose(ann, moving)
    for one in (leo, zoe, bea):
        assert "so it cannot be the second" in confirm(one, change), one.username
    assert confirm(nora, change) == "", "whom none of them opened"


def test_another_name_hides_no_hand(leo: User, moving: ToolPolicy) -> None:
    zoe = add(leo)
    actions.change_person(user=leo, person_id=leo.pk, first="Max", last="Moss", role=Role.ADMIN, team="")
    leo.refresh_from_db()
    assert "so it cannot be the second" in confirm(zoe, propose(leo, moving))


def test_two_admins_who_both_helped_a_colleague_in_are_still_two(leo: User, priya: User, moving: ToolPolicy) -> None:
    nora = person("nora", "Nora", "Lind", "admin")
    for one in (leo, nora):
        actions.make_password_link(user=one, person_id=priya.pk)
    actions.change_person(user=leo, person_id=nora.pk, first="Nora", last="Lind", role=Role.ADMIN, team="North")
    assert confirm(nora, propose(leo, moving)) == ""


def test_an_account_from_the_command_line_after_the_proposal_is_not_the_second(leo: User, moving: ToolPolicy) -> None:
    change = propose(leo, moving)
    assert "made after this was proposed" in confirm(person("nora", "Nora", "Lind", "admin"), change)


def test_where_there_is_no_second_admin_the_pages_say_so(
    leo: User, moving: ToolPolicy, sign_in: Callable[[User], Client]
) -> None:
    browser = sign_in(leo)
    form = {"version": 1, "tier": "risky", "enabled": "on", "confirmation": "nobody", "answerers": "anybody"} | {
        "on_expiry": "call_back"
    }
    looser = {**form, "rnew-outcome": "|staff", "hold_seconds": "5"}
    nora = person("nora", "Nora", "Lind", "admin")
    User.objects.filter(pk=nora.pk).update(is_active=False)
    for page in (browser.get("/changes/"), browser.post(f"/tools/{moving.pk}/check/", looser)):
        assert "There is no second admin yet." in page.content.decode()
    User.objects.filter(pk=nora.pk).update(is_active=True)
    for page in (browser.get("/changes/"), browser.post(f"/tools/{moving.pk}/check/", looser)):
        assert "There is no second admin yet." not in page.content.decode()


def test_the_second_admin_reads_why_and_what_would_have_happened(
    leo: User, moving: ToolPolicy, sign_in: Callable[[User], Client]
) -> None:
    nora = sign_in(person("nora", "Nora", "Lind", "admin"))
    propose(leo, moving)
    page = nora.get("/changes/").content.decode()
    assert "It takes too long." in page and "Confirm this change" in page
    assert "What would have happened in the last 30 days" in page
    assert "What would have happened" not in sign_in(leo).get("/changes/").content.decode()
