"""Ledger SQL in ClickHouse's words. Pure.

SQLGlot does the greater part. What it would translate into something that silently answers otherwise is
put right here (missing properties, microseconds, letters beyond ASCII), or refused.
"""

import sys
from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from pentad.ledger.clickhouse import json_words
from pentad.ledger.protocol import QueryFailed

# The parser goes some 25 calls deeper with each bracket.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 4000))

TIMESTAMP = "DateTime64(6, 'UTC')"
NULL_KIND = "NULL"

# ClickHouse's short names count bytes.
_LETTERS: dict[type, str] = {
    exp.Upper: "upperUTF8",
    exp.Length: "lengthUTF8",
    exp.Substring: "substringUTF8",
    exp.Left: "leftUTF8",
    exp.Right: "rightUTF8",
    exp.StrPosition: "positionUTF8",
    exp.Reverse: "reverseUTF8",
}
# What has no equal in ClickHouse, or another meaning there that cannot be told from the statement.
_REFUSED: dict[type, str] = {
    exp.PercentileCont: "quantile_cont",
    exp.BitwiseLeftShift: "`<<`",
    exp.Lateral: "LATERAL",
}


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@lru_cache(maxsize=512)
def translate(sql: str, kinds: tuple[tuple[str, str], ...], relations: tuple[tuple[str, str], ...]) -> str:
    """A query over relations, as ClickHouse's text.

    kinds: (parameter name, ClickHouse type) for each parameter; positional ones are named p0, p1 ….
    relations: (name, ClickHouse query that gives its rows).
    Raises QueryFailed for what is not one query, or cannot be said in ClickHouse.
    """
    try:
        statements = parse(sql, read="duckdb")
    except SqlglotError as error:
        raise QueryFailed(str(error), sql=sql) from error
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Query):
        raise QueryFailed("Only one SELECT can be asked of the ledger.", sql=sql)
    _bind(tree, dict(kinds))
    _substitute(tree, dict(relations))
    # From the inside out: what stands inside of a word that is put right is right by then.
    for node in reversed(list(tree.find_all(exp.Expression))):
        right = _put_right(node)
        if right is not node:
            node.replace(right)
    try:
        return tree.sql(dialect="clickhouse")
    except SqlglotError as error:
        raise QueryFailed(str(error), sql=sql) from error


def _bind(tree: exp.Query, kinds: Mapping[str, str]) -> None:
    count = 0
    for node in list(tree.find_all(exp.Placeholder, bfs=False)):
        name = node.name
        if not name or name == "?":
            name, count = f"p{count}", count + 1
        if name not in kinds:
            raise QueryFailed(f"The parameter {name} has no value.")
        null = kinds[name] == NULL_KIND
        node.replace(exp.null() if null else exp.Placeholder(this=name, kind=exp.Var(this=kinds[name])))


def _substitute(tree: exp.Query, relations: Mapping[str, str]) -> None:
    """Read a relation from where its rows are. A CTE of the same name goes before."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if table.db or table.name in own or table.name not in relations:
            continue
        # The text is ClickHouse's own and passes through as it is.
        body = exp.Subquery(this=exp.Var(this=relations[table.name]))
        body.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias or table.name)))
        for kept in ("joins", "laterals", "pivots", "sample"):
            if table.args.get(kept):
                body.set(kept, table.args[kept])
        table.replace(body)


def _put_right(node: exp.Expression) -> exp.Expression:
    if type(node) in _REFUSED:
        raise QueryFailed(f"The ClickHouse engine does not have {_REFUSED[type(node)]}.")
    if type(node) in _LETTERS:
        given = (node.args.get(name) for name in ("this", "substr", "start", "length", "expression"))
        return exp.Anonymous(this=_LETTERS[type(node)], expressions=[one for one in given if one is not None])
    if isinstance(node, exp.Lower):
        return json_words.lower(node.this)
    if isinstance(node, exp.JSONExtractScalar):
        return json_words.scalar(node)
    if isinstance(node, exp.JSONType):
        return json_words.kind(node)
    if isinstance(node, exp.JSONExtract):
        if isinstance(node.parent, exp.JSONExtract | exp.JSONExtractScalar | exp.JSONType):
            return node  # whoever reads in it reads further within
        if isinstance(node.parent, exp.Cast) and json_words.raw_elements(node.parent):
            return node
        raise QueryFailed("The ClickHouse engine does not have `->` and json_extract; use json_extract_string.")
    if isinstance(node, exp.TryCast):
        if node.to.this == exp.DataType.Type.DOUBLE:
            return json_words.number(node.this)
        return exp.Anonymous(this="accurateCastOrNull", expressions=[node.this, exp.Literal.string(_type(node.to))])
    if isinstance(node, exp.Cast) and (elements := json_words.raw_elements(node)):
        return elements
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEMPORAL_TYPES:
        return exp.Cast(this=node.this, to=exp.Var(this=f"Nullable({_type(node.to)})"))
    return node


def _type(kind: exp.DataType) -> str:
    if kind.this == exp.DataType.Type.DATE:
        return "Date32"
    if kind.this in exp.DataType.TEMPORAL_TYPES:
        return TIMESTAMP
    return kind.sql(dialect="clickhouse").removeprefix("Nullable(").removesuffix(")")
