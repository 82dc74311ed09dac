"""From a message to its requests, by the endpoint's format."""

from escalation.delivery.formats import chat, cloud, template, tickets
from escalation.delivery.formats.options import (
    CloudEvents,
    Format,
    Slack,
    Standard,
    Teams,
    Template,
)
from escalation.delivery.formats.requests import Requests
from escalation.delivery.formats.told import Told


def render(format_: Format, told: Told) -> Requests:
    """The requests that deliver a message in a format other than the standard one.

    Raises:
        Unrenderable: the message cannot be put so.
    """
    match format_:
        case Standard():
            raise ValueError("the standard body is the message's own")
        case CloudEvents():
            return cloud.cloudevents(format_, told)
        case Template():
            return template.rendered(format_, told)
        case Slack():
            return chat.slack(told)
        case Teams():
            return chat.teams(told)
        case _:
            return tickets.written_back(format_, told)
