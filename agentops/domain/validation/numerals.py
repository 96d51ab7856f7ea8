"""Digits that are certainly no telephone number: dates, times, prices, addresses of machines."""

import re

FILLER = "\x00"

_YEAR = r"(?:19|20)\d\d"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_HOUR = r"(?:2[0-3]|[01]?\d)"
_TIME = rf"{_HOUR}[:.h][0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?"
_ISO_DAY = rf"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}"
_ALONE = r"(?<![\d+])(?<!\d[-./])"
_OVER = r"(?![-./]?\d)"

_OTHER = re.compile(
    "|".join(
        (
            rf"{_ALONE}{_ISO_DAY}(?:T|[ \t]{{1,2}}(?:at )?){_TIME}(?:Z|[+-]\d\d:?\d\d)?{_OVER}",
            rf"{_ALONE}{_ISO_DAY}(?: ?/ ?(?:{_MONTH}-)?{_DAY})?{_OVER}",
            rf"{_ALONE}(?<![-+*/] )[1-9]\d{{0,5}}\.\d\d(?: ?[-+*/] ?\d{{1,6}}\.\d\d)+{_OVER}",
            rf"{_ALONE}(?:{_DAY}([-/.]){_MONTH}\1|{_MONTH}([-/.]){_DAY}\2)(?:{_YEAR}|\d\d){_OVER}",
            rf"{_ALONE}{_DAY} {_MONTH} {_YEAR}{_OVER}(?! \d)",
            rf"{_ALONE}{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T?\d{{6}}Z?)?{_OVER}",
            rf"{_ALONE}{_YEAR} ?[-/] ?{_YEAR}{_OVER}",
            rf"{_ALONE}{_TIME} ?(?:[ap]\.?m\.?)? ?(?:-|to|/) ?{_TIME}{_OVER}",
            rf"{_ALONE}{_HOUR}:[0-5]\d(?::[0-5]\d)?{_OVER}",
            r"\b(?:suite|ste|apt|apartment|unit|room|rm|floor|building|bldg|box)\.? ?#? ?\d{1,5}\b(?![-.]\d)",
            r"[£$€]\s?\d[\d,]*(?:\.\d\d?)?",
            r"(?<![\d+(])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d-])",
            rf"{_ALONE}(?:\d{{1,3}}\.){{3}}\d{{1,3}}{_OVER}",
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        )
    ),
    re.IGNORECASE,
)


def hide_other_numbers(text: str) -> str:
    """The text, equally long, with filler in place of dates, times, prices and machine addresses."""
    return _OTHER.sub(lambda match: FILLER * len(match[0]), text)
