from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from escalation.delivery.formats import template
from escalation.delivery.formats.options import Template
from escalation.delivery.formats.template import SECONDS
from escalation.delivery.formats.told import Ref, Told, Unrenderable

BODY: dict[str, Any] = {
    "type": "issue.escalated",
    "timestamp": "2026-03-02T00:00:00Z",
    "data": {
        "id": "evt_1",
        "number": 7,
        "issue": {"id": "iss_1", "reference": "SSI-2026-000001"},
        "actor": {"kind": "person", "name": "Ana"},
        "details": {"from": "a", "to": 'b "c"', "many": list(range(3_000)), "long": "x" * 60_000},
    },
}
TOLD = Told(BODY, "it climbed", (Ref("tool", "A/1 ?&", "https://tool.example/A"),))


def no_time() -> float:
    """A clock that stands: what is told is never that it took too long."""
    return 0.0


def made(source: str, seconds: Callable[[], float] = no_time, **options: Any) -> str | None:
    chosen = Template(kind="template", body=source, content_type="text/plain", **options)
    [request] = template.rendered(chosen, TOLD, seconds)
    return request.body


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("{{ details.to | tojson }}", '"b \\"c\\""'),
        ("{{ details['from'] | upper }}{{ issue.reference[:3] }}", "ASSI"),
        ("{% for name, it in issue | items %}{{ name }}={{ it | length }};{% endfor %}",
         "id=5;reference=15;"),
        ("{% if details.reason is defined %}no{% else %}{{ headline }}{% endif %}",
         "SSI-2026-000001: it climbed"),
        ("{{ details.reason | default('none') }}{{ not refs.tool }}", "noneFalse"),
        ("{{ lines | join(' / ') | truncate(20, true, '...') }}", "SSI-2026-000001: ..."),
        ("{{ lines | first }}{{ [3, 1] | sort | last }}", "SSI-2026-000001: it climbed3"),
        ("{{ mark }}", "[escalation evt_1]"),
    ],
)  # fmt: skip
def test_a_template_says_what_happened(source: str, body: str) -> None:
    assert made(source) == body


def test_values_in_a_path_stay_within_their_segment() -> None:
    chosen = Template(kind="template", body="{}", method="PUT", path="/t/{{ refs.tool.id }}.json")
    [request] = template.rendered(chosen, TOLD)
    assert (request.method, request.path) == ("PUT", "/t/A%2F1%20%3F%26.json")


@pytest.mark.parametrize(
    "source",
    [
        "{% set a = 1 %}",
        "{% macro a() %}{% endmacro %}",
        "{% include 'a' %}",
        "{{ cycler() }}",
        "{{ ''.join(lines) }}",
        "{{ 9 ** 9 }}",
        "{{ 'a' * 9 }}",
        "{{ 'a' ~ 'b' }}",
        "{{ text | replace('a', 'b') }}",
        "{{ text | attr('x') }}",
        "{{ text is callable }}",
        "{{ _counted }}",
        "{% for a in lines %}" * 4 + "{% endfor %}" * 4,
        "{% for a in lines recursive %}{% endfor %}",
        "{{ text",
    ],
)
def test_what_could_run_long_or_reach_out_is_not_taken(source: str) -> None:
    chosen = Template(kind="template", body=source)
    [(option, why)] = template.check(chosen)
    assert option == "body"
    assert why.startswith("line 1: ")
    with pytest.raises(Unrenderable):
        made(source)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ no_such_name }}", "undefined"),
        ("{{ details.__class__ }}", "unsafe"),
        ("{% for a in details.long %}{% endfor %}", "no list"),
        ("{% for a in details.many %}{% endfor %}", "2000 items"),
        ("{% for a in lines %}{% for b in lines %}{{ details.long }}{% endfor %}{% endfor %}",
         "262144 characters"),
        ("{{ details.to" + " | tojson" * 40 + " }}", "262144 characters"),
        ("{{ details.long | join(details.long) }}", "takes a list"),
        ("{{ [details.long, details.long, details.long] | join(details.long) | length }}",
         "262144 characters"),
        ("{{ details.long | items }}", "takes a mapping"),
        ("{{ -details.to }}", "operand"),
    ],
)  # fmt: skip
def test_what_a_message_does_not_bear_is_told(source: str, why: str) -> None:
    with pytest.raises(Unrenderable) as told:
        made(source)
    assert why in str(told.value)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in lines %}{% for b in details.many[:300] %}{% endfor %}{% endfor %}",
        "{% for a in details.many[:900] %}{% endfor %}",
        "{{ headline }}{{ mark }}" * 200,
    ],
)
def test_a_template_is_given_up_when_its_time_is_over(source: str) -> None:
    looks = count(step=SECONDS / 10)
    with pytest.raises(Unrenderable, match=r"longer than 0\.25 seconds"):
        made(source, lambda: next(looks))
    assert next(looks) < 2 * SECONDS, "it went on after its time"


@pytest.mark.parametrize("path", ["x", "/a/../b"])
def test_a_path_that_leaves_its_place_is_told(path: str) -> None:
    with pytest.raises(Unrenderable):
        made("{}", path=path)


def test_a_body_of_json_has_to_be_json() -> None:
    chosen = Template(kind="template", body='{"a": {{ details.to }}}')
    with pytest.raises(Unrenderable) as told:
        template.rendered(chosen, TOLD)
    assert "tojson" in str(told.value)
