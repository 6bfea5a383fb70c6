"""Segments' SQL in Spark's words: what SQLGlot leaves to the caller is the JSON."""

from sqlglot import exp, parse_one
from sqlglot.expressions import Expression


def translate(sql: str) -> str:
    """DuckDB's SELECT as Spark's. What Spark does not have, such as the kind of a JSON value, it refuses itself."""
    return parse_one(sql, read="duckdb").transform(_in_spark).sql(dialect="spark")


def _in_spark(node: Expression) -> Expression:
    if isinstance(node, exp.JSONExtractScalar | exp.JSONExtract):
        raw = not isinstance(node, exp.JSONExtractScalar)
        return _taken(node.this.transform(_in_spark), _path(node.expression), raw=raw)
    if isinstance(node, exp.JSONType):
        return _kind(node.this.transform(_in_spark), _path(node.expression))
    if isinstance(node, exp.TryCast) and node.to.this == exp.DataType.Type.DOUBLE:
        return exp.TryCast(**node.args | {"this": _ungrouped(node.this.transform(_in_spark))})
    if isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
        minutes = node.this.unnest().transform(_in_spark)
        zero = exp.Literal.number(0)
        return exp.Anonymous(this="make_dt_interval", expressions=[zero, zero.copy(), minutes, zero.copy()])
    return node


def _ungrouped(number: Expression) -> Expression:
    """A text without the underscores between digits, which Spark does not read: 1_000."""
    between = exp.Literal.string("(?<=[0-9])_(?=[0-9])")
    return exp.Anonymous(this="regexp_replace", expressions=[number, between, exp.Literal.string("")])


def _path(node: Expression) -> str:
    if not isinstance(node, exp.JSONPath):
        return str(node.name)
    keys = [str(one.this) for one in node.expressions if isinstance(one, exp.JSONPathKey)]
    every = any(isinstance(one, exp.JSONPathSubscript) for one in node.expressions)
    return "$" + "".join(f'."{key}"' for key in keys) + ("[*]" if every else "")


def _names(path: str) -> list[str]:
    """The keys of a path, or the one of a pointer."""
    if path.startswith("/"):
        return [path[1:]]
    return path.removesuffix("[*]").removeprefix("$.").removeprefix('"').removesuffix('"').split('"."')


def _keys(path: str) -> Expression:
    return exp.Literal.string("$" + "".join(f"['{key}']" for key in _names(path)))


def _inside(held: Expression, path: str) -> Expression:
    """A value as text. No path of Spark's leads to a key without letters, or with an apostrophe."""
    if not path.startswith("/") and not any("'" in key for key in _names(path)):
        return exp.Anonymous(this="get_json_object", expressions=[held, _keys(path)])
    for key in _names(path):
        keyed = exp.Anonymous(this="from_json", expressions=[held, exp.Literal.string("map<string,string>")])
        held = exp.Anonymous(this="try_element_at", expressions=[keyed, exp.Literal.string(key)])
    return held


def _taken(held: Expression, path: str, *, raw: bool) -> Expression:
    """A value as text; with [*] at the end of the path every element of a list as a text, or as JSON when raw."""
    found = _inside(held, path)
    if not path.endswith("[*]"):
        return found
    listed = exp.Anonymous(
        this="from_json", expressions=[found, exp.Literal.string("array<variant>" if raw else "array<string>")]
    )
    if raw:
        as_json = parse_one("transform(l, v -> to_json(v))", read="spark")
        listed = as_json.transform(lambda one: listed if isinstance(one, exp.Column) and one.name == "l" else one)
    return exp.Coalesce(this=listed, expressions=[parse_one("CAST(array() AS array<string>)", read="spark")])


_KINDS = """CASE WHEN k LIKE 'ARRAY%' THEN 'ARRAY' WHEN k LIKE 'OBJECT%' THEN 'OBJECT' WHEN k = 'STRING' THEN 'VARCHAR'
  WHEN k LIKE 'DECIMAL%' OR k = 'DOUBLE' THEN 'DOUBLE' WHEN k = 'VOID' THEN 'NULL' ELSE k END"""


def _kind(held: Expression, path: str) -> Expression:
    parsed = exp.Anonymous(this="try_parse_json", expressions=[held])
    value = exp.Anonymous(this="try_variant_get", expressions=[parsed, _keys(path), exp.Literal.string("variant")])
    found = exp.Anonymous(this="schema_of_variant", expressions=[value])
    return parse_one(_KINDS, read="spark").transform(
        lambda node: found.copy() if isinstance(node, exp.Column) and node.name == "k" else node
    )
