"""An API that reads headers the CGI way (RFC 3875, 4.1.18): answers its HTTP_* variables as JSON."""

import json
import sys
from wsgiref.simple_server import make_server


def answer(environ, start_response):
    variables = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(variables).encode()]


make_server("127.0.0.1", int(sys.argv[1]), answer).serve_forever()
