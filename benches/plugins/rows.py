"""Procedures of three columns, which yield their rows in each of the forms there are."""

import pyarrow.parquet as pq

COLUMNS = {"id": "int", "x": "float", "name": "string"}


@db.procedure("dicts", args=["int"], yields=COLUMNS)
def dicts(count):
    for number in range(count):
        yield {"id": number, "x": number * 0.5, "name": "even" if number % 2 == 0 else "odd"}


@db.procedure("tuples", args=["int"], yields=COLUMNS)
def tuples(count):
    for number in range(count):
        yield number, number * 0.5, "even" if number % 2 == 0 else "odd"


@db.procedure("batches", args=["string"], yields=COLUMNS)
def batches(path):
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches()
