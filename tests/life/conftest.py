from tests.builders import furnished_postgres, furnished_sqlite, plain_log

__all__ = ["furnished_postgres", "furnished_sqlite", "plain_log"]
