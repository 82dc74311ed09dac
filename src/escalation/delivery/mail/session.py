"""A session with a mail server: one mail after another, each handed over in two steps.

A mail is sent but for the dot that ends it. Then whoever asked for it notes down that the dot may
have been sent, and only then it is. So a sender that is killed leaves behind whether its server
can have taken the mail (RFC 1047 has the problem).
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from escalation.delivery.letter import Handing, Letter
from escalation.delivery.retry import Outcome, Result

ANSWER_KEPT = 1_000
"""Characters of an answer that are kept."""
_ACCEPTS, _GOES_ON, _PERMANENT, _CLOSES = 250, 354, 500, 421
_OURS = frozenset({530, 534, 535, 538})
"""The server does not let us in: nothing is wrong with the mail."""


class Security(StrEnum):
    """How a connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to get in; ``answer`` is how many seconds its last answer may take."""

    host: str
    port: int
    security: Security
    trust: ssl.SSLContext
    user: str | None = None
    password: str | None = None
    patience: float = 15.0
    answer: float = 120.0


class Refusal(Exception):
    """What a server answered that does not go on from there."""

    def __init__(self, status: int, words: bytes, *, of_mail: bool = True) -> None:
        """Take its status and its words; whether they are about the mail, or about us."""
        super().__init__(f"SMTP {status}")
        self.status = status
        self.of_mail = of_mail and status not in _OURS
        self.answer = words.decode("utf-8", "replace").replace("\x00", "\ufffd")[:ANSWER_KEPT]


@dataclass(slots=True)
class Session:
    """One connection; it belongs to one thread at a time."""

    server: Server
    _smtp: smtplib.SMTP | None = None

    def send(self, letter: Letter, handing: Handing) -> Result | None:
        """Send one mail; None where it was not begun because it is no longer the caller's."""
        try:
            return self._sent(letter, handing)
        except Refusal as refused:
            return self._refused(refused)
        except Exception as error:  # noqa: BLE001 - what is not known is raised again
            self.close()
            return _failed(error)

    def close(self) -> None:
        """Leave, without waiting for a word."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.close()

    def leave(self) -> None:
        """Say that we go, and go."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self.close()

    def abort(self) -> None:
        """Break the connection off, from another thread."""
        smtp = self._smtp
        found = None if smtp is None else smtp.sock
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    def _sent(self, letter: Letter, handing: Handing) -> Result | None:
        smtp = self._opened(letter)
        _expect(smtp.rcpt(letter.url.removeprefix("mailto:")), 251)
        _expect(smtp.docmd("DATA"), _GOES_ON, least=_GOES_ON)
        content = letter.requests[0].content
        smtp.send(_dotted(content))
        if not handing.begin().result():
            self.close()  # without the dot the server forgets it (RFC 5321 4.1.1.4)
            return None
        return self._ended(smtp, handing)

    def _ended(self, smtp: smtplib.SMTP, handing: Handing) -> Result:
        """The dot, and what is answered to it: without an answer nobody knows."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self.server.answer)
            smtp.send(b".\r\n")
            status, words = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self.server.patience)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            detail = f"no answer to the whole mail: {type(error).__name__}"
            return handing.unanswered(Result(Outcome.UNCONFIRMED, detail))
        if status != _ACCEPTS:
            handing.answered(None)
            raise Refusal(status, words)
        handing.answered(status)
        return Result(
            Outcome.ACCEPTED, f"SMTP {status}", status, answer=Refusal(status, words).answer
        )

    def _opened(self, letter: Letter) -> smtplib.SMTP:
        """A connection that has taken the sender; one that was left idle may be closed by now."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPServerDisconnected, OSError):
                return self._begun(self._smtp, letter)
            self.close()
        self._smtp = _let_in(self.server)
        return self._begun(self._smtp, letter)

    def _begun(self, smtp: smtplib.SMTP, letter: Letter) -> smtplib.SMTP:
        answer = smtp.mail(letter.sender or "")
        if answer[0] == _CLOSES:
            raise smtplib.SMTPServerDisconnected("the server closes")
        _expect(answer)
        return smtp

    def _refused(self, refused: Refusal) -> Result:
        if refused.status == _CLOSES or not refused.of_mail:
            self.close()
        elif self._smtp is not None:
            try:
                _expect(self._smtp.rset())
            except (Refusal, smtplib.SMTPException, OSError):
                self.close()
        lost = refused.status >= _PERMANENT and refused.of_mail
        return Result(
            Outcome.REFUSED, str(refused), refused.status, answer=refused.answer, lost=lost
        )


def knocked(server: Server) -> Result:
    """Whether a server lets us in; nothing is sent."""
    try:
        smtp = _let_in(server)
    except Refusal as refused:
        said = f"{refused}, {refused.answer}"
        return Result(Outcome.REFUSED, said[:ANSWER_KEPT], refused.status)
    except Exception as error:  # noqa: BLE001 - what is not known is raised again
        return _failed(error)
    session = Session(server, smtp)
    session.leave()
    return Result(Outcome.ACCEPTED, "it lets us in")


def _let_in(server: Server) -> smtplib.SMTP:
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=server.patience, context=server.trust)
    else:
        smtp = smtplib.SMTP(timeout=server.patience)
    try:
        # smtplib takes the name that the certificate must have from here, and nothing else.
        smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        _expect(smtp.connect(server.host, server.port), 220, least=220)
        _greeted(smtp)
        if server.security is Security.STARTTLS:
            _expect(smtp.starttls(context=server.trust), 220, least=220)
            _greeted(smtp)
        if server.user is not None:
            smtp.login(server.user, server.password or "")
    except smtplib.SMTPResponseException as error:
        smtp.close()
        words = error.smtp_error
        given = words if isinstance(words, bytes) else str(words).encode()
        raise Refusal(error.smtp_code, given, of_mail=False) from error
    except Refusal as refused:
        smtp.close()
        refused.of_mail = False
        raise
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greeted(smtp: smtplib.SMTP) -> None:
    smtp.ehlo_or_helo_if_needed()


def _expect(answer: tuple[int, bytes], most: int = _ACCEPTS, *, least: int = _ACCEPTS) -> None:
    """Go on only from an answer within these."""
    status, words = answer
    if not least <= status <= most:
        raise Refusal(status if status > 0 else _CLOSES, words)


def _dotted(content: bytes) -> bytes:
    """A mail with a dot before each line that begins with one (RFC 5321 4.5.2), and ended."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


_FAILURES: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (ssl.SSLCertVerificationError, Outcome.UNTRUSTED, "the certificate is not accepted"),
    (ssl.SSLError, Outcome.UNTRUSTED, "no TLS connection could be made"),
    (smtplib.SMTPNotSupportedError, Outcome.UNTRUSTED, "the server does not offer what is set"),
    (TimeoutError, Outcome.TIMED_OUT, "no answer in time"),
    (smtplib.SMTPServerDisconnected, Outcome.BROKEN_ANSWER, "the server broke off"),
    (smtplib.SMTPException, Outcome.BROKEN_ANSWER, "what came is no SMTP"),
    (OSError, Outcome.UNREACHABLE, "no connection"),
    (ValueError, Outcome.BROKEN_ANSWER, "what came is no SMTP"),
)


def _failed(error: Exception) -> Result:
    for kind, outcome, detail in _FAILURES:
        if isinstance(error, kind):
            return Result(outcome, detail)
    raise error
