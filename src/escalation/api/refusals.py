"""Refusals that only a REST interface has, in the product's own tree of errors."""

from escalation.errors import EscalationError


class NoSuchMethod(EscalationError):
    """The path is there, but not for this method; ``extra["Allow"]`` names those it takes."""

    default_code = "method_not_allowed"


class WrongMediaType(EscalationError):
    """The body is of a kind that this path does not take."""

    default_code = "unsupported_media_type"


class TooSlow(EscalationError):
    """The body did not come in time."""

    default_code = "request_timeout"


class TooLong(EscalationError):
    """Path and query are longer than anybody needs."""

    default_code = "uri_too_long"


class HeadersTooLarge(EscalationError):
    """The headers are too many, or larger than anybody needs."""

    default_code = "headers_too_large"


class Unexpected(EscalationError):
    """Something went wrong that nobody had thought of."""

    default_code = "internal"
