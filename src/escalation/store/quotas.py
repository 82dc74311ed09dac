"""What callers have used of what they may, where several processes of one server share it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from escalation.rates import Rate


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was taken out of a bucket, and the seconds until it is full again."""

    granted: int
    full_in: float


def draw(connection: Connection, name: str, rate: Rate, *, wanted: int, needed: int) -> Drawn:
    """Take up to ``wanted`` out of a bucket, or nothing where there are fewer than ``needed``.

    Exact however many processes draw at once: the row is theirs one after the other, and the
    server's clock is the only one that is looked at. The commit does not wait for the disk: what a
    crash forgets fills the bucket a little early. PostgreSQL only; nobody shares an SQLite file.
    """
    connection.execute(text("SET LOCAL synchronous_commit = off"))
    given = {
        "name": name,
        "wanted": wanted,
        "needed": needed,
        "count": rate.count,
        "each": rate.each,
        "seconds": float(rate.seconds),
    }
    row = connection.execute(_DRAWING, given).one()
    return Drawn(row.granted, row.full_in)


# A generic cell rate: the row holds the second of the epoch at which the bucket will be full.
_DRAWING = text("""
WITH clock AS (
  SELECT CAST(extract(epoch FROM statement_timestamp()) AS double precision) AS now
), full_bucket AS (
  SELECT CASE WHEN :count >= :needed THEN least(:wanted, :count) ELSE 0 END AS granted
)
INSERT INTO quota (name, full_at, granted)
SELECT :name, clock.now + full_bucket.granted * :each, full_bucket.granted
FROM clock, full_bucket
ON CONFLICT (name) DO UPDATE SET (full_at, granted) = (
  SELECT taken.since + taken.granted * :each, taken.granted
  FROM (
    SELECT bucket.since,
      CASE WHEN bucket.free >= :needed THEN least(:wanted, bucket.free) ELSE 0 END AS granted
    FROM (
      SELECT greatest(quota.full_at, clock.now) AS since,
        CAST(floor((clock.now + :seconds - greatest(quota.full_at, clock.now)) / :each + 1e-6)
          AS bigint) AS free
      FROM clock
    ) AS bucket
  ) AS taken
)
RETURNING granted, full_at - (SELECT clock.now FROM clock) AS full_in
""")
