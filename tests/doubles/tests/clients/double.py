"""What the scripts of all platforms share: running a case, control of the double, the way to it.

A script has functions whose names begin with `case_`, each taking the double's address, and ends with `run(globals())`.
It is called with the name of a case, without `case_`, and the address.
"""

import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit, urlunsplit


def run(names):
    """Runs the case that the command line names."""
    case, base = sys.argv[1:3]
    names["case_" + case](base)


def control(base, *operations):
    """Does operations on the double and returns what each says; one that fails ends the case."""
    body = json.dumps(operations).encode()
    request = urllib.request.Request(base + "/_control", data=body, method="POST")
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None


def redirect(session, base, *origins):
    """Leads what a `requests` session sends to `origins` to the double. The client itself stays as it is."""
    import requests.adapters

    class ToTheDouble(requests.adapters.HTTPAdapter):
        def send(self, request, **more):
            path = urlsplit(request.url)
            request.url = urlunsplit(urlsplit(base)[:2] + path[2:])
            return super().send(request, **more)

    for origin in origins:
        session.mount(origin, ToTheDouble())


def raises(kind, call):
    """Calls, and returns the error of that kind that came of it."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")
