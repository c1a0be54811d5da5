"""Tables as text: comma, semicolon, tab or bar between the values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from prm.kernel.imports.problems import FileRefused, shown
from prm.kernel.imports.sources import Row, Source, Table, digest_of, encoding_of, open_bytes

DELIMITERS = (",", ";", "\t", "|")
NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}


def open_table(source: Source) -> Table:
    encoding, how = encoding_of(source)
    reader, stream, delimiter = _reader(source, encoding)
    try:
        header = next(reader)
    except (StopIteration, csv.Error) as error:
        stream.close()
        raise FileRefused(f"{source.name} has no readable header row.") from error
    columns = checked_columns(source, header)
    read_as = f"{encoding} ({how}), {NAMES.get(delimiter, delimiter)}"
    return Table(columns, _rows(source, reader, stream, columns), digest_of(source), read_as)


def checked_columns(source: Source, header: list[str]) -> tuple[str, ...]:
    """The names of the columns. Refuses none, too many, and the same name twice."""
    columns = tuple(name.strip() for name in header)
    while columns and not columns[-1]:  # spreadsheets leave empty ones at the right
        columns = columns[:-1]
    if not columns:
        raise FileRefused(f"{source.name} has no header row.")
    if len(columns) > source.limits.columns:
        raise FileRefused(f"{source.name} has {len(columns)} columns, the limit is {source.limits.columns}.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FileRefused(f"{source.name} has the column {shown(twice[0])} more than once.")
    return columns


def _reader(source: Source, encoding: str) -> tuple[Iterator[list[str]], IO[str], str]:
    stream = io.TextIOWrapper(open_bytes(source), encoding=encoding, newline="")
    delimiter = source.delimiter or _detect(stream.readline(1_000_000))
    stream.close()
    stream = io.TextIOWrapper(open_bytes(source), encoding=encoding, newline="")
    return csv.reader(stream, delimiter=delimiter, strict=True), stream, delimiter


def _detect(header: str) -> str:
    """The delimiter found most often in the header, outside quotes."""
    bare = "".join(part for i, part in enumerate(header.split('"')) if i % 2 == 0)
    return max(DELIMITERS, key=bare.count)


def _rows(source: Source, reader: Iterator[list[str]], stream: IO[str], columns: tuple[str, ...]) -> Iterator[Row]:
    width, limit, given = len(columns), source.limits.cell_characters, 0
    with stream:
        begins = reader.line_num + 1  # type: ignore[attr-defined]
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileRefused(
                    f"{source.name}, line {begins}: {error} (a quotation mark too many or missing?)."
                ) from error
            line, begins = begins, reader.line_num + 1  # type: ignore[attr-defined]
            if not any(values):
                continue
            given += 1
            if given > source.limits.rows:
                raise FileRefused(f"{source.name} has more than {source.limits.rows} rows. Split it.")
            if (len(values) != width and any(values[width:])) or len(values) < width:
                yield Row(line, {}, f"The row has {len(values)} values, the header {width} columns.")
            elif max(map(len, values)) > limit:
                yield Row(line, {}, f"A value is longer than {limit} characters.")
            else:
                yield Row(line, dict(zip(columns, values, strict=False)))
