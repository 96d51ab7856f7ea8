"""Statements of the hot path: Django writes their SQL once, then they run with other values (docs/decisions/0006)."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Expression, QuerySet
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row")
Model = type[models.Model]
Build = Callable[[], "QuerySet[Any, Any]"]


_AS_IT_IS = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.FloatField)
"""Fields whose values every driver takes without a conversion."""


class Slot:
    """The place of a value in a compiled statement, and the field that says how the database wants it."""

    __slots__ = ("field", "name", "plain")

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        self.name = name
        self.field = field
        self.plain = isinstance(field, _AS_IT_IS)

    def adapt(self, value: Any, wrapper: Any) -> Any:
        """The value as the driver takes it."""
        return value if self.plain else self.field.get_db_prep_save(value, wrapper)


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


class Select(Generic[Row]):
    """A query for rows of a few columns. `build` gives `values_list` of the row type's fields, in their order.

    `lock` names the table whose rows stay locked to the end of the transaction. (SQLite locks as a whole.)
    """

    def __init__(self, row: Callable[..., Row], build: Build, *, lock: Model | None = None) -> None:
        self._row = row
        self._build = build
        self._lock = lock
        self._compiled: dict[str, tuple[str, tuple[Any, ...], Any, Any]] = {}

    def rows(self, **values: Any) -> list[Row]:
        """Every row, in the query's order."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        sql, params, compiler, converters = self._compiled.get(wrapper.vendor) or self._compile()
        with wrapper.cursor() as cursor:
            cursor.execute(sql, _fill(params, values, wrapper))
            found = cursor.fetchall()
        if converters:
            found = compiler.apply_converters(found, converters)
        return [self._row(*one) for one in found]

    def row(self, **values: Any) -> Row | None:
        """The first row; None where there is none."""
        found = self.rows(**values)
        return found[0] if found else None

    def _compile(self) -> tuple[str, tuple[Any, ...], Any, Any]:
        compiler = self._build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if self._lock and connection.features.has_select_for_update:
            sql += f" FOR UPDATE OF {connection.ops.quote_name(self._lock._meta.db_table)}"
        converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
        return self._compiled.setdefault(connection.vendor, (sql, tuple(params), compiler, converters))


def update_rows(model: Model, *, where: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
    """Change the rows that match; returns how many did.

    `where` maps lookups to values, `changes` maps columns to values. A value may be a `Constant`; a tuple in `where`
    belongs to the statement as well.
    """
    shape = (tuple(map(_shape, where.items())), tuple(map(_shape, changes.items())))
    wrapper = connections[DEFAULT_DB_ALIAS]
    sql, params = _compile_update(model, wrapper.vendor, *shape)
    values = {**changes, **{f"where {name}": value for name, value in where.items()}}
    with wrapper.cursor() as cursor:
        cursor.execute(sql, _fill(params, values, wrapper))
        return int(cursor.rowcount)


def insert_row(model: Model, /, **values: Any) -> int:
    """Add a row and return its key. Columns (by their attribute's name) that are not given take the field's default."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    sql, slots, defaults, fresh = _compile_insert(model, wrapper.vendor)
    row = list(defaults)
    for name, value in values.items():
        position, slot = slots[name]
        row[position] = slot.adapt(value, wrapper)
    for position, slot in fresh:
        if slot.name not in values:
            row[position] = slot.adapt(slot.field.get_default(), wrapper)
    with wrapper.cursor() as cursor:
        cursor.execute(sql, row)
        return int(cursor.fetchone()[0])


def _fill(params: tuple[Any, ...], values: Mapping[str, Any], wrapper: Any) -> list[Any]:
    return [part.adapt(values[part.name], wrapper) if type(part) is Slot else part for part in params]


def _shape(item: tuple[str, Any]) -> tuple[str, Any]:
    name, value = item
    return (name, value) if isinstance(value, Constant | tuple) or value is None else (name, _ANY)


_ANY = object()


@cache
def _compile_update(
    model: Model, vendor: str, where: tuple[tuple[str, Any], ...], changes: tuple[tuple[str, Any], ...]
) -> tuple[str, tuple[Any, ...]]:
    matching = {name: _where_value(model, name, value) for name, value in where}
    query: Any = model._default_manager.filter(**matching).query.chain(UpdateQuery)
    query.add_update_values({name: _set_value(model, name, value) for name, value in changes})
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql, tuple(params)


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
def _compile_insert(
    model: Model, vendor: str
) -> tuple[str, dict[str, tuple[int, Slot]], list[Any], list[tuple[int, Slot]]]:
    """The SQL, the slot of each column, the fixed defaults, and the slots whose default is made anew for every row."""
    fields: list[Any] = [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]
    slots = list(enumerate(Slot(field.attname, field) for field in fields))
    fresh = [(position, slot) for position, slot in slots if callable(slot.field.default)]
    fixed = [
        None if callable(field.default) else field.get_db_prep_save(field.get_default(), connection) for field in fields
    ]
    quote: Callable[[Any], str] = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key: Any = model._meta.pk
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {quote(key.column)}"  # noqa: S608  # our own names
    return sql, {slot.name: (position, slot) for position, slot in slots}, fixed, fresh
