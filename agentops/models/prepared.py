"""Statements of the hot path: Django writes their SQL once, then they run with other values (docs/decisions/0006)."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Expression, QuerySet
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row")
Model = type[models.Model]
Build = Callable[[], "QuerySet[Any, Any]"]

_AS_IT_IS = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.FloatField)
"""Fields whose values every driver takes without a conversion."""


class Slot:
    """The place of a value in a compiled statement. `write` makes the database's value of it; None: it is one."""

    __slots__ = ("name", "write")

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        self.name = name
        self.write = _writer(field)


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How a backend wants this field's values: its own way where it has one, otherwise Django's."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    if type(field) in wrapper.writers:
        return cast("Callable[[Any], Any] | None", wrapper.writers[type(field)])
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, _AS_IT_IS):
        return None
    return lambda value: field.get_db_prep_save(value, wrapper)


class Param(Expression):
    """A value that is given by name each time the statement runs."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """The placeholder, with a slot where the value will go."""
        return "%s", [Slot(self.name, self.output_field)]


class Constant:
    """An expression that is the same whenever the statement runs, such as the database's clock."""

    __slots__ = ("expression",)

    def __init__(self, expression: Any) -> None:
        self.expression = expression


class _Statement(NamedTuple):
    """SQL as the driver takes it, its values with gaps, and what goes into the gaps."""

    sql: str
    values: list[Any]
    gaps: tuple[tuple[int, Slot], ...]

    @classmethod
    def of(cls, sql: str, params: Any) -> "_Statement":
        """A statement as Django compiled it, slots among its parameters."""
        wrapper: Any = connections[DEFAULT_DB_ALIAS]
        gaps = tuple((place, part) for place, part in enumerate(params) if isinstance(part, Slot))
        return cls(wrapper.driver_sql(sql), list(params), gaps)

    def run(self, wrapper: Any, given: Mapping[str, Any]) -> Any:
        """Run it with these values; returns the driver's cursor."""
        values = self.values.copy()
        for place, slot in self.gaps:
            value = given[slot.name]
            values[place] = value if value is None or slot.write is None else slot.write(value)
        return wrapper.run_prepared(self.sql, values)


class _Query(NamedTuple):
    """A statement that reads, and for each column that needs it how Python's value is made of the database's."""

    statement: _Statement
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]


class Select(Generic[Row]):
    """A query for rows of a few columns. `build` gives `values_list` of the row type's fields, in their order.

    `lock` names the table whose rows stay locked to the end of the transaction. (SQLite locks as a whole.)
    """

    def __init__(self, row: Callable[..., Row], build: Build, *, lock: Model | None = None) -> None:
        self._row = row
        self._build = build
        self._lock = lock
        self._compiled: dict[str, _Query] = {}

    def rows(self, **values: Any) -> list[Row]:
        """Every row, in the query's order."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        query = self._compiled.get(wrapper.vendor) or self._compile()
        found = query.statement.run(wrapper, values).fetchall()
        return [self._row(*self._convert(one, query)) for one in found]

    def row(self, **values: Any) -> Row | None:
        """The first row; None where there is none."""
        found = self.rows(**values)
        return found[0] if found else None

    @staticmethod
    def _convert(one: Any, query: _Query) -> Any:
        if not query.readers:
            return one
        columns = list(one)
        for place, read in query.readers:
            if columns[place] is not None:
                columns[place] = read(columns[place])
        return columns

    def _compile(self) -> _Query:
        compiler = self._build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if self._lock and connection.features.has_select_for_update:
            sql += f" FOR UPDATE OF {connection.ops.quote_name(self._lock._meta.db_table)}"
        wanted = compiler.get_converters([expression for expression, _, _ in compiler.select])
        readers = tuple((place, _reader(*parts)) for place, parts in wanted.items())
        return self._compiled.setdefault(connection.vendor, _Query(_Statement.of(sql, params), readers))


def _reader(converters: Any, expression: Any) -> Callable[[Any], Any]:
    """How a column is read: the backend's own way where it has one, otherwise by Django's converters in their order."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    field = expression.output_field
    if type(field) in wrapper.readers:
        return cast("Callable[[Any], Any]", wrapper.readers[type(field)])
    if isinstance(field, models.JSONField):
        return json.loads

    def read(value: Any) -> Any:
        for one in converters:
            value = one(value, expression, wrapper)
        return value

    return read


def update_rows(model: Model, *, where: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
    """Change the rows that match; returns how many did.

    `where` maps lookups to values, `changes` maps columns to values. A value may be a `Constant`; a tuple in `where`
    belongs to the statement as well.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    shape = (tuple(map(_shape, where.items())), tuple(map(_shape, changes.items())))
    statement = _compile_update(model, wrapper.vendor, *shape)
    values = {**changes, **{f"where {name}": value for name, value in where.items()}}
    return int(statement.run(wrapper, values).rowcount)


def insert_row(model: Model, /, **values: Any) -> int:
    """Add a row and return its key. Columns (by their attribute's name) that are not given take the field's default."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    statement, fresh = _compile_insert(model, wrapper.vendor, frozenset(values))
    for field in fresh:
        values[field.attname] = field.get_default()
    return int(statement.run(wrapper, values).fetchone()[0])


def _shape(item: tuple[str, Any]) -> tuple[str, Any]:
    name, value = item
    return (name, value) if isinstance(value, Constant | tuple) or value is None else (name, _ANY)


_ANY = object()


@cache
def _compile_update(
    model: Model, vendor: str, where: tuple[tuple[str, Any], ...], changes: tuple[tuple[str, Any], ...]
) -> _Statement:
    matching = {name: _where_value(model, name, value) for name, value in where}
    query: Any = model._default_manager.filter(**matching).query.chain(UpdateQuery)
    query.add_update_values({name: _set_value(model, name, value) for name, value in changes})
    return _Statement.of(*query.get_compiler(connection=connection).as_sql())


def _where_value(model: Model, name: str, value: Any) -> Any:
    if value is _ANY:
        return Param(f"where {name}", _field(model, name.split("__")[0]))
    return value.expression if isinstance(value, Constant) else value


def _set_value(model: Model, name: str, value: Any) -> Any:
    if value is _ANY:
        return Param(name, _field(model, name))
    return value.expression if isinstance(value, Constant) else value


def _field(model: Model, name: str) -> Any:
    """The concrete field of that name or column; a foreign key is written by the key it holds."""
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return field.target_field if field.is_relation else field


@cache
def _compile_insert(model: Model, vendor: str, given: frozenset[str]) -> tuple[_Statement, list[Any]]:
    """The statement for rows of these columns, and the fields whose default is made anew for every row.

    A column that is not given and whose default is fixed is part of the statement.
    """
    fields: list[Any] = [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]
    unknown = given - {field.attname for field in fields}
    if unknown:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    fresh = [field for field in fields if field.attname not in given and callable(field.default)]
    named = given | {field.attname for field in fresh}
    params = [
        Slot(field.attname, field.target_field if field.is_relation else field)
        if field.attname in named
        else field.get_db_prep_save(field.get_default(), connection)
        for field in fields
    ]
    quote: Callable[[Any], str] = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key: Any = model._meta.pk
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {quote(key.column)}"  # noqa: S608  # our own names
    return _Statement.of(sql, params), fresh
