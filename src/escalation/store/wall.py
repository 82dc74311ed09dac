"""The second wall on PostgreSQL: rows of others' are not there, whatever a statement asks for.

The first is the predicate of :mod:`escalation.store.viewing`. What somebody is shown who does not
see all is read as a role of the database whose policies let through only what is in their reach.
For every other role the policies are the constant true, which the planner takes away.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from escalation.store import dialect
from escalation.store.base import kept_text, metadata
from escalation.workflow.viewing import Part, Reach, Viewer

ROLE = "escalation_limited"
"""Nobody logs in as it; each database of a server gives it its own rights."""
SECRETS = frozenset({"api_key", "calendar_feed", "digest_link", "idempotency", "seal_key"})
"""Tables that it does not read at all."""
ANY = "*"
"""The value of a setting that narrows nothing; one that is not set lets nothing through."""


# ---------------------------------------------------------------- how it is built


def statements(engine: Engine, role: str) -> list[str]:
    """The SQL that builds the wall for a role that serves; it may be run again.

    The first two need the right to make roles where they have something to do, the rest to own
    the tables.
    """
    name = engine.dialect.identifier_preparer.quote(role)
    member = "pg_has_role('{}', '{}', '{{}}')".format(role.replace("'", "''"), ROLE)
    free = member.format("MEMBER") + " AND NOT " + member.format("USAGE")
    return [
        (
            f"DO $$BEGIN IF to_regrole('{ROLE}') IS NULL THEN"
            f" CREATE ROLE {ROLE} NOLOGIN NOINHERIT; END IF; END$$"
        ),
        # A member that inherits would be under the policies itself, and pay for each row. Before
        # PostgreSQL 16 that is said of the member and not of the membership, and cannot be parsed.
        (
            f"DO $$BEGIN IF {free} THEN NULL;"
            " ELSIF current_setting('server_version_num')::int >= 160000 THEN"
            f" EXECUTE $of$GRANT {ROLE} TO {name} WITH INHERIT FALSE, SET TRUE$of$; ELSE"
            f" GRANT {ROLE} TO {name}; ALTER ROLE {name} NOINHERIT; END IF; END$$"
        ),
        *_policies(),
    ]


def _policies() -> Iterator[str]:
    """The SQL by which the role reads what is let through: for whoever owns the tables."""
    read = ", ".join(sorted(set(metadata.tables) - SECRETS))
    yield f"GRANT USAGE ON SCHEMA public TO {ROLE}"
    yield _NOTHING
    yield f"GRANT SELECT ON {read} TO {ROLE}"
    yield from _walled("issue", _ISSUE)
    for table, columns in HANGS.items():
        yield from _walled(table, _hanging(columns))


_NOTHING = f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}"
_UP = text(
    "SELECT tablename FROM pg_policies"
    " WHERE schemaname = current_schema() AND policyname = 'within_reach' ORDER BY tablename"
)


def taken_down(connection: Connection) -> bool:
    """Take the policies out of a migration's way: they hold on to the columns that they name.

    Until they are put up again the role reads nothing, so nobody is read for as it.

    Returns:
        Whether there were any.
    """
    if not dialect.has_roles(connection.dialect):
        return False
    names = connection.scalars(_UP).all()
    for name in names:
        connection.exec_driver_sql(f"DROP POLICY within_reach ON {name}")
    if names:
        connection.exec_driver_sql(_NOTHING)
    return bool(names)


def put_up_again(connection: Connection) -> None:
    """Build the wall of an installation that had it, over the tables as they are now."""
    for statement in _policies():
        connection.exec_driver_sql(statement)


def _walled(name: str, reach: str) -> Iterator[str]:
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS whoever ON {name}"
    yield f"CREATE POLICY whoever ON {name} USING (true) WITH CHECK (true)"
    yield f"DROP POLICY IF EXISTS within_reach ON {name}"
    other = f"(SELECT current_user <> '{ROLE}')"  # that has its rights by inheritance
    using = f"USING ({other} OR {reach})"
    yield f"CREATE POLICY within_reach ON {name} AS RESTRICTIVE TO {ROLE} {using}"


HANGS: Mapping[str, tuple[str, ...]] = {
    "agenda_item": ("subject",),
    "clock": ("issue_id",),
    "clock_step": ("issue_id",),
    "decision": ("subject",),
    "event": ("aggregate",),
    "external_ref": ("issue_id",),
    "hook_delivery": ("issue_id",),
    "hook_ticket": ("issue_id",),
    "interaction": ("issue_id", "about"),
    "issue_link": ("issue_id", "other"),
    "receipt": ("issue_id",),
    "survey_answer": ("issue_id",),
    "survey_invitation": ("issue_id",),
}
"""Tables that name issues, and where: a row that names one which is not there is not there."""


def _hanging(columns: tuple[str, ...]) -> str:
    return " AND ".join(
        f"({name} IS NULL OR NOT starts_with({name}, 'iss_')"
        f" OR EXISTS (SELECT FROM issue AS its WHERE its.id = {name}))"
        for name in columns
    )


def _set(name: str) -> str:
    """A setting's value, read once for a statement and not for each row."""
    return f"(SELECT nullif(current_setting('escalation.{name}', true), ''))"


def _one_of(name: str, fits: str) -> str:
    """Whether a row fits a setting that is a list of codes: cheap, for a list asks it of each."""
    codes = f"(SELECT nullif({_set(name)}, '{ANY}')::text[])::text[]"
    return f"({_set(name)} = '{ANY}' OR {fits.format(codes)})"


_NARROWED = {
    "clusters": "cluster = ANY ({0})",
    "providers": "provider = ANY ({0})",
    "agencies": "agency = ANY ({0}) OR also_affects ?| {0}",
    "functions": "function = ANY ({0})",
}
"""What a key's plain scopes name."""
_AFFECTED = (
    "EXISTS (SELECT FROM jsonb_array_elements_text(also_affects) AS also WHERE part->'{0}' ? also)"
)
_STOOD = (
    "EXISTS (SELECT FROM jsonb_path_query(standing, '{1}') AS stood"
    " WHERE part->'{0}' ? (stood #>> '{{}}'))"
)
_FITS = {
    "clusters": "part->'{0}' ? cluster",
    "providers": "part->'{0}' ? provider",
    "functions": "part->'{0}' ? function",
    "agencies": f"part->'{{0}}' ? agency OR {_AFFECTED}",
    "parties": f"part->'{{0}}' ? provider OR part->'{{0}}' ? agency OR {_AFFECTED}",
    "forums": f"part->'{{0}}' ? forum OR {_STOOD}",
    "holders": f"part->'{{0}}' ? provider_person OR part->'{{0}}' ? agency_person OR {_STOOD}",
}
_PATHS = {"forums": "$.reported_up[*].forum[*]", "holders": "$.visits[*][4][*]"}
_PART = " AND ".join(
    f"(part->'{kind}' IS NULL OR {fits.format(kind, _PATHS.get(kind))})"
    for kind, fits in _FITS.items()
)


def _in_each(name: str) -> str:
    """Whether a row is in each reach of a setting: JSON, a list of lists of parts."""
    each = f"jsonb_array_elements((SELECT {_set(name)}::jsonb)) AS reach"
    parts = f"(SELECT FROM jsonb_array_elements(reach) AS part WHERE {_PART})"
    out = f"EXISTS (SELECT FROM {each} WHERE NOT EXISTS {parts})"
    return f"({_set(name)} = '[]' OR {_set(name)} IS NOT NULL AND NOT {out})"


_ISSUE = " AND ".join(
    [
        *(_one_of(kind, fits) for kind, fits in _NARROWED.items()),
        _in_each("within"),
        (
            f"CASE WHEN sealed_at IS NULL THEN {_in_each('reach')}"
            f" ELSE {_one_of('people', 'sealed_to ?| {0}')} END"
        ),
    ]
)
"""The rule of :func:`escalation.workflow.viewing.may_see` once more, as the server asks it."""


# ---------------------------------------------------------------- behind it, and outside


def stand_behind(connection: Connection, viewer: Viewer) -> None:
    """From here on a transaction reads what ``viewer`` may see, and can change nothing.

    Nothing happens for whoever sees all that is not sealed, on SQLite, and where the wall has not
    been built: then the predicate holds alone.
    """
    if not viewer.limited or not dialect.has_roles(connection.dialect):
        return
    row = connection.execute(_STAND, told(viewer)).one()
    if row.now is not None:
        connection.execution_options(**{_OUTSIDE: row.before})


@contextmanager
def outside(connection: Connection) -> Iterator[None]:
    """Read as the role that serves for the length of the block, and for one reason.

    What is to be left out of something that somebody may see has to be found first.
    """
    before = connection.get_execution_options().get(_OUTSIDE)
    if before is None:
        yield
        return
    # After an error there is nothing to go back to: the transaction reads no more.
    connection.execute(_BE, {"role": before})
    yield
    connection.execute(_BE, {"role": ROLE})


def told(viewer: Viewer) -> dict[str, str]:
    """The settings by which the policies know what somebody may see."""
    plain = next((reach for reach in viewer.within if _is_plain(reach)), (Part(),))
    within = [reach for reach in viewer.within if reach is not plain]
    own = [] if viewer.reach is None else [viewer.reach]
    people = frozenset(() if viewer.person is None else (viewer.person,))
    return {
        **{kind: _codes(getattr(plain[0], kind)) or ANY for kind in _NARROWED},
        "within": _reaches(within),
        "reach": _reaches(own),
        "people": ANY if viewer.everything else _codes(people) or "{}",
    }


def _is_plain(reach: Reach) -> bool:
    return len(reach) == 1 and reach[0].named().keys() <= _NARROWED.keys()


def _codes(codes: frozenset[str]) -> str:
    return dialect.array_text(sorted(codes)) if codes else ""


def _reaches(reaches: Sequence[Reach]) -> str:
    named = [[part.named() for part in reach] for reach in reaches]
    return kept_text([[{k: sorted(v) for k, v in part.items()} for part in r] for r in named])


_SETTINGS = (*_NARROWED, "within", "reach", "people")
_THERE = f"to_regrole('{ROLE}')::oid"
_BUILT = (
    f"has_table_privilege({_THERE}, 'issue', 'SELECT') AND pg_has_role({_THERE}, 'MEMBER')"  # noqa: S608 - names of our own
    " AND (SELECT relrowsecurity FROM pg_class WHERE oid = 'issue'::regclass)"
)
"""Whether the wall stands in this database, for the role that asks; null without its role."""
_STAND = text(
    "SELECT current_setting('role') AS before, "
    + ", ".join(f"set_config('escalation.{name}', :{name}, true)" for name in _SETTINGS)
    + f", CASE WHEN {_BUILT} THEN set_config('role', '{ROLE}', true) END AS now"
)
_BE = text("SELECT set_config('role', :role, true)")
_OUTSIDE = "outside_the_wall"


# ---------------------------------------------------------------- whether it stands


def stands(connection: Connection) -> bool:
    """Whether what the present role reads for somebody with a reach is read behind the wall."""
    return bool(connection.scalar(text(f"SELECT {_BUILT}")))


def unreadable(connection: Connection) -> list[str]:
    """Tables that cannot be read behind the wall: they came after it was built."""
    readable = text("SELECT has_table_privilege(:role, :name, 'SELECT')")
    return [
        name
        for name in sorted(set(metadata.tables) - SECRETS)
        if not connection.scalar(readable, {"role": ROLE, "name": name})
    ]
