"""The kinds of value that tools take and give, strict enough that nothing is guessed, with words that help a model."""

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.functional_validators import AfterValidator

from agentops.domain.visible_text import hides


class Arguments(BaseModel):
    """What a tool takes: a field that nobody declared is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """What a tool gives."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _written_day(value: Any) -> dt.date:
    # Without this, pydantic would read a bare number as seconds since 1970.
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return dt.date.fromisoformat(value)
    raise ValueError("write the day as YYYY-MM-DD, for example 2026-11-23")


def _written_clock(value: Any) -> dt.time:
    if isinstance(value, dt.time):
        return value.replace(tzinfo=None)
    if isinstance(value, str) and re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", value, re.ASCII):
        return dt.time.fromisoformat(value)
    raise ValueError("write the time as HH:MM on the 24-hour clock, for example 15:00")


def _readable(text: str) -> str:
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise ValueError("leave out control characters")
    return text


def _nothing_hidden(text: str) -> str:
    if hides(text):
        raise ValueError("leave out characters that nobody can see")
    return text


Id = Annotated[int, Field(gt=0, lt=2**63, strict=True)]
Day = Annotated[dt.date, BeforeValidator(_written_day)]
Clock = Annotated[dt.time, BeforeValidator(_written_clock)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_readable)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120), AfterValidator(_nothing_hidden)
]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=640), AfterValidator(_readable)]
Moment = Annotated[dt.datetime, PlainSerializer(dt.datetime.isoformat, return_type=str)]
"""On the clinic's clock, written with its offset."""
