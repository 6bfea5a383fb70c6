"""Files of every make: nothing in them is lost, and nothing large is held in memory."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from pentad.core.errors import Invalid
from pentad.data.imports import parquet as parquet_files
from pentad.data.imports import parquet_pages, reading
from pentad.data.imports.plans import Options, make_plan
from pentad.data.imports.reading import Row


def _file(tmp_path: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def _rows(path: Path, delimiter: str = ",") -> list[Row]:
    return list(reading.text_rows(path, reading.look(path).encoding, delimiter))


@pytest.mark.parametrize(
    ("written", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_encodings(tmp_path: Path, written: str, found: str) -> None:
    path = _file(
        tmp_path,
        "customer,date,city\nAyşe,2011-01-01,Köln\n".replace("ş", "s" if written == "cp1252" else "ş"),
        written,
    )
    assert reading.look(path).encoding == found
    assert _rows(path)[1].cells[2] == "Köln"
    assert _rows(path)[0].cells[0] == "customer"


def test_a_character_cut_by_a_chunk_is_still_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 3)
    assert reading.look(_file(tmp_path, "aaé,é\n")).encoding == "utf-8"
    assert reading.look(_file(tmp_path, b"aa\xc3")).encoding == "cp1252"
    assert reading.look(_file(tmp_path, b"a\x81,b")).encoding == "latin-1"


def test_quoted_fields_may_hold_anything(tmp_path: Path) -> None:
    rows = _rows(_file(tmp_path, 'id,note\n1,"a, ""b""\nand c"\n\n2,plain\r\n3,"x"\n'))
    assert [(row.line, row.cells) for row in rows] == [
        (1, ["id", "note"]), (2, ["1", 'a, "b"\nand c']), (5, ["2", "plain"]), (6, ["3", "x"]),
    ]  # fmt: skip


def test_a_quotation_mark_that_never_ends_spoils_only_its_line(tmp_path: Path) -> None:
    lines = ["id,note", '1,"open', *(f"{n},fine" for n in range(2, 300)), '300,"bad"er', "301,end"]
    rows = _rows(_file(tmp_path, "\n".join(lines)))
    assert [row.line for row in rows if row.fault] == [2, 301]
    assert len(rows) == 302
    assert rows[-1].cells == ["301", "end"]


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINE", 1000)
    rows = _rows(_file(tmp_path, "a,b\n" + "x" * 10_000 + "\n1,2"))
    assert [(row.line, bool(row.fault)) for row in rows] == [(1, False), (2, True), (3, False)]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({
        "customer_id": pa.array([1, 2, 3]), "date": pa.array([datetime(2011, 5, 2, 8, 30), None, datetime(2012, 1, 1)]),
        "amount": pa.array([9.9, 5.0, None]), "gift": pa.array([True, None, False]),
    })  # fmt: skip
    parquet.write_table(table, path)
    plan = make_plan(path, Options())
    assert plan.problems == []
    assert [row.cells for row in plan.rows()] == [
        ["1", "2011-05-02T08:30:00", "9.9", "True"], ["2", "", "5", ""], ["3", "2012-01-01T00:00:00", "", "False"],
    ]  # fmt: skip
    messages, bad = plan.preview(5)
    assert [m["timestamp"] for m in messages] == ["2011-05-02T08:30:00Z", "2012-01-01T00:00:00Z"]
    assert [row.line for row, _ in bad] == [2]
    path.write_bytes(b"PAR1 but not really")
    with pytest.raises(Invalid, match="not a sound Parquet file"):
        make_plan(path, Options())


def test_a_plan_says_what_is_in_the_way(tmp_path: Path) -> None:
    plan = make_plan(_file(tmp_path, "name,when\nann,03/04/2011\nbob,05/06/2011\n"), Options())
    assert "--date-format" in plan.problems[0]
    plan = make_plan(_file(tmp_path, "name,size\nann,large\nbob,small\n"), Options(header=True))
    assert "No column looks like the date" in plan.problems[0]
    assert make_plan(_file(tmp_path, "name,when\nann,03/04/2011\n"), Options(date_format="%m/%d/%Y")).problems == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(roles={"who": "name"}), "no role"), (Options(roles={"customer": "nobody"}), "no column “nobody”"),
        (Options(delimiter="::"), "not one character"), (Options(date_format="%Q"), "no date format"),
        (Options(columns=["a"]), "1 columns are named, but rows have 2"), (Options(encoding="klingon"), "no encoding “klingon”"),
        (Options(date_format="%Y%Y"), "no date format"), (Options(encoding="utf-16"), "is not utf-16"),
        *((Options(encoding=name), "no encoding") for name in ("zip", "base64", "idna", "undefined", "rot13", "utf-7", "a\0b")),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(tmp_path: Path, options: Options, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        make_plan(_file(tmp_path, "name,when\nann,2011-04-03\n"), options)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is empty"):
        make_plan(_file(tmp_path, ""), Options())
    with pytest.raises(Invalid, match="No delimiter"):
        make_plan(_file(tmp_path, "one\ntwo\n"), Options())
    with pytest.raises(Invalid, match="no row"):
        make_plan(_file(tmp_path, "\n \n"), Options(delimiter=","))


def test_mapping_by_name_place_and_away(tmp_path: Path) -> None:
    path = _file(tmp_path, "2011-04-03;ann;9,90;3\n2011-04-04;bob;1,00;4\n")
    plan = make_plan(path, Options(roles={"customer": "2", "quantity": "4", "amount": "-"}))
    assert plan.delimiter == ";"
    assert not plan.header
    assert dict(plan.layout.roles) == {"customer": 1, "date": 0, "quantity": 3}
    assert (
        make_plan(path, Options(columns=["day", "who", "paid", "n"], roles={"customer": "who"})).layout.decimal == ","
    )


def test_marks_that_never_end_cost_no_more_than_a_share_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = list[int]()
    whole = csv.reader

    def counted(lines: Iterator[str], **options: Any) -> Any:
        def each() -> Iterator[str]:
            for line in lines:
                parsed.append(len(line))
                yield line

        return whole(each(), **options)

    monkeypatch.setattr("pentad.data.imports.reading.csv.reader", counted)
    monkeypatch.setattr(reading, "MAX_IN_VAIN", 100_000)
    rows = _rows(_file(tmp_path, ('a",b,"' + "c" * 900 + "\n") * 500 + '1,2,"three"\n'))
    assert [row.line for row in rows if not row.fault] == [501]
    assert sum(parsed) < 700_000, "the file has 450,000 characters"


def test_a_small_parquet_file_does_not_fill_the_memory(tmp_path: Path) -> None:
    path, rows = tmp_path / "t.parquet", 4000
    table = pa.table({
        "customer_id": [f"c{n % 3}" for n in range(rows)], "date": ["2011-05-02"] * rows,
        "note": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 900_000]),
    })  # fmt: skip
    parquet.write_table(table, path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 2000
    before = pa.total_allocated_bytes()
    for row in parquet_files.rows(path):
        assert "longer than" in row.fault
        assert len(row.raw) <= 1000
        assert pa.total_allocated_bytes() - before < 10_000_000
    assert row.line == rows
    with pytest.raises(Invalid, match="no row that can be read"):
        make_plan(path, Options())


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_parquet_of_every_make(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({
        "who": ["ann", None, "ayşe"], "raw": pa.array([b"a\xff", b"b", None], pa.binary()),
        "at": pa.array([1, 2_000_000_001, 1], pa.timestamp("ns")),
    })  # fmt: skip
    parquet.write_table(
        table, path, use_dictionary=False, column_encoding={"who": encoding, "raw": encoding, "at": "PLAIN"}
    )
    rows = [row.cells for row in parquet_files.rows(path)]
    assert [cells[:2] for cells in rows] == [["ann", "a\ufffd"], ["", "b"], ["ayşe", ""]]
    parquet.write_table(pa.table({"who": [["ann"]]}), path)
    with pytest.raises(Invalid, match="list"):
        list(parquet_files.rows(path))


def test_a_damaged_page_of_a_sound_looking_parquet_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"who": [f"ann {n}" for n in range(5000)]}), path, compression="zstd")
    content = bytearray(path.read_bytes())
    content[60:2000] = b"\xff" * 1940
    path.write_bytes(content)
    with pytest.raises(Invalid, match="not a sound Parquet file"):
        list(parquet_files.rows(path))


def _refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of a file of which nothing was unfolded."""
    monkeypatch.setattr("pyarrow.parquet.ParquetFile.iter_batches", lambda *_, **__: pytest.fail("it was unfolded"))
    with pytest.raises(Invalid) as told:
        list(parquet_files.rows(path))
    return f"{told.value.code}: {told.value.message}"


@pytest.mark.parametrize("how", [
    {"use_dictionary": False}, {"use_dictionary": True}, {"use_dictionary": False, "data_page_version": "2.0"},
    {"use_dictionary": False, "column_encoding": "DELTA_LENGTH_BYTE_ARRAY"},
    {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"},
])  # fmt: skip
def test_a_page_that_unfolds_to_too_much_is_refused_before_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"who": ["ann"] * 3 + ["x" * 2_000_000]}), path, compression="zstd", **how)
    assert path.stat().st_size < 3000
    assert len(list(parquet_files.rows(path))) == 4
    monkeypatch.setattr(parquet_files, "MOST_UNFOLDED", 1_000_000)
    assert "file_unfolds: " in _refused(path, monkeypatch)


def test_fewer_rows_are_held_when_each_has_a_page_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({"note": [chr(97 + n) * 50_000 for n in range(20)]})
    parquet.write_table(table, path, compression="zstd", use_dictionary=False, data_page_size=1, write_batch_size=1)
    sizes, batches = list[int](), parquet.ParquetFile.iter_batches

    def noted(file: Any, batch_size: int, **more: Any) -> Any:
        sizes.append(batch_size)
        return batches(file, batch_size=batch_size, **more)

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", noted)
    for most in (100 << 20, 200_000):
        monkeypatch.setattr(parquet_files, "MOST_UNFOLDED", most)
        assert {len(row.cells[0]) for row in parquet_files.rows(path)} == {50_000}
    assert sizes == [200, 1]


def test_a_parquet_file_that_lies_about_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    how = {"use_dictionary": False, "compression": "NONE", "column_encoding": "DELTA_LENGTH_BYTE_ARRAY"}
    parquet.write_table(pa.table({"who": ["ann", "bob", "cay"]}), path, **how)
    sound = path.read_bytes()
    assert sound.count(b"\x80\x01\x04\x03") == 1, "blocks of 128, four parts, three lengths"
    path.write_bytes(sound.replace(b"\x80\x01\x04\x03", b"\x80\x01\x04\x7f"))
    assert "says that 127 follow" in _refused(path, monkeypatch) or "do not end" in _refused(path, monkeypatch)
    monkeypatch.setattr(parquet_files, "MOST_FOOTER", 100)
    path.write_bytes(sound)
    assert "its footer has" in _refused(path, monkeypatch)


@pytest.mark.parametrize(("encoding", "what"), [
    ("DELTA_LENGTH_BYTE_ARRAY", "pages"), ("DELTA_BYTE_ARRAY", "pages"), ("DELTA_BYTE_ARRAY", "steps"), ("DELTA_BYTE_ARRAY", "bytes"),
])  # fmt: skip
def test_looking_at_a_parquet_file_is_told_to_take_too_long_before_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, what: str
) -> None:
    path, most = tmp_path / "t.parquet", parquet_files.MOST_LOOKED_AT
    how = {"use_dictionary": False, "column_encoding": encoding, "data_page_size": 1000, "write_batch_size": 100}
    parquet.write_table(pa.table({"who": [f"ann {n}" for n in range(2000)]}), path, compression="zstd", **how)
    for kind, room in {"pages": 20, "steps": 100, "bytes": 4_000 if "LENGTH" not in encoding else 100}.items():
        monkeypatch.setitem(most, kind, (room, 0.0))
    assert len(list(parquet_files.rows(path))) == 2000, "of lengths alone nothing is unfolded but their number"
    parquet_files._verdicts.clear()
    monkeypatch.setitem(most, what, ({"pages": 3, "steps": 50, "bytes": 1_000}[what], 0.0))
    assert f"file_unfolds: {path} would unfold to too much: to tell by how much takes more {what}" in _refused(
        path, monkeypatch
    )


def test_what_a_parquet_file_was_found_to_be_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, looked, pages = tmp_path / "t.parquet", list[int](), parquet_pages.pages

    def noted(*given: Any) -> Any:
        looked.append(1)
        return pages(*given)

    monkeypatch.setattr(parquet_pages, "pages", noted)
    parquet.write_table(pa.table({"who": ["ann", "x" * 2_000_000]}), path, compression="zstd", use_dictionary=False)
    for most in (1_000_000, 4_000_000):
        monkeypatch.setattr(parquet_files, "MOST_UNFOLDED", most)
        for _ in range(3):
            if most > 2_000_000:
                assert len(list(parquet_files.rows(path))) == 2
                continue
            with pytest.raises(Invalid, match="bytes of pages"):
                list(parquet_files.rows(path))
    assert len(looked) == 2
    parquet.write_table(pa.table({"who": ["bob"]}), path)
    assert [row.cells for row in parquet_files.rows(path)] == [["bob"]], "another file"


def test_a_page_that_is_too_heavy_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, how = tmp_path / "t.parquet", {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}
    parquet.write_table(pa.table({"who": ["x" * 2_000_000]}), path, compression="zstd", **how)
    monkeypatch.setattr(parquet_files, "MOST_UNFOLDED", 1_000_000)
    monkeypatch.setattr(parquet_files._Column, "_check_delta", lambda *_: pytest.fail("it was looked into"))
    assert "bytes of pages" in _refused(path, monkeypatch)


def test_pages_without_values_are_counted_dear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"who": [f"ann {n}" for n in range(9)]}), path, use_dictionary=False)
    hollow = [replace(page, values=0) for page in _pages_of(path)] * 3
    monkeypatch.setattr(parquet_pages, "pages", lambda *_: iter(hollow))
    monkeypatch.setattr(parquet_files, "MOST_PAGES", 250)
    assert "more than 250 pages" in _refused(path, monkeypatch)


def _pages_of(path: Path) -> list[parquet_pages.Page]:
    column = parquet.ParquetFile(path).metadata.row_group(0).column(0)
    with path.open("rb") as file:
        return list(parquet_pages.pages(file, column.data_page_offset, column.num_values))


@pytest.mark.parametrize(("parts", "run"), [(1, b"\x20\x01\x03\x00"), (1, b"\x00\x01\x03\x00"), (1, b"\x80\x01\x00\x03\x00"),
                                            (1, b"\x80\x01\x08\x03\x00")])  # fmt: skip
def test_blocks_that_the_library_refuses_are_refused_before(parts: int, run: bytes) -> None:
    with pytest.raises(parquet_pages.Odd, match="of no known size"):
        parquet_pages.check_delta(run + b"\x00" * 99, 0, parts, 9, lambda steps: None)


def test_the_second_run_of_delta_coded_numbers_is_found_behind_the_first() -> None:
    first = b"\x80\x01\x04\xc9\x01\x00" + (b"\x00" + b"\x02\x00\x00\x00" + b"a" * 8) * 2  # 201: two blocks
    steps = list[int]()
    for count, faulty in ((9, False), (300, True)):
        second = (
            b"\x80\x01\x04"
            + bytes([count & 127 | (128 if count > 127 else 0), *([count >> 7] if count > 127 else [])])
            + b"\x00"
        )
        if faulty:
            with pytest.raises(parquet_pages.Odd, match="300 follow"):
                parquet_pages.check_delta(first + second, 0, 2, 201, steps.append)
        else:
            parquet_pages.check_delta(first + second, 0, 2, 201, steps.append)
    assert steps == [10, 10]


@pytest.mark.parametrize(("header", "why"), [
    (b"\x15\x00\x15\x08\x15\x08\x2c\x15\x02\x15\x00\x00\x00", ""),
    (b"\x15\x00\x16\x08\x15\x08\x2c\x15\x02\x15\x00\x00\x00", "field 2"),  # eight bytes wide: not read by the library
    (b"\x15\x00\x15\x08\x15\x08\x05\x04\xff\x7f\x00", "too many"),  # said a second time
    (b"\x15\x00\x15\xff\xff\xff\xff\x7f", "too large"), (b"\x15\x00\x15", "does not end"),
    (b"\x15\x00\x15\x07\x15\x08\x2c\x15\x02\x15\x00\x00\x00", "-4"), (b"\x1c" * 20, "too deep"),
    (b"\x15\x00\x15\x08\x15\x08\x00", "does not say what it holds"), (b"\x1b\x00\x00", "kind 11"),
    (b"\x19\xf3\xff\xff\xff\xff\x0f", "kind 9"), (b"\x1a\xf3\xff\xff\xff\xff\x0f", "kind 10"),  # 2³²-1 elements
    (b"\x13", "does not end"), (b"\x17" + b"\x00" * 7, "does not end"), (b"\x18\x08ann", "does not end"),
    (b"\x1c\x1c\x1c\x00", "too deep"),
])  # fmt: skip
def test_headers_of_pages(tmp_path: Path, header: bytes, why: str) -> None:
    path = tmp_path / "header"
    path.write_bytes(header)
    with path.open("rb") as file:
        if not why:
            assert [(page.values, page.size) for page in parquet_pages.pages(file, 0, 1)] == [(1, 4)]
            return
        with pytest.raises(parquet_pages.Odd, match=why):
            list(parquet_pages.pages(file, 0, 1))


def test_what_rows_in_succession_touch() -> None:
    pages = [(10, 5), (1, 100), (1, 100), (30, 7)]
    assert [parquet_pages.most_in_a_window(pages, rows) for rows in (1, 2, 3, 4, 99)] == [100, 200, 207, 212, 212]
