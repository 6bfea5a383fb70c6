"""Regular expressions as the engines take them (RE2), asked before anything is searched with one."""

from functools import lru_cache
from threading import Lock

_asking = Lock()


@lru_cache(maxsize=1000)
def refusal(pattern: str) -> str:
    """Why this is no pattern, in the engine's few words; "" when it is one."""
    import duckdb  # here and not above: it takes long to load, and few ask

    with _asking, duckdb.connect(":memory:", config={"threads": 1}) as engine:
        try:
            engine.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
        except duckdb.Error as error:
            return str(error).partition("Error: ")[2].partition(":")[0][:100] or "it is too large"
    return ""
