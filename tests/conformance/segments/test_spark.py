"""Every definition on Spark, with the members that were worked out by hand.

Spark is no engine of Pentad's ledger: this tells that segments' SQL is not bound to the two that are. It is run where
PySpark and Java 17 are (`pip install pyspark`), not by `make test`: starting Spark takes longer than everything else.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pentad.intelligence.segments.compile import raw_sql
from pentad.ledger.duckdb import DuckDBLedger
from tests.conformance.segments.conftest import fill
from tests.conformance.segments.spark_words import translate
from tests.conformance.segments.test_definitions import CASES, asked
from tests.conformance.segments.words import Case

pyspark_sql = pytest.importorskip("pyspark.sql", reason="Spark: pip install pyspark, and Java 17")

RELATIONS = ("events", "people", "belongs", "companies")


OTHERWISE = {
    "a dotted capital I is an i": "Spark's lower() of İ is two characters",
    "a sigma at the end of a word is a sigma": "Spark's lower() of Σ at the end of a word is ς",
}
"""What Spark answers otherwise, and why."""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("spark")
    store = DuckDBLedger(folder / "ledger")
    fill(store)
    session = (
        pyspark_sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    for relation in RELATIONS:
        pq.write_table(store.query(f"SELECT * FROM {relation}"), folder / relation, store_schema=False)
        session.read.parquet(str(folder / relation)).cache().createOrReplaceTempView(relation)
    store.close()
    yield session
    session.stop()


def _marked(case: Case) -> Any:
    why = OTHERWISE.get(case.name)
    return pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=why, strict=True)] if why else [])


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_members_on_spark(spark: Any, case: Case) -> None:
    rows = spark.sql(translate(raw_sql(asked(case), datetime.fromisoformat(case.now)))).collect()
    assert sorted(row["person_no"] for row in rows) == sorted(case.members)
