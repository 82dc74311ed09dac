"""The figures for a monitoring system, over the interface."""

from tests.api.service import Service


def test_a_key_shows_how_the_engine_stands(shared: Service) -> None:
    answer = shared.call("GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "# HELP escalation_clock_lag_seconds" in answer.text
    assert 'escalation_deliveries{state="dead"} 0.0' in answer.text


def test_without_a_key_nothing_is_shown(shared: Service) -> None:
    assert shared.call("GET", "/metrics", key=None).status_code == 401
