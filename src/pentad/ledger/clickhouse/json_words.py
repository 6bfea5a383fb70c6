"""JSON and texts in ClickHouse's words, so that they answer as DuckDB does. Pure."""

import re

from sqlglot import exp, jsonpath

from pentad.ledger.protocol import QueryFailed

_KINDS = (
    ("Object", "OBJECT"), ("Array", "ARRAY"), ("String", "VARCHAR"), ("Double", "DOUBLE"), ("Bool", "BOOLEAN"),
    ("UInt64", "UBIGINT"),
)  # fmt: skip
# As DuckDB casts texts to DOUBLE: blanks around and underscores between digits are passed over.
_NUMBER = r"^[+-]?([0-9]+(_[0-9]+)*(\\.([0-9]+(_[0-9]+)*)?)?|\\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?$"
_BLANK = r"\t\n\v\f\r "


def scalar(node: exp.JSONExtractScalar | exp.JSONExtract) -> exp.Expression:
    """json_extract_string: a property as text, NULL when it is missing; with [*] the elements of a list."""
    given, keys, every = _read(node)
    return exp.Var(this=f"({_elements(given, keys)})" if every else f"({text_sql(given, keys)})")


def raw_elements(node: exp.Cast) -> exp.Expression | None:
    """CAST(json_extract(x, '$.…[*]') AS VARCHAR[]): the elements of a list as JSON. None: something else."""
    inner = node.this
    if not isinstance(inner, exp.JSONExtract) or node.to.this != exp.DataType.Type.ARRAY:
        return None
    given, keys, every = _read(inner)
    if not every:
        return None
    # ClickHouse puts a backslash before each slash.
    raw = f"replaceAll(JSONExtractRaw({', '.join([given, *keys, 'i'])}), '\\\\/', '/')"
    return exp.Var(this=_each(given, keys, _with_point(raw, f"JSONType({', '.join([given, *keys, 'i'])})")))


def kind(node: exp.Expression) -> exp.Expression:
    """json_type."""
    if node.args.get("expression") is None:
        raise QueryFailed("The ClickHouse engine tells the type of what is at a path only.")
    inside, keys, every = _read(node)
    if every:
        raise QueryFailed("The ClickHouse engine tells the type of one value only.")
    given = ", ".join([inside, *keys])
    arms = ", ".join(f"JSONType({given}) = '{theirs}', '{ours}'" for theirs, ours in _KINDS)
    whole = f"JSONType({given}) = 'Int64', if(startsWith(JSONExtractRaw({given}), '-'), 'BIGINT', 'UBIGINT')"
    return exp.Var(this=f"multiIf({arms}, {whole}, JSONHas({given}), 'NULL', NULL)")


def number(given: exp.Expression) -> exp.Expression:
    """TRY_CAST(text AS DOUBLE)."""
    return exp.Var(this=number_sql(_sql(given)))


def number_sql(given: str) -> str:
    text = f"trim(BOTH '{_BLANK}' FROM toString({given}))"
    plain = f"toFloat64OrNull(replaceAll({text}, '_', ''))"
    # What is too large for it is infinite.
    large = f"if(startsWith({text}, '-'), -inf, inf)"
    words = (
        f"lower({text}) IN ('inf', '+inf', 'infinity', '+infinity'), inf, lower({text}) IN ('-inf', '-infinity'), -inf"
    )
    nan = f"lower({text}) IN ('nan', '+nan', '-nan'), nan"
    return f"multiIf(match({text}, '{_NUMBER}'), ifNull({plain}, {large}), {words}, {nan}, NULL)"


def lower(given: exp.Expression) -> exp.Expression:
    """Letter by letter: no capital becomes two letters, and none another by where it stands in a word."""
    return exp.Var(this=f"lowerUTF8(replaceAll(replaceAll({_sql(given)}, 'İ', 'i'), 'Σ', 'σ'))")


def _sql(node: exp.Expression) -> str:
    return node.sql(dialect="clickhouse")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _read(node: exp.Expression) -> tuple[str, list[str], bool]:
    """The JSON that a function reads, and where in it: one that reads what json_extract gives reads further within."""
    keys, every = _keys(node.args["expression"])
    given = node.this
    while isinstance(given, exp.JSONExtract):
        outer, many = _keys(given.expression)
        if many:
            raise QueryFailed("The ClickHouse engine reads nothing within the elements of a list.")
        keys, given = [*outer, *keys], given.this
    return _sql(given), keys, every


def _keys(path: exp.Expression) -> tuple[list[str], bool]:
    """The keys of a path as literals, and whether it ends in [*]."""
    if isinstance(path, exp.Literal) and path.name.startswith("/"):
        names = [key.replace("~1", "/").replace("~0", "~") for key in path.name[1:].split("/")]
        if any(re.fullmatch("[0-9]+|-", name) for name in names):
            raise QueryFailed("The ClickHouse engine reads no numbers in a JSON pointer.")
        return [_quoted(name) for name in names], False
    if isinstance(path, exp.Literal) and path.is_string:
        path = jsonpath.parse(path.name, dialect="duckdb")
    parts = list(path.expressions) if isinstance(path, exp.JSONPath) else []
    every = (
        bool(parts)
        and isinstance(parts[-1], exp.JSONPathSubscript)
        and isinstance(parts[-1].this, exp.JSONPathWildcard)
    )
    plain = parts[1 : len(parts) - every]
    if not parts or not all(isinstance(part, exp.JSONPathKey) and isinstance(part.this, str) for part in plain):
        raise QueryFailed("The ClickHouse engine reads properties by plain names only.")
    return [_quoted(part.this) for part in plain], every


def text_sql(given: str, keys: list[str]) -> str:
    """A property as text; keys: literals."""
    args = ", ".join([given, *keys])
    return _with_point(f"JSONExtract({args}, 'Nullable(String)')", f"JSONType({args})")


def _elements(given: str, keys: list[str]) -> str:
    return _each(given, keys, text_sql(given, [*keys, "i"]))


def _each(given: str, keys: list[str], element: str) -> str:
    """element: over `i`, the place in the list. Elements on their own would have lost what kind of number they were."""
    args = ", ".join([given, *keys])
    places = f"range(1, if(JSONType({args}) = 'Array', JSONLength({args}), 0) + 1)"
    return f"arrayMap(i -> {element}, {places})"


def _with_point(text: str, kind: str) -> str:
    """A whole number that was sent with a point keeps it."""
    return f"if({kind} = 'Double' AND NOT match(assumeNotNull({text}), '[.e]'), concat({text}, '.0'), {text})"
