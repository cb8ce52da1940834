"""An identity provider that says whatever a test wants it to say, signed or not."""

import base64
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from portal.kernel import clock

CLIENT = "sanjha"
OURS = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Hostile:
    """`claims` and `header` are changed by a test; None takes a member away. `codes` work once."""

    def __init__(self):
        self.issuer = ""
        self.claims, self.header = {}, {}
        self.key = OURS
        self.keys = [OURS.as_dict(private=False)]
        self.metadata = {}
        self.userinfo = {}
        self.nonces = {}
        self.whole_token = None
        self.token_answer = None
        self.mangle = None
        self.asked, self.heard = [], []
        self.spent = set()

    def config(self, slug="hostile", **more):
        return {
            "slug": slug,
            "title": {"en": f"Hostile {slug}"},
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": "secret",
            "private_network": True,
            **more,
        }

    def code_for(self, address, code="good"):
        """What the browser is sent back with, after it went to this address."""
        asked = {name: one for name, (one,) in parse_qs(urlsplit(address).query).items()}
        self.nonces[code] = asked["nonce"]
        self.asked.append(asked)
        return {"state": asked["state"], "code": code, "iss": self.issuer}

    def now(self):
        return int(clock.now().timestamp())

    def id_token(self, nonce):
        now = self.now()
        usual = {"iss": self.issuer, "sub": "somebody", "aud": CLIENT, "nonce": nonce}
        claims = usual | {"iat": now, "exp": now + 300} | self.claims
        said = {name: value for name, value in claims.items() if value is not None}
        return self.signed(said)

    def signed(self, claims, **header):
        told = {"alg": "RS256", "kid": "one"} | header | self.header
        told = {name: value for name, value in told.items() if value is not None}
        said = f"{encoded(told)}.{encoded(claims)}"
        token = f"{said}.{encoded(self.signature(told.get('alg'), said.encode()))}"
        return self.mangle(token) if self.mangle else token

    def signature(self, alg, said):
        """By hand, since no library signs what must never be believed."""
        if alg == "HS256":
            return hmac.digest(OURS.as_pem(private=False), said, "sha256")
        return b"" if alg == "none" else JWSRegistry.algorithms["RS256"].sign(said, self.key)

    def answer(self, path, form):
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/keys":
            return 200, {"keys": self.keys}
        if path == "/userinfo":
            return 200, self.userinfo
        return self._tokens(form)

    def _metadata(self):
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
        }
        return usual | self.metadata if isinstance(self.metadata, dict) else self.metadata

    def _tokens(self, form):
        code = form["code"][0]
        if self.token_answer is not None:
            return self.token_answer
        if code in self.spent or code not in self.nonces:
            return 400, {"error": "invalid_grant"}
        self.spent.add(code)
        token = self.whole_token or self.id_token(self.nonces[code])
        return 200, {"id_token": token, "access_token": "access", "token_type": "Bearer"}


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def listening(hostile):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/authorize"):
                self._send_back()
            else:
                self._say(*hostile.answer(urlsplit(self.path).path, {}))

        def _send_back(self):
            """As if somebody had signed in here at once."""
            said = urlencode(hostile.code_for(self.path, f"code-{len(hostile.asked)}"))
            self.send_response(302)
            self.send_header("location", f"{hostile.asked[-1]['redirect_uri']}?{said}")
            self.end_headers()

        def do_POST(self):
            said = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): text for name, text in self.headers.items()}
            hostile.heard.append((headers, parse_qs(said)))
            self._say(*hostile.answer(self.path, parse_qs(said)))

        def _say(self, status, told):
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                """The caller had read enough."""

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hostile.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hostile
    server.shutdown()
    thread.join()
    server.server_close()
