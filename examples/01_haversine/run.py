"""How far did every flight out of New York go in 2013, computed in SQL by a plain Python function?

Run it with `python examples/01_haversine/run.py`. The distance that `geo.py` computes is compared
with the one that was recorded, for each destination; then each mode of the function is timed over
all flights.
"""

import time
from pathlib import Path
from typing import Any

import arrowsmith

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
MODES = {"row": "geo.haversine", "vectorized": "geo.haversine_np"}
REPEATS = 5
CLOSE = 0.01  # of the recorded distance, which is in whole miles

COMPARE = """
    WITH trips AS (
        SELECT f.dest, d.name, f.distance * 1.609344 AS recorded,
               geo.haversine(o.lat, o.lon, d.lat, d.lon) AS computed
        FROM flights f
        JOIN airports o ON o.faa = f.origin
        LEFT JOIN airports d ON d.faa = f.dest)
    SELECT dest, name, count(*) AS flights, avg(recorded) AS recorded_km,
           avg(computed) AS computed_km, avg(computed) / avg(recorded) AS ratio
    FROM trips GROUP BY dest, name ORDER BY recorded_km DESC, dest
"""

# The join is done once, so that timing a mode times the function and not the join.
LEGS = """
    CREATE TABLE legs AS
    SELECT o.lat AS lat1, o.lon AS lon1, d.lat AS lat2, d.lon AS lon2
    FROM flights f
    JOIN airports o ON o.faa = f.origin
    LEFT JOIN airports d ON d.faa = f.dest
"""


def prepare(session: arrowsmith.Session) -> None:
    """Load the plugin and name the two tables."""
    session.load_plugin(HERE / "geo.py")
    session.register("flights", DATA / "flights.parquet")
    session.register("airports", DATA / "airports.parquet")


def compare(session: arrowsmith.Session) -> arrowsmith.Relation:
    """Return, a row per destination, the recorded and the computed distance in km and their ratio.

    A destination that is missing from `airports` has no coordinates: its computed distance is NULL.
    """
    return session.sql(COMPARE)


def rates(session: arrowsmith.Session) -> dict[str, float]:
    """Return how many rows a second each mode made: the best of a few runs over all flights."""
    session.sql(LEGS)
    [(flights,)] = session.sql("SELECT count(*) FROM legs").rows()
    found = {}
    for mode, function in MODES.items():
        query = session.sql(f"SELECT sum({function}(lat1, lon1, lat2, lon2)) AS km FROM legs")
        found[mode] = flights / min(_seconds(query) for _ in range(REPEATS))
    return found


def _seconds(query: arrowsmith.Relation) -> float:
    start = time.perf_counter()
    query.rows()
    return time.perf_counter() - start


def _table(rows: list[tuple[Any, ...]]) -> str:
    line = "{:<5}{:<38}{:>8}{:>13}{:>13}{:>8}".format
    lines = [line("dest", "airport", "flights", "recorded km", "computed km", "ratio")]
    for dest, name, flights, *numbers in rows:
        recorded, computed, ratio = (
            "NULL" if number is None else f"{number:,.{digits}f}"
            for number, digits in zip(numbers, (1, 1, 4), strict=True)
        )
        lines.append(line(dest, name or "NULL", f"{flights:,}", recorded, computed, ratio))
    return "\n".join(lines)


def _summary(rows: list[tuple[Any, ...]]) -> str:
    errors = [abs(ratio - 1.0) for *_, ratio in rows if ratio is not None]
    close = sum(error <= CLOSE for error in errors)
    return (
        f"{len(rows)} destinations: {close} within {CLOSE:.0%} of the recorded distance, "
        f"{len(errors) - close} further off (at most {max(errors):.1%}), "
        f"{len(rows) - len(errors)} without an airport row"
    )


def main() -> None:
    """Print the table of all destinations and the speed of each mode."""
    with arrowsmith.Database.in_memory() as database, database.session() as session:
        prepare(session)
        rows = compare(session).rows()
        print(_table(rows), _summary(rows), sep="\n\n")
        for mode, rate in rates(session).items():
            print(f"{mode:<11}{rate / 1e6:6.1f} M rows/s  ({MODES[mode]})")


if __name__ == "__main__":
    main()
