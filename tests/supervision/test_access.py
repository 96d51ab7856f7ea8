"""Who may open what: every address is in the table, and an address that is not fails the test."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agentops.models import AuditEntry, ToolPolicy
from supervision.models import AlertRule
from supervision.roles import NO_ROLE, ROLES, Permission, Role, role_of
from tests.supervision.rows import add_call, add_edit, add_run, person

pytestmark = pytest.mark.usefixtures("quick_passwords")
EVERYONE = {"front desk", "manager", "admin"}
LEADERS = {"manager", "admin"}
ADMINS = {"admin"}

# name -> (method, who may)
TABLE = {
    "queue": ("get", EVERYONE),
    "request": ("get", EVERYONE),
    "answer": ("post", EVERYONE),
    "together": ("get", EVERYONE),
    "answer_together": ("post", EVERYONE),
    "told": ("get", EVERYONE),
    "endings": ("get", EVERYONE),
    "resolve": ("post", EVERYONE),
    "undo": ("post", EVERYONE),
    "end_hold": ("post", EVERYONE),
    "more_time": ("post", EVERYONE),
    "handoff": ("get", EVERYONE),
    "close_handoff": ("post", EVERYONE),
    "runs": ("get", EVERYONE),
    "runs_csv": ("get", EVERYONE),
    "runs_json": ("get", EVERYONE),
    "new_run": ("get", EVERYONE),
    "run": ("get", EVERYONE),
    "end_run": ("post", EVERYONE),
    "me": ("get", EVERYONE),
    "save_me": ("post", EVERYONE),
    "save_language": ("post", EVERYONE),
    "hand_over": ("post", EVERYONE),
    "edit_request": ("post", EVERYONE),
    "hear_caller": ("post", EVERYONE),
    "edit": ("get", EVERYONE),
    "claim": ("post", EVERYONE),
    "claim_handoff": ("post", EVERYONE),
    "viewings": ("get", LEADERS),
    "record": ("get", LEADERS),
    "export_record": ("get", LEADERS),
    "stops": ("get", LEADERS),
    "stop_work": ("post", LEADERS),
    "lift_stop": ("post", LEADERS),
    "set_up_code": ("get", EVERYONE),
    "show_codes": ("get", EVERYONE),
    "renew_codes": ("post", EVERYONE),
    "remove_code": ("get", EVERYONE),
    "metrics": ("get", LEADERS),
    "golden": ("get", LEADERS),
    "keep_run": ("get", ADMINS),
    "save_golden": ("post", ADMINS),
    "play_golden": ("post", ADMINS),
    "metrics_csv": ("get", LEADERS),
    "behind": ("get", LEADERS),
    "costs": ("get", LEADERS),
    "costs_csv": ("get", LEADERS),
    "targets": ("get", LEADERS),
    "save_targets": ("post", LEADERS),
    "alerts": ("get", LEADERS),
    "silence_alert": ("post", LEADERS),
    "acknowledge_alert": ("post", LEADERS),
    "alert_rules": ("get", LEADERS),
    "new_alert_rule": ("get", LEADERS),
    "alert_rule": ("get", LEADERS),
    "add_channel": ("post", LEADERS),
    "switch_channel": ("post", LEADERS),
    "budgets": ("get", LEADERS),
    "save_budget": ("post", LEADERS),
    "tools": ("get", ADMINS),
    "tool": ("get", ADMINS),
    "check_tool": ("post", ADMINS),
    "save_tool": ("post", ADMINS),
    "people": ("get", ADMINS),
    "save_rules": ("post", ADMINS),
    "add_person": ("get", ADMINS),
    "person": ("get", ADMINS),
    "save_person": ("post", ADMINS),
    "set_active": ("post", ADMINS),
    "make_link": ("post", ADMINS),
    "reset_code": ("post", ADMINS),
    "changes": ("get", ADMINS),
    "confirm_change": ("post", ADMINS),
    "decline_change": ("post", ADMINS),
    "task_types": ("get", ADMINS),
    "routing": ("get", ADMINS),
    "check_routing": ("post", ADMINS),
    "save_routing": ("post", ADMINS),
    "task_type": ("get", ADMINS),
    "check_task_type": ("post", ADMINS),
    "save_task_type": ("post", ADMINS),
    "what_if": ("get", ADMINS),
    "would_have": ("get", ADMINS),
}
OPEN = {"login", "log_in_code", "log_in_set_up", "set_password", "logout", "healthz", "readyz"}


OF_A_PERSON = ("person", "save_person", "set_active", "make_link", "reset_code")


def every_pattern(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in (resolver or get_resolver("agentops.urls")).url_patterns:
        found += every_pattern(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def colleague() -> User:
    return User.objects.filter(username="zoe").first() or person("zoe", "Zoe", "Hart", "front desk")


def a_tool() -> ToolPolicy:
    return ToolPolicy.objects.get_or_create(tool="book_appointment")[0]


def address(name: str) -> str:
    run = add_run(handoff_reason="Asked for a person", status="handed_off", finished_at="2026-03-10T10:00:00Z")
    return {
        "request": lambda: reverse(name, args=[add_call().pk]),
        "answer": lambda: reverse(name, args=[add_call().pk]),
        "together": lambda: reverse(name, args=[add_call().pk]),
        "answer_together": lambda: reverse(name, args=[add_call().pk]),
        "resolve": lambda: reverse(name, args=[add_call().pk]),
        "undo": lambda: reverse(name, args=[add_call().pk]),
        "end_hold": lambda: reverse(name, args=[add_call().pk]),
        "more_time": lambda: reverse(name, args=[add_call().pk]),
        "edit_request": lambda: reverse(name, args=[add_call().pk]),
        "hear_caller": lambda: reverse(name, args=[add_call().pk]),
        "edit": lambda: reverse(name, args=[(edit := add_edit()).call_id, edit.pk]),
        "claim": lambda: reverse(name, args=[add_call().pk]),
        "claim_handoff": lambda: reverse(name, args=[run.pk]),
        "handoff": lambda: reverse(name, args=[run.pk]),
        "close_handoff": lambda: reverse(name, args=[run.pk]),
        "new_alert_rule": lambda: f"{reverse(name)}?kind=rate",
        "alert_rule": lambda: reverse(name, args=[AlertRule.objects.create(kind="rate", measure="limits").pk]),
        "run": lambda: reverse(name, args=[run.pk]),
        "keep_run": lambda: reverse(name, args=[run.pk]),
        "save_golden": lambda: reverse(name, args=[run.pk]),
        "end_run": lambda: reverse(name, args=[run.pk]),
        **{one: lambda: reverse(name, args=[colleague().pk]) for one in OF_A_PERSON},
        "tool": lambda: reverse(name, args=[a_tool().pk]),
        "check_tool": lambda: reverse(name, args=[a_tool().pk]),
        "save_tool": lambda: reverse(name, args=[a_tool().pk]),
        "task_type": lambda: reverse(name, args=[run.task_type_id]),
        "check_task_type": lambda: reverse(name, args=[run.task_type_id]),
        "save_task_type": lambda: reverse(name, args=[run.task_type_id]),
    }.get(name, lambda: reverse(name))()


def test_every_address_stands_in_the_table() -> None:
    assert {pattern.name for pattern in every_pattern()} == set(TABLE) | OPEN


def test_every_view_declares_its_permission() -> None:
    lacking = [p.name for p in every_pattern() if not isinstance(getattr(p.callback, "permission", None), Permission)]
    assert lacking == []


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("name", TABLE)
def test_a_role_opens_what_the_table_gives_it_and_nothing_else(
    db: None, sign_in: Callable[[User], Client], name: str, role: Role
) -> None:
    method, may = TABLE[name]
    client = sign_in(person("someone", "Some", "One", role))
    status = getattr(client, method)(address(name)).status_code
    assert (status != 403) == (role.value in may)


@pytest.mark.parametrize("name", TABLE)
def test_a_stranger_is_sent_to_the_log_in_page(db: None, name: str) -> None:
    answer = getattr(Client(), TABLE[name][0])(address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("name", TABLE)
def test_an_account_without_a_role_is_told_whom_to_ask(
    nobody: User, sign_in: Callable[[User], Client], name: str
) -> None:
    answer = getattr(sign_in(nobody), TABLE[name][0])(address(name))
    assert answer.status_code == 403
    assert NO_ROLE in answer.content.decode()


@pytest.mark.parametrize("name", [name for name, (method, _) in TABLE.items() if method == "post"])
def test_a_link_to_a_form_changes_nothing_and_leads_to_its_page(
    leo: User, sign_in: Callable[[User], Client], name: str
) -> None:
    client = sign_in(leo)
    answer = client.get(address(name))
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", [name for name, (method, _) in TABLE.items() if method == "post"] + ["new_run"])
def test_a_form_without_a_session_leads_back_to_its_page_and_is_not_used(leo: User, name: str) -> None:
    client = Client()
    sent = client.post(address(name), {"answer": "yes"})
    page = client.get(sent["Location"])
    assert ("not sent" in page.content.decode()) or ("Nothing " in page.content.decode())
    entered = client.post(
        "/login/", {"username": "leo", "password": "harbour-lane-desk", "next": page.context["next"]}, follow=True
    )
    assert entered.status_code == 200
    assert entered.redirect_chain[0][0] not in {"/", address(name)} or name == "new_run"


def test_an_answer_without_a_session_is_told_to_be_given_again() -> None:
    page = Client().get(Client().post("/requests/7/answer/", {"answer": "yes"})["Location"])
    assert "Your answer was not sent. Nothing has changed. Log in and answer again." in page.content.decode()
    assert page.context["next"] == "/requests/7/"


@pytest.mark.parametrize("name", [name for name, (method, _) in TABLE.items() if method == "post"] + ["new_run"])
def test_a_form_without_its_token_does_nothing(leo: User, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(leo, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(address(name), {"answer": "yes"})
    assert answer.status_code == 403
    assert "nothing was done" in answer.content.decode()


def test_the_weightiest_role_counts_and_a_locked_account_has_none(leo: User, priya: User) -> None:
    priya.groups.add(*leo.groups.all())
    assert role_of(priya) is Role.ADMIN
    leo.is_active = False
    assert role_of(leo) is None


def test_every_permission_is_given_to_somebody() -> None:
    assert set(ROLES) == set(Permission)
    assert all(ROLES.values())


def test_the_front_desk_sees_neither_costs_nor_raw_data(
    desk: Client, leo: User, sign_in: Callable[[User], Client]
) -> None:
    call = add_call(status="succeeded", decided_by="Priya Nair")
    page = f"/runs/{call.run_id}/?at=c{call.pk}"
    assert "Raw data" not in desk.get(page).content.decode()
    assert "Cost" not in desk.get(page).content.decode()
    assert "Raw data" in sign_in(leo).get(page).content.decode()
