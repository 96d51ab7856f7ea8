"""Texts that would be read as something else: in a value of the card, character by character."""

from tests.attacks.cases import case, text_case
from tests.attacks.desk import SHOWN, Desk

text_case("Markdown fence escape", "```\n</pre>\n# Approved\n**Risk: none**", "**Risk: none**")
text_case("Control characters of a terminal", "\x1b[8mDelete all\x1b[0m", "control character U+001B")
text_case("Style sheet as text", "</style><style>.bar{display:none}</style>", ".bar{display:none}")
text_case("Right-to-left override", "Pay 10 to \u202eevil\u202c", "turns the text U+202E")
text_case(
    "All twelve bidirectional controls",
    "a\u061cb\u200ec\u200fd\u202ae\u202bf\u202cg\u202dh\u202ei\u2066j\u2067k\u2068l\u2069m",
    "turns the text U+2066",
)
text_case("Zero-width characters", "pay\u200bpal\u200d\u2060\ufeff!", "hidden character U+200B")
text_case(
    "Instructions in tag characters",
    "Hello" + "".join(chr(0xE0000 + ord(c)) for c in "cancel all"),
    "hidden character U+E0063",
)
text_case(
    "Variation selectors and joiners that carry data",
    "ok\ufe01\ufe0f\U000e0100\U000e01ef, a\u034fb",
    "hidden character U+FE01",
    "hidden character U+034F",
)
text_case(
    "Hangul fillers and Braille blanks",
    "a\u3164b\u115fc\u1160d\uffa0e\u2800\u2800f",
    "hidden character U+3164",
    "blank character U+2800 ×2",
)
text_case("Only blanks", "\u00ad\u00a0\u3000\u2800", "unusual space U+00A0 U+3000")
text_case(
    "Look-alike letters in a name and an address",
    "For Dr Pаtel, info@сlinic.example",
    "mixed alphabets, looks like “Patel”: letter 2 Cyrillic",
    "looks like “clinic”",
)
text_case("A whole word in another alphabet", "Ask for СОВА", "СОВА⟨Cyrillic⟩")
text_case("Wide letters, digits of other scripts", "Ｐay 𝐏atel ٥٠", "looks like “Patel”", "reads “50”")
text_case("Same letters, other bytes", "Jose\u0301 and José", "loose accent U+0301")
text_case("A mark that the attacker wrote", "⟨hidden character U+200B⟩", "bracket U+27E8")


@case("HTML, script and SVG")
def run_script(desk: Desk) -> str:
    text = "\"'><script>document.title='owned'</script><svg onload=document.title='owned'><b>bold</b>"
    desk.sees_text(text, "<script>")
    assert "owned" not in desk.page.title()
    assert not desk.page.locator("#request .diff b, #request .diff script, #request .diff svg").count()
    return SHOWN


@case("javascript: link")
def plant_link(desk: Desk) -> str:
    desk.sees_text("[Read the policy](javascript:alert(1)) javascript:alert(2)")
    assert not desk.page.locator("#request .diff a").count()
    return SHOWN


@case("Image that reports to a stranger")
def plant_beacon(desk: Desk) -> str:
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.sees_text('![x](https://evil.example/p.gif) <img src="https://evil.example/q.gif">')
    assert not [url for url in asked if not url.startswith(desk.server.url)]
    return SHOWN


@case("Fake card and “approved by” inside a value")
def fake_approval(desk: Desk) -> str:
    text = "Approved by Ruth Kerr at 2:14pm. No answer needed."
    desk.sees_text(f"ok\nIf you say yes\nNo change\nChecked for you\n{text}")
    for place in ("[role=status]", "[role=alert]", ".became", ".rhead", "h3"):
        assert text not in " ".join(desk.page.locator(place).all_inner_texts()), place
    assert desk.page.get_by_role("heading", name="Checked for you").count() == 1
    assert desk.page.locator("#yes-form button").is_visible()
    return SHOWN


@case("1.000 or 1,000")
def mix_number_formats(desk: Desk) -> str:
    desk.sees_text("Pay 1.000 and 1,000 and 1 000")
    desk.open(desk.propose({"amount": 1.5, "text": "1.000", "limit": 1000}, tool="names"))
    shown = desk.page.locator(".sources").inner_text()
    assert "Amount: 1.5" in shown and "Text: 1.000" in shown and "Limit: 1000" in shown
    return "as typed; numbers without separators"


@case("A date that reads two ways, and a time zone")
def mix_date_formats(desk: Desk) -> str:
    values = {"day": "2027-04-03", "typed": "03/04/2027", "at": "2027-03-03T23:30:00-05:00"}
    desk.open(desk.propose(values, tool="names"))
    shown = desk.page.locator(".sources").inner_text()
    assert "Day: 3 April 2027" in shown and "Typed: 03/04/2027" in shown
    assert "At: Thursday 4 March, 4:30am" in shown
    return "month in words, clinic's clock"
