"""A submission server for a test: aiosmtpd with AUTH PLAIN and XOAUTH2, over TLS and with STARTTLS; in plain without AUTH.

Called with: certificate, key, folder, user, password. Prints the three ports, puts each mail it takes into the
folder (`N.mail`, then `N.envelope`: sender and recipients, one a line), and ends with its standard input. While
the folder holds a file `cut` it hangs up after the end of a mail instead of answering; the mail is taken.
"""

import asyncio
import base64
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

CERTIFICATE, KEY, FOLDER, USER, PASSWORD = sys.argv[1:]


class Taker:
    """Takes mails, and access tokens."""

    def __init__(self):
        self.taken = 0

    async def handle_DATA(self, server, _session, envelope):
        folder = pathlib.Path(FOLDER)
        self.taken += 1
        (folder / f"{self.taken}.mail").write_bytes(envelope.content)
        people = [envelope.mail_from, *envelope.rcpt_tos]
        (folder / f"{self.taken}.envelope").write_text("\n".join(people))
        if (folder / "cut").exists():
            server.transport.abort()
        return "250 taken"

    async def auth_XOAUTH2(self, server, args):
        plain = base64.b64decode(args[1]).decode()
        if plain == f"user={USER}\x01auth=Bearer {PASSWORD}\x01\x01":
            return AuthResult(success=True)
        why = json.dumps({"status": "401", "schemes": "bearer", "scope": "submit"})
        await server.push("334 " + base64.b64encode(why.encode()).decode())
        await server._reader.readline()
        return AuthResult(success=False, handled=False, message="535 5.7.8 the token is not taken")


def knows(_server, _session, _envelope, _mechanism, proof):
    is_right = proof.login == USER.encode() and proof.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)
    taker = Taker()
    settings = {"authenticator": knows, "auth_required": True, "enable_SMTPUTF8": False}

    def over_tls():
        # It is over TLS from the first byte, which the protocol does not see.
        return SMTP(taker, auth_require_tls=False, **settings)

    def with_starttls():
        return SMTP(taker, tls_context=context, require_starttls=True, **settings)

    def in_plain():
        return SMTP(taker, enable_SMTPUTF8=False)

    loop = asyncio.get_running_loop()
    tls = await loop.create_server(over_tls, "127.0.0.1", 0, ssl=context)
    starttls = await loop.create_server(with_starttls, "127.0.0.1", 0)
    plain = await loop.create_server(in_plain, "127.0.0.1", 0)
    ports = [server.sockets[0].getsockname()[1] for server in (tls, starttls, plain)]
    print(*ports, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
