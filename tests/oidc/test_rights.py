"""What a token gives: the person of the directory that it names, and a role by the table."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from escalation.errors import Broken, Unauthenticated
from escalation.services.callers import Caller
from escalation.services.keys import KeyRole
from escalation.services.oidc import written
from escalation.services.oidc.people import Grant
from escalation.services.oidc.trust import Algorithm
from escalation.workflow.commands import Acknowledge
from tests.api.principals import FORUM
from tests.api.service import COMPLAINT, Service, problem, serving
from tests.builders import copied_sqlite
from tests.builders import job as job_of
from tests.oidc.conftest import changed, known, trusting
from tests.oidc.mint import AUDIENCE, SUBJECT, Mint

DIRECTOR = "dominic-ferraro"
"""The account manager of Meridian, by one appointment alone."""


@pytest.fixture
def serve(furnished_sqlite: Any, tmp_path: Any, own_mint: Mint) -> Iterator[Any]:
    """Makes a service that trusts the mint, with other settings; the database is all the same."""
    with ExitStack() as stack:

        def made(**settings: Any) -> Service:
            url = copied_sqlite(furnished_sqlite, tmp_path / f"{len(settings)}.db")
            chosen = trusting(own_mint.issuer, **settings)
            return stack.enter_context(serving(url, **chosen))

        yield made


def asks(service: Service, token: str, status: int) -> dict[str, Any]:
    answer = service.get("/v1/issues", key=token)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_holder_sees_by_their_seats_and_no_more_once_they_are_off_them(
    trustful: Service, own_mint: Mint
) -> None:
    known(trustful, DIRECTOR, "auth0|d")
    issue = trustful.log()
    path = f"/v1/issues/{issue['id']}"
    token = own_mint.token(trustful.clock.now(), sub="auth0|d", roles=["seats"])
    assert trustful.get(path, key=token).status_code == 200
    changed(trustful, "/v1/appointments/app-meridian-300", until="2026-01-01")
    problem(trustful.get(path, key=token), 404, "not_found")
    problem(trustful.try_act(issue, "note", key=token, text="x"), 404, "not_found")


def test_who_has_left_opens_nothing_with_a_token_that_has_not_expired(
    trustful: Service, own_mint: Mint
) -> None:
    token = own_mint.token(trustful.clock.now())
    asks(trustful, token, 200)
    changed(trustful, "/v1/people/bronwyn-tait", until="2026-03-01")
    assert "names nobody" in asks(trustful, token, 401)["detail"]


def test_a_token_that_ends_while_its_command_waits_does_nothing(
    trustful: Service, own_mint: Mint
) -> None:
    inside = trustful.container
    issue = trustful.log()
    tokens, registry = inside.tokens, inside.registry
    assert tokens is not None
    assert registry.known is not None
    shown = tokens.shown(own_mint.token(trustful.clock.now()))
    caller = Caller.by(shown, registry.known, trustful.clock.now())
    trustful.clock.advance(timedelta(minutes=6))
    job = job_of(inside.desk, Acknowledge(), issue["id"], caller=caller)
    with pytest.raises(Unauthenticated, match="expired"):
        inside.desk.submit(job).result()


def test_two_people_of_one_subject_are_refused_by_the_directory(trustful: Service) -> None:
    answer = trustful.call(
        "PATCH", f"/v1/people/{DIRECTOR}", {"subject": SUBJECT}, key=trustful.admin, if_match="*"
    )
    assert "found the subject of `bronwyn-tait`" in answer.text
    problem(answer, 422, "invalid")


def test_a_role_may_be_for_a_part(trustful: Service, own_mint: Mint) -> None:
    ours, theirs = trustful.log(), trustful.log(agency="schools")
    token = own_mint.token(trustful.clock.now(), roles=["readers"])
    assert [each["id"] for each in asks(trustful, token, 200)["data"]] == [ours["id"]]
    problem(trustful.get(f"/v1/issues/{theirs['id']}", key=token), 404, "not_found")
    answer = trustful.post("/v1/issues", dict(COMPLAINT), key=token)
    assert "`viewer` does not have" in problem(answer, 403, "forbidden")["detail"]


ROLES: Sequence[tuple[Any, int]] = [
    (["nothing", "ops"], 200),
    ("ops other", 200),
    (["readers", "ops"], 200),
    ([], 403),
    (None, 403),
    (["OPS"], 403),
    ("ops-other", 403),
    ({"ops": True}, 403),
    (["ops", 7], 403),
    (7, 403),
]


@pytest.mark.parametrize(("roles", "status"), ROLES, ids=str)
def test_only_the_very_words_of_the_table_give_a_role(
    guarded: Service, mint: Mint, roles: Any, status: int
) -> None:
    told = asks(guarded, mint.token(guarded.clock.now(), roles=roles), status)
    if status == 403:
        assert "gives you no role here" in told["detail"]


def test_the_first_line_that_fits_is_the_one(guarded: Service, mint: Mint) -> None:
    token = mint.token(guarded.clock.now(), roles=["readers", "ops"])
    assert guarded.post("/v1/issues", dict(COMPLAINT), key=token).status_code == 201


def test_people_without_any_role_get_the_one_for_all_if_there_is_one(
    serve: Any, own_mint: Mint
) -> None:
    service = serve(oidc_person_role="holder")
    known(service, "bronwyn-tait", SUBJECT)
    now = service.clock.now()
    assert asks(service, own_mint.token(now, roles=[]), 200)["data"] == []
    assert "names nobody" in asks(service, own_mint.token(now, sub="x", roles=[]), 401)["detail"]


def test_people_may_be_named_by_a_proven_email(serve: Any, own_mint: Mint) -> None:
    service = serve(oidc_person_claim="email", oidc_person_by="email")
    now = service.clock.now()
    people = service.found("/v1/people/bronwyn-tait")
    address = str(people["email"])
    good = {"email": address.upper(), "email_verified": True}
    asks(service, own_mint.token(now, **good), 200)
    for wrong in (
        {**good, "email_verified": False},
        {**good, "email_verified": "true"},
        {"email": address},
        {"email_verified": True},
        {**good, "email": "nobody@example.org"},
        {**good, "email": [address]},
        {**good, "email": ""},
    ):
        asks(service, own_mint.token(now, **wrong), 401)


def test_people_may_be_named_by_their_id_in_the_directory(serve: Any, own_mint: Mint) -> None:
    service = serve(oidc_person_claim="employee", oidc_person_by="id")
    now = service.clock.now()
    asks(service, own_mint.token(now, employee="bronwyn-tait"), 200)
    asks(service, own_mint.token(now, employee="bronwyn"), 401)
    asks(service, own_mint.token(now), 401)


def test_an_address_that_two_people_share_names_neither(serve: Any, own_mint: Mint) -> None:
    service = serve(oidc_person_claim="email", oidc_person_by="email")
    shared = {"email": "desk@rivers.example"}
    for person in ("bronwyn-tait", "imran-qureshi"):
        changed(service, f"/v1/people/{person}", **shared)
    asks(service, own_mint.token(service.clock.now(), **shared, email_verified=True), 401)


@pytest.mark.parametrize(
    ("setting", "good", "weak"),
    [
        ({"oidc_amr": "mfa, hwk"}, {"amr": ["pwd", "mfa"]}, [{}, {"amr": ["pwd"]}, {"amr": "mfa"}]),
        ({"oidc_acr": "urn:gov:high"}, {"acr": "urn:gov:high"}, [{}, {"acr": "0"}]),
    ],
    ids=["amr", "acr"],
)
def test_a_stronger_sign_in_can_be_demanded(
    serve: Any, own_mint: Mint, setting: Any, good: Any, weak: Any
) -> None:
    service = serve(**setting)
    known(service, "bronwyn-tait", SUBJECT)
    now = service.clock.now()
    asks(service, own_mint.token(now, **good), 200)
    for claims in weak:
        answer = service.get("/v1/issues", key=own_mint.token(now, **claims))
        assert "as strongly as is demanded" in problem(answer, 401, "unauthenticated")["detail"]
        told = answer.headers["www-authenticate"]
        assert 'error="insufficient_user_authentication"' in told
        assert ('acr_values="urn:gov:high"' in told) is ("oidc_acr" in setting)


def test_tokens_by_other_keys_and_to_several_audiences_are_taken(
    guarded: Service, mint: Mint
) -> None:
    now = guarded.clock.now()
    asks(guarded, mint.token(now, aud=["https://other.example.org", AUDIENCE]), 200)
    for algorithm, name in (("ES256", "ec-1"), ("EdDSA", "ed-1"), ("Ed25519", "ed-1")):
        asks(guarded, mint.signed(now, algorithm, name), 200)
    asks(guarded, mint.signed(now, "ES256", "ec-1", typ="JWT"), 200)
    asks(guarded, mint.signed(now, "ES256", "ec-1", typ=None), 200)


# ---------------------------------------------------------------- what operators write


def test_the_table_is_read_line_by_line() -> None:
    narrow = "a b=viewer; agency=rivers ;agency=schools;function=payroll"
    text = f"ops = operator\n {narrow},n=integration;program,"
    assert written.grants(text) == (
        Grant("ops", KeyRole.OPERATOR, {}),
        Grant("a b", KeyRole.VIEWER, {"agency": ["rivers", "schools"], "function": ["payroll"]}),
        Grant("n", KeyRole.INTEGRATION, {}, program=True),
    )
    assert written.grants("") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ops", "expected `VALUE=ROLE`"),
        ("=operator", "expected `VALUE=ROLE`"),
        (";program", "found `;program`, expected `VALUE=ROLE`"),
        ("ops=operater", "the nearest is `operator`"),
        ("ops=viewer;party=rivers", "found `party=rivers`, expected `program`, or one of"),
        ("ops=viewer;agency=", "found `agency=`"),
        ("ops=admin;agency=rivers", "takes no scopes"),
        ("ops=holder;program", "a person's, not a program's"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_variable(text: str, words: str) -> None:
    with pytest.raises(Broken, match=words) as raised:
        written.grants(text)
    assert raised.value.errors[0].parameter == "ESCALATION_OIDC_ROLES"


def test_other_settings_that_mean_nothing_are_told_too() -> None:
    with pytest.raises(Broken, match="HS256"):
        written.algorithms("RS256, HS256")
    with pytest.raises(Broken, match="found none"):
        written.algorithms(" ,")
    with pytest.raises(Broken, match="JMESPath"):
        written.roles_claim("roles[")
    with pytest.raises(Broken, match="holder"):
        written.person_role("holdr")
    assert written.person_role(None) is None
    assert written.algorithms("ES256,RS256") == {Algorithm.ES256, Algorithm.RS256}


def test_a_token_without_any_directory_names_nobody(sqlite_url: str, mint: Mint) -> None:
    with serving(sqlite_url, **trusting(mint.issuer)) as service:
        asks(service, mint.token(service.clock.now()), 401)


def test_a_calendar_feed_of_who_came_by_a_token_is_shut_when_they_leave(
    trustful: Service, own_mint: Mint
) -> None:
    known(trustful, "zoran-petrovic", "auth0|z")  # of the forum, by a seat
    for person, given in (
        ("zoran-petrovic", {"sub": "auth0|z", "roles": ["seats"]}),
        ("bronwyn-tait", {"roles": ["ops"]}),
    ):
        token = own_mint.token(trustful.clock.now(), **given)
        made = trustful.post(f"/v1/forums/{FORUM}/feeds", {"name": "mine"}, key=token)
        at = f"/v1/forums/{FORUM}/calendar.ics?feed={made.json()['token']}"
        assert trustful.get(at, key=None).status_code == 200
        changed(trustful, f"/v1/people/{person}", until="2026-03-01")
        problem(trustful.get(at, key=None), 401, "unauthenticated")
