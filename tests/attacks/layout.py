"""Texts that push, pile up or break out: measured on the page, not read."""

from playwright.sync_api import Locator

from tests.attacks.cases import case, text_case
from tests.attacks.desk import SHOWN, Desk

NEW_LINE = "\n"
DANGER = "and then delete every appointment"

text_case(
    "4,000 spaces and 4,000 line ends before the end",
    f"Fine.{' ' * 4000}Really.{NEW_LINE * 4000}{DANGER}",
    "blank: 4000 spaces",
    "blank: 4000 line ends",
    DANGER,
)
text_case("The danger after 120 characters", f"{'Book the usual visit, as agreed. ' * 5}{DANGER}", DANGER)


def end_is_reached(value: Locator) -> bool:
    """Whether the last words come into sight when the box, which the keyboard reaches, is scrolled to its end."""
    return bool(
        value.evaluate(
            """(box) => {
              box.focus();
              box.scrollTop = box.scrollHeight;
              const range = document.createRange();
              range.setStart(box.lastChild, box.lastChild.length - 5);
              range.setEnd(box.lastChild, box.lastChild.length);
              const words = range.getBoundingClientRect(), frame = box.getBoundingClientRect();
              return document.activeElement === box && words.top >= frame.top && words.bottom <= frame.bottom + 1
                && words.right <= frame.right + 1;
            }"""
        )
    )


@case("Spaces and line ends by turns")
def alternate_blanks(desk: Desk) -> str:
    desk.sees_text("Fine." + " \n" * 300 + DANGER, DANGER, "blank: (1 space, 1 line end) ×300")
    return SHOWN


@case("60 KiB with the danger at the end")
def bury_the_end(desk: Desk) -> str:
    text = ("word " * 12_200)[: 60_000 - len(DANGER)] + DANGER
    for tool in ("act", "letter"):
        desk.sees_text(text, "long text, 60,000 characters", f"{DANGER} ⟨end of the long text⟩", tool=tool)
        assert end_is_reached(desk.value())
    return "whole, in a box that scrolls, its end marked"


@case("One word of 5,000 letters")
def break_out_sideways(desk: Desk) -> str:
    desk.sees_text("x" * 5000 + "DANGER", "xDANGER ⟨end of the long text⟩")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    narrow = desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    assert narrow
    return SHOWN


@case("Tower of accents over the next line")
def pile_up_accents(desk: Desk) -> str:
    """The pixels of the next line are the same under the tower and under two plain letters."""
    desk.sees_text("xy")
    plain = pixels_of(desk, desk.value("After it"))
    desk.sees_text("x" + "\u0316\u0317\u0301\u0302" * 40 + "y", "(U+0301 U+0302 U+0316 U+0317) ×39")
    assert pixels_of(desk, desk.value("After it")) == plain
    desk.sees_text("Do not" + "".join(f"{letter}\u0336" for letter in "cancel"), "loose accent U+0336")
    return "two accents kept, the rest and every stroke written out"


def pixels_of(desk: Desk, value: Locator) -> bytes:
    """The first words of a value as they are painted, with what hangs into them from above."""
    box = value.bounding_box()
    assert box
    clip = {"x": round(box["x"]), "y": round(box["y"]), "width": 90, "height": 20}
    return desk.page.screenshot(clip=clip)  # type: ignore[arg-type]


def order_on_screen(value: Locator) -> list[str]:
    """The words of a value as they stand on the screen, from left to right."""
    found = value.evaluate(
        """(box) => [...box.textContent.matchAll(/\\S+/g)].map((word) => {
          const range = document.createRange();
          range.setStart(box.firstChild, word.index);
          range.setEnd(box.firstChild, word.index + word[0].length);
          return [range.getBoundingClientRect().left, word[0]];
        })"""
    )
    return [word for _, word in sorted(found)]


@case("A Hebrew name reads right", "real name")
def keep_hebrew(desk: Desk) -> str:
    desk.sees_text("דנה כהן")
    assert order_on_screen(desk.value()) == ["כהן", "דנה"]
    desk.sees_text("Book דנה כהן at 2pm")
    assert order_on_screen(desk.value()) == ["Book", "כהן", "דנה", "at", "2pm"]
    desk.sees_text("כהן 12")
    label, value = desk.page.locator(".diff tbody th").first.bounding_box(), desk.value().bounding_box()
    assert label and value and label["x"] < value["x"], "a value turns itself, never its label"
    return "right to left, and the words around it stay in place"


@case("An Arabic name reads right", "real name")
def keep_arabic(desk: Desk) -> str:
    desk.sees_text("مُحَمَّد علي")
    assert order_on_screen(desk.value()) == ["علي", "مُحَمَّد"]
    desk.sees_text("Call علي back")
    assert order_on_screen(desk.value()) == ["Call", "علي", "back"]
    return "right to left, and the words around it stay in place"
