"""Pages for when something goes wrong, and the headers on everything."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from agentops.models import ToolCall
from supervision import errors
from supervision.views import queue


def test_a_missing_page_says_so_with_its_request_id(desk: Client) -> None:
    answer = desk.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_refusal_names_the_role_and_the_way_back(desk: Client) -> None:
    page = desk.get("/metrics/").content.decode()
    assert "Your account (front desk) may not see the metrics." in page
    assert 'href="/"' in page


def test_a_fault_of_ours_shows_no_trace(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("secret detail of the machine")

    monkeypatch.setattr(queue, "read_desk", broken)
    desk.raise_request_exception = False
    answer = desk.get("/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong here" in page
    assert "secret detail" not in page
    assert "Traceback" not in page
    assert answer["X-Request-ID"] in page


def test_the_fault_page_needs_neither_database_nor_session() -> None:
    assert errors.server_error(RequestFactory().get("/")).status_code == 500


def test_a_form_of_two_megabytes_is_refused(desk: Client, ana_waits: ToolCall) -> None:
    answer = desk.post(f"/requests/{ana_waits.pk}/answer/", {"answer": "no", "note": "x" * 2_000_000})
    assert answer.status_code == 400
    assert "could not be read" in answer.content.decode()


def test_a_strange_host_is_refused(desk: Client) -> None:
    assert desk.get("/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/", "/runs/", "/login/", "/no/such/page/", "/metrics/"])
def test_every_page_carries_the_policies_and_is_never_stored(desk: Client, path: str) -> None:
    headers = desk.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    UUID(headers["X-Request-ID"])


def test_a_request_id_from_outside_is_not_believed(desk: Client) -> None:
    assert desk.get("/", headers={"X-Request-ID": "forged"})["X-Request-ID"] != "forged"


def test_static_files_may_be_kept(db: None) -> None:
    answer = Client().get("/static/supervision/desk.css")
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
    assert len(b"".join(answer.streaming_content)) <= 30 * 1024  # type: ignore[attr-defined]
    answer.close()


def test_wrong_credentials_get_one_text(priya: User) -> None:
    for name, word in [("priya", "wrong"), ("nobody-here", "wrong")]:
        answer = Client().post("/login/", {"username": name, "password": word})
        assert answer.status_code == 200
        assert "Name or password is wrong." in answer.content.decode()


def test_five_wrong_passwords_pause_the_log_in_in_words(priya: User) -> None:
    client = Client()
    for _ in range(5):
        answer = client.post("/login/", {"username": "priya", "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many tries. Try again in 15 minutes." in answer.content.decode()
    again = client.post("/login/", {"username": "priya", "password": "harbour-lane-desk"})
    assert again.status_code == 429


def test_logging_in_leads_to_the_queue_and_out_again(priya: User) -> None:
    client = Client()
    entered = client.post("/login/", {"username": "priya", "password": "harbour-lane-desk"})
    assert entered["Location"] == "/"
    assert "Priya Nair" in client.get("/").content.decode()
    assert client.get("/logout/")["Location"] == "/"
    client.post("/logout/")
    assert client.get("/")["Location"].startswith("/login/")


def test_a_switched_off_account_is_out_at_once(desk: Client, priya: User) -> None:
    priya.is_active = False
    priya.save()
    assert desk.get("/")["Location"].startswith("/login/")


def test_the_pages_say_honestly_who_speaks(
    desk: Client, settings: object, leo: User, sign_in: Callable[[User], Client]
) -> None:
    assert "Offline planner" in desk.get("/").content.decode()
    settings.MODEL_PROVIDER = "anthropic"  # type: ignore[attr-defined]
    assert "Offline planner" not in desk.get("/").content.decode()
    assert "Claude" in desk.get("/").content.decode()
