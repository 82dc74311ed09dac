"""A survey that comes round is answered by its link, without a name, and its rounds are counted."""

from datetime import timedelta
from pathlib import Path

from escalation.services.keys import KeyRole
from escalation.services.surveys.links import path_of
from escalation.services.surveys.rounds import hash_of, places
from escalation.store import survey_rounds, surveys
from escalation.store.survey_rounds import NewAsked
from escalation.store.transaction import write
from tests.api.principals import key_for
from tests.api.service import Service, problem, serving
from tests.api.test_surveys import sent, twin
from tests.builders import CONFIG

ROUND = "periodic: {rule: FREQ=YEARLY, start: 2026-03-02T09:00, roles: [business_manager]}"


def in_round(service: Service) -> tuple[str, str]:
    """Somebody who is asked in a round: their invitation, and the path of their page."""
    inside, now = service.container, service.clock.now()
    new = NewAsked(
        id=inside.ids.new("svy", now),
        survey="client-yearly",
        period="2026-03-02",
        respondent=hash_of("client-yearly", "2026-03-02", "ruth-goldfinch"),
        invited_at=now,
        expires_at=now + timedelta(days=21),
        places=places("rivers", "southern-cross", "meridian"),
    )
    with write(inside.engine) as connection:
        assert survey_rounds.ask(connection, [new]) == [new]
        found = surveys.find(connection, new.id)
    assert found is not None
    return new.id, path_of(inside.vault, found)


def test_a_survey_that_comes_round_is_answered_without_a_name_and_its_rounds_are_counted(
    furnished_url: str, tmp_path: Path
) -> None:
    about = "about: Asked of client agencies once a year."
    file = (CONFIG / "surveys.yaml").read_text().replace(about, f"{about}\n    {ROUND}")
    (tmp_path / "surveys.yaml").write_text(file)
    with serving(furnished_url, data_dir=tmp_path, config_dir=tmp_path) as service:
        [told] = service.found("/v1/survey-rounds")["data"]
        assert (told["asked"], told["state"]) == (0, "open")
        why = {each["agency"]: each["why"] for each in told["not_asked"]}
        assert (why["rivers"], why["wellbeing"]) == ("mail_is_not_set_up", "nobody_sits")
        comes = service.found("/v1/surveys")["data"][1]["periodic"]
        assert comes["next_at"] == "2027-03-01T23:00:00Z"
        name, path = in_round(service)
        page = service.get(path, key=None)
        assert "kept without your name" in page.text
        assert "with my name" not in page.text
        form = service.found(twin(path), key=None)
        assert (form["issue"], form["period"]) == (None, "2026-03-02")
        answered = sent(service, path, overall="5", words="Well served")
        assert "recorded" in answered.text
        [said] = service.found("/v1/feedback?kind=survey")["data"]
        shown = ("party", "text", "raiser", "about", "survey")
        assert [said[each] for each in shown] == [
            "meridian",
            "Well served",
            {"type": "client"},
            None,
            {
                "name": "client-yearly",
                "period": "2026-03-02",
                "answers": {"overall": 5, "words": "Well served"},
            },
        ]
        [told] = service.found("/v1/survey-rounds")["data"]
        assert (told["asked"], told["answered"]) == (1, None), "few answers are withheld"
        assert service.found("/v1/survey-invitations")["data"] == [], "nobody asked is listed"
        problem(service.get(f"/v1/survey-invitations/{name}"), 404, "not_found")
        part = key_for(service.container.desk, (KeyRole.OPERATOR, None, {"agency": ["rivers"]}))
        problem(service.get("/v1/survey-rounds", key=part), 403, "forbidden")
