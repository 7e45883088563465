"""Who was late out of New York in 2013, and who was late again and again?

Run it with `python examples/02_score/run.py`. Both answers come from the Python functions of
`score.py`: an aggregate over the flights of each airline, and a window function over those of each
plane, in the order in which it flew them.
"""

from pathlib import Path

import arrowsmith

HERE = Path(__file__).parent
DATA = HERE.parent / "data"

AIRLINES = """
    SELECT a.name, count(f.dep_delay) AS flights, score.score(f.dep_delay) AS score,
           score.score(f.dep_delay) / count(f.dep_delay) AS per_flight
    FROM flights f JOIN airlines a ON a.carrier = f.carrier
    GROUP BY a.name ORDER BY per_flight DESC
"""

PLANES = """
    WITH series AS (
        SELECT tailnum, carrier, score.score_series(dep_delay) OVER (
            PARTITION BY tailnum ORDER BY time_hour, sched_dep_time, flight, origin) AS lateness
        FROM flights WHERE tailnum IS NOT NULL)
    SELECT tailnum, carrier, count(lateness) AS flights, max(lateness) AS worst
    FROM series GROUP BY tailnum, carrier ORDER BY worst DESC NULLS LAST, tailnum
    LIMIT 10
"""


def prepare(session: arrowsmith.Session) -> None:
    """Load the plugin and name the two tables."""
    session.load_plugin(HERE / "score.py")
    session.register("flights", DATA / "flights.parquet")
    session.register("airlines", DATA / "airlines.parquet")


def airlines(session: arrowsmith.Session) -> arrowsmith.Relation:
    """Return a row per airline: its flights, its score, and the score of an average flight."""
    return session.sql(AIRLINES)


def planes(session: arrowsmith.Session) -> arrowsmith.Relation:
    """Return the ten planes whose lateness built up most: flights, and the worst moment."""
    return session.sql(PLANES)


def main() -> None:
    """Print both tables."""
    with arrowsmith.Database.in_memory() as database, database.session() as session:
        prepare(session)
        airlines(session).show()
        planes(session).show()


if __name__ == "__main__":
    main()
