"""What an operation does not know it does not ignore: a filter with a typing mistake would answer with everything."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest

from pentad.core.errors import Invalid


def refuse_unknown_parameters(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operation raise Invalid for a query parameter that it does not have."""
    known = _names(operation)

    @wraps(operation)
    def run(request: HttpRequest, *args: Any, **values: Any) -> Any:
        for name in request.GET:
            if name not in known:
                raise Invalid(
                    f"There is no parameter “{name[:60]}” here.",
                    code="unknown_parameter",
                    fix=f"There are: {', '.join(known)}." if known else "This operation takes none.",
                    field=name[:60],
                )
        return operation(request, *args, **values)

    return run


def _names(operation: Callable[..., Any]) -> list[str]:
    """Query parameters as callers write them; those gathered in a schema too."""
    models = operation._ninja_operation.models  # type: ignore[attr-defined]
    found = [one.__ninja_flatten_map__ for one in models if one.__ninja_param_source__ == "query"]
    return sorted(name for names in found for name in names)
