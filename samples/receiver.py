"""The receiver of the tour: ``SECRET=whsec_... python samples/receiver.py``, then send to :9000."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = Webhook(os.environ["SECRET"]).verify(body, dict(self.headers))
        print(event["type"], event["data"].get("issue", {}).get("reference", ""))
        self.send_response(204)
        self.end_headers()


HTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()
