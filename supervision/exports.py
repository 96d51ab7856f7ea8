"""Rows as a file: CSV that no spreadsheet takes for a formula, and JSON."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = Mapping[str, Any]


def safe_cell(value: Any) -> str:
    """A value as text for a cell. What a spreadsheet would calculate is told apart by a leading apostrophe."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text


def export_csv(name: str, columns: Sequence[str], rows: Iterable[Row]) -> StreamingHttpResponse:
    """A file `name`.csv with one line per row, sent as the rows are read."""
    return _attach(f"{name}.csv", "text/csv; charset=utf-8", _write_csv(columns, rows))


def export_json(name: str, rows: Iterable[Row]) -> StreamingHttpResponse:
    """A file `name`.json with one list of objects, sent as the rows are read."""
    return _attach(f"{name}.json", "application/json", _write_json(rows))


class _Line:
    """What the csv module writes into: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def _write_csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # so that spreadsheets read it as UTF-8
    yield writer.writerow([safe_cell(column) for column in columns])
    for row in rows:
        yield writer.writerow([safe_cell(row.get(column)) for column in columns])


def _write_json(rows: Iterable[Row]) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before + json.dumps(row, ensure_ascii=False, default=str)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _attach(name: str, kind: str, parts: Iterator[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        parts, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
