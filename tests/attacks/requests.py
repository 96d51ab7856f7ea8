"""Answers that nobody meant: forged, replayed, lured out of a person, or lost in a flood."""

import json

from django.contrib.auth.models import User
from django.utils import timezone

from agentops.models import ToolCall
from agentops.toolsets.clinic.models import Appointment, Patient, Slot
from supervision import actions
from supervision.models import Decision
from tests.attacks.cases import case
from tests.attacks.desk import Desk
from tests.attacks.others import book
from tests.live import PASSWORD
from tests.scripted import call


def still_waits(waiting: ToolCall) -> bool:
    """Whether nobody's answer was taken."""
    return ToolCall.objects.get(pk=waiting.pk).status == "awaiting" and not waiting.decisions.exists()


@case("A second request that looks the same", "list")
def repeat_in_the_list(desk: Desk) -> str:
    first, second = desk.propose({"text": "Pay the bill"}), desk.propose({"text": "Pay the bill"})
    for waiting in (first, second):
        desk.open(waiting)
        assert "Another request reads the same." in desk.page.locator("#request").inner_text()
    rows = desk.page.locator("[data-list] .row", has_text="Write Pay the bill").all_inner_texts()
    assert len(rows) == 2 and all("Another request reads the same" in row for row in rows)
    return "both rows and both cards say so"


@case("The same call twice in one breath", "arguments")
def say_it_twice(desk: Desk) -> str:
    same = ("act", {"text": "Pay the rent"})
    calls = desk.play(call(same, same))
    desk.open(calls[-1])
    assert "exactly this twice at once" in desk.page.locator("section[aria-labelledby=wk]").inner_text()
    return "the card says so"


@case("Changed while the card is open", "stale page")
def change_under_the_eyes(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    page = desk.open(waiting)
    ToolCall.objects.filter(pk=waiting.pk).update(version=2)
    page.wait_for_timeout(700)
    page.locator("#yes-form button").click()
    page.get_by_text("What you saw is no longer what would run.").wait_for()
    assert still_waits(waiting)
    status, words = desk.answer(waiting, digest="0" * 64, version=2)
    assert status == 409 and "no longer what would run" in words
    return "not used, and the page says so"


@case("The slot goes while the card waits", "stale page")
def take_the_slot(desk: Desk) -> str:
    ana, other = Patient.objects.order_by("pk")[:2]
    waiting = book(desk, ana)
    slot = Slot.objects.get(pk=json.loads(waiting.arguments)["slot_id"])
    at = {"provider": slot.provider, "starts_at": slot.starts_at, "minutes": slot.minutes}
    Appointment.objects.create(patient=other, slot=slot, kind="consultation", booked_at=timezone.now(), **at)
    desk.say_yes(waiting)
    assert desk.go_on(waiting).status == "failed"
    assert Appointment.objects.filter(slot=slot, status="booked").count() == 1
    desk.open(waiting)
    assert "It did not work." in desk.page.locator("#request").inner_text()
    return "looked at once more, not booked, and the page says so"


@case("The same form sent twice", "replay")
def replay_the_form(desk: Desk) -> str:
    waiting = desk.propose({"text": "once"})
    desk.open(waiting)
    assert desk.answer(waiting)[0] == 302
    status, words = desk.answer(waiting)
    assert status == 409 and "Priya Nair said yes at" in words
    desk.go_on(waiting)
    assert desk.executed.count("once") == 1 and waiting.decisions.count() == 1
    return "the first counts, the second is told"


@case("A form of another card or another person", "replay")
def borrow_a_form(desk: Desk) -> str:
    waiting, other = desk.propose({"text": "x"}, tool="final"), desk.propose({"text": "y"}, tool="final")
    desk.open(waiting)
    ruth, priya = User.objects.get(username="ruth"), User.objects.get(username="priya")
    for user, shown in ((ruth, waiting), (priya, other)):
        token = actions.sign_showing(user=user, call_id=shown.pk, version=1)
        status, words = desk.answer(waiting, shown=token, typed="YES")
        assert status == 400 and "belongs to another request or person" in words
    assert still_waits(waiting)
    return "refused: form_unknown"


@case("Somebody else's card, or one that is not there", "address")
def open_a_strangers_card(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    desk.open(waiting)
    missing = [desk.page.request.get(f"{desk.server.url}/{path}/999999/") for path in ("requests", "handoffs")]
    assert {answer.status for answer in missing} == {404}
    stranger = User.objects.create_user("nobody", password=PASSWORD)
    with desk.another_page(stranger) as page:
        answer = page.goto(f"/requests/{waiting.pk}/")
        assert answer and answer.status == 403
        assert "Write x" not in page.locator("body").inner_text()
    return "404 and 403, without a word of the card"


@case("A form without digest or version", "forged form")
def forge_the_form(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    desk.open(waiting)
    path = f"/requests/{waiting.pk}/answer/"
    assert desk.post(path, answer="yes", version=1)[0] == 409
    assert desk.post(path, answer="yes", digest=waiting.digest)[0] == 400
    assert desk.post(path, answer="approve", version=1, digest=waiting.digest)[0] == 400
    assert desk.post(path, answer="yes", version=1, digest=waiting.digest[:-1] + "g")[0] == 409
    assert still_waits(waiting)
    return "400 and 409, nothing done"


@case("An answer sent from another web site", "CSRF")
def send_from_elsewhere(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    fields = {"answer": "yes", "version": "1", "digest": waiting.digest}
    with desk.another_site(form(f"{desk.server.url}/requests/{waiting.pk}/answer/", fields)) as page:
        with page.expect_response("**/answer/") as sent:
            page.locator("button").click()
        assert sent.value.status == 403
    desk.open(waiting)
    send = "async (path) => (await fetch(path, {method: 'POST'})).status"
    without = desk.page.evaluate(send, f"/requests/{waiting.pk}/answer/")
    assert without == 403 and still_waits(waiting)
    return "403, nothing done"


def form(action: str, fields: dict[str, str]) -> str:
    """The page of a site that wants a visitor to send this form."""
    inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{action}">{inputs}<button>Win a prize</button></form>'


@case("A log-in sent from another web site", "login CSRF")
def log_in_from_elsewhere(desk: Desk) -> str:
    """Whoever works on in the attacker's session would answer in the attacker's name."""
    fields = {"username": "leo", "password": PASSWORD}
    with desk.another_site(form(f"{desk.server.url}/login/", fields)) as page:
        with page.expect_response("**/login/") as sent:
            page.locator("button").click()
        assert sent.value.status == 403
    desk.page.goto("/")
    assert "Priya Nair" in (desk.page.locator("details.me summary").get_attribute("aria-label") or "")
    return "403, still Priya"


@case("The card in somebody's frame", "clickjacking")
def frame_the_card(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    with desk.another_site(f'<iframe src="{desk.server.url}/requests/{waiting.pk}/"></iframe>') as page:
        page.wait_for_timeout(500)
        assert len(page.frames) == 2
        assert not page.frames[1].locator("#request").count()
    headers = desk.page.request.get(f"{desk.server.url}/requests/{waiting.pk}/").headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    return "the browser shows nothing of it"


@case("Double click", "click")
def click_twice(desk: Desk) -> str:
    first = desk.propose({"text": "first"})
    others = list(ToolCall.objects.filter(status="awaiting").exclude(pk=first.pk).values_list("pk", flat=True))
    page = desk.open(first)
    page.wait_for_timeout(700)
    page.locator("#yes-form button").dblclick()
    page.wait_for_url(lambda address: f"/{first.pk}/" not in address)
    page.wait_for_timeout(300)
    assert Decision.objects.filter(call=first).count() == 1
    assert not Decision.objects.filter(call__in=others).exists()
    return "one answer, and none to the next request"


@case("A card slid under a click", "pop-under")
def slide_under_a_click(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    address = f"{desk.server.url}/requests/{waiting.pk}/"
    with desk.another_site(f"<button onclick=\"window.open('{address}')\">Play</button>") as page:
        with page.expect_popup() as opened:
            page.locator("button").click()
        card = opened.value
        card.wait_for_load_state()
        assert card.evaluate("window.opener === null"), "the opener cannot move or close it"
        card.close()
    with desk.another_page() as page:
        page.clock.install()
        page.goto(address)
        page.locator("#yes-form button").click()
        page.clock.run_for(300)
        page.locator("#yes-form button").click()
        page.wait_for_timeout(0)
    assert still_waits(waiting)
    return "no opener, and no answer before it could be read"


@case("Something dropped on the answers", "drag and drop")
def drop_on_the_answers(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    page = desk.open(waiting)
    page.wait_for_timeout(700)
    page.get_by_role("link", name="See every step").drag_to(page.locator("#yes-form button"))
    page.locator("#rh").drag_to(page.locator("#yes-form button"))
    assert page.url.endswith(f"/requests/{waiting.pk}/") and still_waits(waiting)
    return "nothing happens"


@case("Requests that arrive under the pointer", "layout shift")
def shift_under_the_pointer(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    with desk.another_page() as page:
        page.clock.install()
        page.goto(f"/requests/{waiting.pk}/")
        page.locator("#yes-form button").hover()
        places = page.evaluate(PLACES)
        for number in range(5):
            desk.propose({"text": f"new {number}"})
        page.clock.run_for(31_000)
        page.get_by_text("5 new requests").first.wait_for()
        assert page.evaluate(PLACES) == places
    return "they wait behind the bar; nothing moved"


PLACES = """() => [...document.querySelectorAll("#yes-form button, [data-no] summary, [data-list] .row")].map((one) => {
  const box = one.getBoundingClientRect();
  return [box.left, box.top];
})"""


@case("500 harmless calls before one that is not", "flood")
def flood_the_desk(desk: Desk) -> str:
    many = [("act", {"text": f"harmless {number}"}) for number in range(500)]
    calls = desk.play(call(*many, ("act", {"text": "delete all"})))
    waiting = [one for one in calls if one.status == "awaiting"]
    assert len(calls) == 501 and len(waiting) == 5
    assert {one.result["code"] for one in calls if one.status == "refused"} == {"too_many_waiting"}
    return "5 wait, 496 are refused and the model is told"
