"""The language: environments for HTML, text and JSON."""

import json
from functools import cache

from liquid import Environment
from liquid.undefined import Undefined

from pentad.content.render import dates, filters
from pentad.content.render.limits import Limits, bounded
from pentad.content.render.running import Bound, Missing
from pentad.content.render.tags import AbortTag, JsonEcho, JsonOutput, LinkTag, Quoted

TAKES_MISSING = frozenset({"default"})


class Language(Environment):
    template_class = Bound
    context_depth_limit = 30
    local_namespace_limit = Limits().locals
    output_stream_limit = Limits().output


@cache
def environment(form: str, strict: bool = True) -> Language:
    """form: “html” escapes what is written; in “json” it is escaped as within a text. strict: a value that is missing
    may not be written; otherwise it is the empty text, as in the language's own tests.
    """
    env = Language(autoescape=form == "html", undefined=Missing if strict else Undefined)
    for tag in (LinkTag, AbortTag):
        env.add_tag(tag)
    if form == "json":
        env.add_tag(JsonOutput)
        env.add_tag(JsonEcho)
    for name in ("include", "render"):
        env.tags.pop(name, None)
    env.filters.update(filters.of(form) | dates.FILTERS)
    env.filters["json"] = _quoted_json if form == "json" else _json
    for name, function in list(env.filters.items()):
        env.filters[name] = bounded(name, function, _never if name in TAKES_MISSING else _missing)
    return env


def _json(value: object, indent: object = None) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _quoted_json(value: object, indent: object = None) -> str:
    return Quoted(_json(value))


def _missing(value: object) -> bool:
    return isinstance(value, Missing)


def _never(value: object) -> bool:
    return False
