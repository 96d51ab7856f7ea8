"""What a page put into its own form and gets back with it; anything else was not sent by our pages."""

from typing import TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext
from pydantic import BaseModel, ValidationError

Setting = TypeVar("Setting", bound=BaseModel)


def read_number(request: HttpRequest, name: str, *, digits: int = 9) -> int:
    """A number that the page put into its form."""
    value = request.POST.get(name, "")
    if not value.isascii() or not value.isdecimal() or len(value) > digits:
        raise _missing(name)
    return int(value)


def read_cursor(request: HttpRequest) -> int | None:
    """Where a list goes on, by its address; one that cannot be read begins at the newest."""
    cursor = request.GET.get("before", "")
    return int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else None


def read_setting(request: HttpRequest, kind: type[Setting]) -> Setting:
    """A whole setting that the page put into its form, as it was checked."""
    try:
        return kind.model_validate_json(request.POST.get("setting", ""))
    except ValidationError:
        raise _missing("setting") from None


def _missing(name: str) -> BadRequest:
    return BadRequest(gettext("The form is incomplete: %(name)s is missing.") % {"name": name})
