"""Segments' SQL in Spark's words: what SQLGlot leaves to the caller is the JSON."""

from sqlglot import exp, parse_one
from sqlglot.expressions import Expression


def translate(sql: str) -> str:
    """DuckDB's SELECT as Spark's. What Spark does not have, such as the kind of a JSON value, it refuses itself."""
    return parse_one(sql, read="duckdb").transform(_in_spark).sql(dialect="spark")


def _in_spark(node: Expression) -> Expression:
    if isinstance(node, exp.JSONExtractScalar | exp.JSONExtract):
        return _taken(node.this.transform(_in_spark), _path(node.expression))
    if isinstance(node, exp.JSONType):
        return _kind(node.this.transform(_in_spark), _path(node.expression))
    if isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
        minutes = node.this.unnest().transform(_in_spark)
        zero = exp.Literal.number(0)
        return exp.Anonymous(this="make_dt_interval", expressions=[zero, zero.copy(), minutes, zero.copy()])
    return node


def _path(node: Expression) -> str:
    if not isinstance(node, exp.JSONPath):
        return str(node.name)
    keys = [str(one.this) for one in node.expressions if isinstance(one, exp.JSONPathKey)]
    every = any(isinstance(one, exp.JSONPathSubscript) for one in node.expressions)
    return "$" + "".join(f'."{key}"' for key in keys) + ("[*]" if every else "")


def _keys(path: str) -> Expression:
    """A path of keys in quotation marks, or a pointer to one key."""
    keys = [path[1:]] if path.startswith("/") else path.removeprefix("$.").strip('"').split('"."')
    return exp.Literal.string("$" + "".join(f"['{key}']" for key in keys))


def _taken(inside: Expression, path: str) -> Expression:
    """A value as text; with [*] at the end of the path every element of a list as a text."""
    if path.startswith("/"):  # no path of Spark's leads to a key without letters
        keyed = exp.Anonymous(this="from_json", expressions=[inside, exp.Literal.string("map<string,string>")])
        return exp.Anonymous(this="try_element_at", expressions=[keyed, exp.Literal.string(path[1:])])
    wanted = _keys(path.removesuffix("[*]"))
    found = exp.Anonymous(this="get_json_object", expressions=[inside, wanted])
    if not path.endswith("[*]"):
        return found
    listed = exp.Anonymous(this="from_json", expressions=[found, exp.Literal.string("array<string>")])
    return exp.Coalesce(this=listed, expressions=[parse_one("CAST(array() AS array<string>)", read="spark")])


_KINDS = """CASE WHEN k LIKE 'ARRAY%' THEN 'ARRAY' WHEN k LIKE 'OBJECT%' THEN 'OBJECT' WHEN k = 'STRING' THEN 'VARCHAR'
  WHEN k LIKE 'DECIMAL%' OR k = 'DOUBLE' THEN 'DOUBLE' WHEN k = 'VOID' THEN 'NULL' ELSE k END"""


def _kind(inside: Expression, path: str) -> Expression:
    parsed = exp.Anonymous(this="try_parse_json", expressions=[inside])
    value = exp.Anonymous(this="try_variant_get", expressions=[parsed, _keys(path), exp.Literal.string("variant")])
    found = exp.Anonymous(this="schema_of_variant", expressions=[value])
    return parse_one(_KINDS, read="spark").transform(
        lambda node: found.copy() if isinstance(node, exp.Column) and node.name == "k" else node
    )
