"""Reads connections as Python's http.server does. A line of hexadecimal digits on stdin is all that one connection brings;
a line of JSON on stdout is what was read: the requests, and the status of the error that ended it, if one did."""

import http.server
import io
import json
import sys


class Reader(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, connection):
        self.client_address = ("127.0.0.1", 0)
        self.rfile = io.BytesIO(connection)
        self.wfile = io.BytesIO()
        self.requests = []
        self.error = None
        try:
            self.handle()
        except ValueError:
            self.error = 0

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.take
        raise AttributeError(name)

    def take(self):
        target = self.requestline.split(" ")[1]
        self.requests.append(
            {"method": self.command, "target": target, "hosts": self.headers.get_all("Host", []), "length": self.skip_body()}
        )

    def skip_body(self):
        """How long the body is; http.server leaves it to its users to find that out."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self.skip_chunks()
        return len(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def skip_chunks(self):
        length = 0
        while size := int(self.rfile.readline().split(b";")[0], 16):
            length += len(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass
        return length

    def send_error(self, code, message=None, explain=None):
        self.error = int(code)
        self.close_connection = True

    def log_message(self, *arguments):
        pass


for line in sys.stdin:
    reader = Reader(bytes.fromhex(line))
    print(json.dumps({"requests": reader.requests, "error": reader.error}), flush=True)
