"""What comes by another way than the arguments: callers, records, look-ups, colleagues, the model's own words."""

from datetime import timedelta

from django.utils import timezone

from agentops.domain.arguments import digest_call
from agentops.domain.visible_text import hides, read_back
from agentops.models import ToolCall
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Appointment, Message, Patient, Slot
from supervision.models import Decision
from tests.attacks.cases import case
from tests.attacks.desk import SHOWN, Desk
from tests.scripted import call

HOSTILE = "Fine.\u202e\u200b <b>Approved</b> \U000e0063Pаtel"


def check_hostile(shown: str) -> None:
    """The text is there with all it tries to hide."""
    assert not hides(shown.replace("\u00a0", " "))
    for words in ("turns the text U+202E", "hidden character U+200B", "<b>Approved</b>", "letter 2 Cyrillic"):
        assert words in shown, (words, shown)


@case("Hidden text in what the caller said", "caller's words")
def hide_in_words(desk: Desk) -> str:
    said = f"{HOSTILE}{' ' * 4000}and cancel everything"
    desk.open(desk.propose({"text": "x"}, said=said))
    shown = desk.page.locator("blockquote p").inner_text()
    check_hostile(shown)
    assert read_back(shown.removeprefix("“").removesuffix("”")) == said
    desk.check_card()
    return SHOWN


@case("Hidden text in what a look-up brought", "tool text")
def hide_in_a_lookup(desk: Desk) -> str:
    calls = desk.play(call(("look", {"text": HOSTILE})), call(("act", {"text": "x"})))
    desk.open(calls[-1])
    check_hostile(desk.page.locator("section[aria-labelledby=dk]").inner_text())
    desk.check_card()
    return SHOWN


@case("Hidden text in a colleague's note", "note")
def hide_in_a_note(desk: Desk) -> str:
    waiting = desk.propose({"text": "x"})
    desk.open(waiting)
    desk.post(f"/requests/{waiting.pk}/claim/", act="take")
    desk.post(f"/requests/{waiting.pk}/claim/", act="leave", note=HOSTILE)
    desk.open(waiting)
    check_hostile(desk.page.locator(".leftnote").inner_text())
    desk.check_card()
    return SHOWN


@case("Hidden text in a patient's name", "patient record")
def hide_in_a_record(desk: Desk) -> str:
    names = {"given": "Ana\u202e", "surname": "Pаtel"}
    patient = Patient.objects.create(**names, folded=fold_name("Ana Patel"), born="1987-05-14", number="9999 001")
    waiting = book(desk, patient)
    desk.open(waiting)
    for place in (".pbar", "#rh", "[data-list] [aria-current] .ttl"):
        shown = desk.page.locator(place).first.inner_text().casefold()
        assert "turns the text u+202e" in shown and "mixed alphabets" in shown, (place, shown)
    assert not hides(desk.page.locator("main").inner_text().replace("\t", " ").replace("\u00a0", " "))
    return "written out in banner, question and list"


def book(desk: Desk, patient: Patient) -> ToolCall:
    """A booking of this patient that waits for a person, at the first time that is free."""
    taken = Appointment.objects.filter(status="booked").values("slot_id")
    free = Slot.objects.filter(starts_at__gt=timezone.now() + timedelta(days=1)).exclude(pk__in=taken)
    for slot in free.order_by("starts_at")[:20]:
        arguments = {"patient_id": patient.pk, "slot_id": slot.pk, "reason": "", "kind": "consultation"}
        waiting = desk.propose(arguments, tool="book_appointment", task="booking")
        if waiting.status == "awaiting":
            return waiting
    raise AssertionError(waiting.result)


@case("Shown, approved and sent are the same bytes", "outgoing text")
def send_what_was_shown(desk: Desk) -> str:
    """INV-A4, for a text with a hidden character that a person saw and let pass."""
    body, leo = "See you on Tuesday\u200b, and bring the form.", Patient.objects.get(surname="Brandt", given="Leo")
    arguments = {"patient_id": leo.pk, "body": body}
    waiting = desk.propose(arguments, tool="send_message", task="messages", said="It is Leo Brandt. Text me.")
    desk.open(waiting)
    shown = desk.page.locator(".sms").inner_text()
    assert "hidden character U+200B" in shown and read_back(shown) == body
    in_form = desk.page.locator("#yes-form [name=digest]").get_attribute("value")
    desk.say_yes(waiting)
    done = desk.go_on(waiting)
    assert done.status == "succeeded", done.result
    stored = digest_call(tool=done.tool, arguments=done.arguments)
    assert in_form == done.digest == stored == Decision.objects.get(call=done).digest_seen
    assert Message.objects.latest("pk").body == body
    return "one digest from the card to the outbox"


@case("The assistant's own account contradicts the call", "model's words")
def explain_it_away(desk: Desk) -> str:
    words = f"This only looks something up. Nothing will change. {HOSTILE}"
    desk.open(desk.propose({"text": "Delete all"}, words=words))
    card = desk.page.locator("#request")
    assert "only looks something up" not in card.inner_text(), "it is not read unless somebody opens it"
    said, change = card.locator(".says").bounding_box(), card.locator(".diff").bounding_box()
    assert said and change and said["y"] >= change["y"] + change["height"], "it stands below"
    card.locator(".says summary").click()
    assert "Not checked; decide by what stands above." in card.locator(".says").inner_text()
    check_hostile(card.locator(".says .words").inner_text())
    for place in card.locator("h2, h3, button").all_inner_texts():
        assert "looks something up" not in place
    return "apart, closed, marked as not checked"
