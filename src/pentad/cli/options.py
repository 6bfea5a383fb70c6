"""Options that many commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

data_option = click.option(
    "--data",
    "data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    envvar="PENTAD_DATA",
    metavar="DIR",
    help="The data folder.",
)
database_option = click.option(
    "--database",
    metavar="URL",
    envvar="PENTAD_DATABASE",
    help="Where relational rows live: postgresql://… (default: SQLite in the data folder). Remembered in the folder.",
)


def on_data(*, create: bool = False) -> Callable[[F], F]:
    """A command that works on a data folder: adds --data and --database and sets everything up first.

    create: make the folder when it is missing, instead of an error.
    """

    def decorate(function: F) -> F:
        @data_option
        @database_option
        @wraps(function)
        def command(*args: Any, data: Path, database: str | None, **kwargs: Any) -> Any:
            from pentad.config import bootstrap

            bootstrap.setup(data, database, create=create)
            return function(*args, **kwargs)

        return command  # type: ignore[return-value]

    return decorate
