"""A mail that came in, read: what it says of its own, what is beside it, whatever its bytes are."""

import json
from dataclasses import asdict
from email.message import EmailMessage

import pytest

from escalation.delivery.mail.reading import read, unquoted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes.\n\nOn Mon, Ana wrote:\n> Is it?\n", "Yes."),
        ("Yes.\n\nOn Mon, 2 March 2026 at 9:00,\nAna <a@b.example> wrote:\n> Is it?\n", "Yes."),
        ("Ja.\n\nAm Montag schrieb Ana:\n> Is it?", "Ja."),
        ("Yes.\n-----Original Message-----\nFrom: Ana\nSent: now\n", "Yes."),
        ("Yes.\n________________________________\nFrom: Ana\nSent: now\n", "Yes."),
        ("Yes.\n> Is it?\n", "Yes."),
        ("> Is it?\nYes.\n> And that?\nNo.\n", "> Is it?\nYes.\n> And that?\nNo."),
        ("Yes.\n-- \nPriya\n", "Yes."),
        ("Note: it is late\nFrom: all of us\n", "Note: it is late\nFrom: all of us"),
        ("> all of it\n> is quoted\n", ""),
        ("", ""),
    ],
)
def test_what_is_quoted_is_left_out_of_what_is_said(text: str, said: str) -> None:
    assert unquoted(text) == said


def test_files_beside_are_named_and_not_kept_and_pages_are_words() -> None:
    made = EmailMessage()
    made["From"], made["To"] = "a@b.example", "c@d.example"
    made.set_content("<p>Hello <b>there</b></p><script>x()</script>", subtype="html")
    made.add_attachment(b"\x00" * 100, maintype="image", subtype="png", filename="pay slip.png")
    found = read(made.as_bytes())
    assert found.text == "Hello there"
    [file] = found.attached
    assert (file.name, file.media_type, file.size) == ("pay slip.png", "image/png", 100)
    assert found.id.startswith("sha256:")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1_000,
        b"From: \xff\xfe\r\nTo: =?utf-8?b?//8=?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 5_000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(2_000)
        ),
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"To: " + b"a@b.example, " * 5_000 + b"\r\n\r\n",
    ],
)
def test_of_whatever_bytes_something_is_read(content: bytes) -> None:
    found = read(content)
    assert found.id
    json.dumps(asdict(found))
