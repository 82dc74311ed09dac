import json
from dataclasses import asdict

import pytest

from escalation.delivery.mail.reading import read


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
