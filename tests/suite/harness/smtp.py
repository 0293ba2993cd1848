"""A real SMTP server that a test can make misbehave.

usage: smtp.py FOLDER [USER:PASSWORD]

Prints its port. Each line on standard input sets the mode or asks something and is answered with one line:
  accept          accept every email (at the start)
  busy            answer every recipient with 451
  refuse ADDRESS  answer this recipient with 550, or every recipient if ADDRESS is *
  drop            store the email, then close the connection before the reply
  hang SECONDS    wait that long before answering MAIL
  stall ADDRESS SECONDS  wait that long before answering this recipient
  attempts        how many recipients were offered so far
Accepted emails are stored in FOLDER as 000001.eml, 000002.eml and so on. It ends when standard input ends.
"""

import asyncio
import logging
import os
import sys
import warnings

# Tests on loopback log in without TLS, about which aiosmtpd warns.
warnings.simplefilter("ignore")
logging.disable()

from aiosmtpd.smtp import SMTP, AuthResult  # noqa: E402

folder = sys.argv[1]
login = tuple(sys.argv[2].encode().split(b":", 1)) if len(sys.argv) > 2 else None
mode = ["accept"]
attempts = 0
stored = 0


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if mode[0] == "hang":
            await asyncio.sleep(float(mode[1]))
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        global attempts
        attempts += 1
        if mode[0] == "stall" and mode[1] == address:
            await asyncio.sleep(float(mode[2]))
        if mode[0] == "busy":
            return "451 4.3.2 Try again later"
        if mode[0] == "refuse" and mode[1] in ("*", address):
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global stored
        stored += 1
        name = os.path.join(folder, f"{stored:06}.eml")
        with open(name + ".part", "wb") as file:
            file.write(envelope.original_content)
        os.rename(name + ".part", name)
        if mode[0] == "drop":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == login)


def session():
    return SMTP(
        Handler(),
        hostname="mail.test",
        enable_SMTPUTF8=True,
        authenticator=authenticate if login else None,
        auth_required=login is not None,
        auth_require_tls=False,
    )


def say(line):
    print(line, flush=True)


async def main():
    global mode
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0)
    say(server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "attempts":
            say(attempts)
        else:
            mode = line.split()
            say("ok")
    os._exit(0)


asyncio.run(main())
