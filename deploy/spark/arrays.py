"""Between Arrow's columns and the array functions of accounting, without a loop over rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]
Batches = Iterable[pa.RecordBatch]
PerPartition = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""What Spark runs over the batches of a partition (DataFrame.mapInArrow)."""


def columns(batches: Batches) -> dict[str, Array]:
    """All rows of a partition; nothing for one without rows. Raises ValueError for a null: as an array it would make
    all numbers of its column inexact."""
    table = pa.Table.from_batches(found) if (found := list(batches)) else pa.table({})
    if empty := [name for name in table.column_names if table[name].null_count]:
        raise ValueError(f"no value in {', '.join(empty)}")
    return {name: table[name].to_numpy() for name in table.column_names} if len(table) else {}


def records(rows: Columns, kind: np.dtype[np.void], **renamed: str) -> npt.NDArray[np.void]:
    """Rows as records of `kind`; a field takes the column of its name, or that which `renamed` names; without a column
    it is 0."""
    found = np.zeros(len(next(iter(rows.values()))), kind)
    for name in kind.names or ():
        if (column := renamed.get(name, name)) in rows:
            found[name] = rows[column]
    return found


def some(rows: Columns, chosen: npt.NDArray[np.bool_]) -> dict[str, Array]:
    """The chosen rows."""
    return {name: values[chosen] for name, values in rows.items()}


def batch(**values: npt.ArrayLike) -> pa.RecordBatch:
    """Numbers as a batch of bigint."""
    return pa.RecordBatch.from_pydict({name: pa.array(np.asarray(each, np.int64)) for name, each in values.items()})


def whole(function: Callable[[Columns], Iterable[pa.RecordBatch]]) -> PerPartition:
    """A function of all rows of a partition, as Spark calls it; without rows there is nothing to call it for."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if rows := columns(batches):
            yield from function(rows)

    return run
