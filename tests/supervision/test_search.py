"""A long list: found by a word without a script, cut into pages that stay light, callers on the line first."""

import re

from django.test import Client
from django.utils import timezone

from supervision.inbox.desk import PAGE_ROWS, read_desk
from tests.supervision.rows import ANA, MOVE, add_call, add_run

LEO = MOVE.model_copy(
    update={
        "title": "Book Leo Brandt, Thu 12 March, 9am",
        "subject": ANA.model_copy(update={"surname": "Brandt", "given": "Leo", "number": "1234 567"}),
    }
)


def titles(client: Client, query: str) -> list[str]:
    page = client.get(f"/?{query}", headers={"X-Desk-Part": "list"}).content.decode()
    return re.findall(r'class="ttl"><bdi>(.*?)</bdi>', page)


def test_a_request_is_found_by_patient_tool_and_the_callers_words(desk: Client) -> None:
    add_call(MOVE, run=add_run("Could I come after three?"))
    add_call(LEO, run=add_run("My knee hurts"), tool="book_appointment")
    for words in ("brandt", "1234", "book appointment", "KNEE", "leo knee"):
        assert titles(desk, f"q={words}") == [LEO.title], words
    assert titles(desk, "q=nobody") == [] and titles(desk, "q=leo+three") == []
    assert len(titles(desk, "q=")) == 2 and len(titles(desk, "q=%00")) == 2


def test_a_hand_off_is_found_and_what_was_decided_too(desk: Client) -> None:
    now = timezone.now()
    add_run("My dad fell", status="handed_off", handoff_reason="Asked for a person", finished_at=now)
    add_call(LEO, status="rejected", decided_by="Mo Ali", decided_at=now)
    add_call(MOVE, status="rejected", decided_by="Mo Ali", decided_at=now)
    assert titles(desk, "q=dad") == ["My dad fell"]
    assert titles(desk, "view=decided&q=brandt") == [LEO.title]


def test_the_search_says_what_it_found_and_the_way_back(desk: Client) -> None:
    add_call(LEO)
    page = desk.get("/", {"q": "<b>"}).content.decode()
    assert "No request with “&lt;b&gt;”" in page and 'href="/?view=waiting">Show all</a>' in page
    assert 'data-url="/?view=waiting&amp;q=%3Cb%3E"' in page


def test_two_hundred_that_wait_come_in_light_pages_and_each_is_on_one(desk: Client) -> None:
    for _ in range(199):
        add_call(MOVE)
    caller = add_call(LEO, run=add_run(on_the_line=True))
    pages = [desk.get("/", {"page": number}) for number in range(1, 5)]
    assert max(len(page.content) for page in pages) < 60 * 1024
    keys = [re.findall(r'data-key="(.*?)"', page.content.decode()) for page in pages]
    assert [len(of) for of in keys] == [PAGE_ROWS, PAGE_ROWS, PAGE_ROWS, 20]
    assert len({key for of in keys for key in of}) == 200 and keys[0][0] == f"call-{caller.pk}"
    assert "Show 140 more" in pages[0].content.decode() and "200 waiting" in pages[1].content.decode()


def test_a_row_on_another_page_is_named_so_that_no_script_takes_it_for_answered(db: None) -> None:
    for _ in range(PAGE_ROWS + 2):
        add_call(MOVE)
    desk = read_desk(view="waiting", now=timezone.now())
    shown = {row.key for row in desk.rows}
    assert len(desk.elsewhere) == 2 and not shown & set(desk.elsewhere) and desk.more == 2


def test_a_number_is_one_word_with_and_without_its_blanks(desk: Client) -> None:
    number = MOVE.model_copy(update={"title": "Ana", "subject": ANA.model_copy(update={"number": "4821 077"})})
    mobile = {"surname": "Brandt", "number": "4821 555", "mobile": "07700 900077"}
    add_call(number)
    add_call(MOVE.model_copy(update={"title": "Leo", "subject": ANA.model_copy(update=mobile)}))
    for words in ("4821 077", "4821077", "  4821   077 "):
        assert titles(desk, f"q={words}") == ["Ana"], words
    assert titles(desk, "q=07700900077") == ["Leo"] and titles(desk, "q=4821 555 brandt") == ["Leo"]


def test_a_search_that_finds_nothing_says_so_and_what_waits(desk: Client) -> None:
    add_call(MOVE)
    add_call(LEO)
    page = desk.get("/", {"q": "zzz"}).content.decode()
    assert "No request with “zzz”." in page and "2 are waiting." in page
    assert "Nothing needs you right now" not in page and 'href="/?view=waiting">Show all</a>' in page
