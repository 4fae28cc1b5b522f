"""Single sign-on, played whole against a small provider in a thread: it adds a way in, never a right."""

import base64
import hashlib
import json
import runpy
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from metrology import oidc
from metrology.env import Environment
from metrology.models import Membership, User
from tests.metrology.test_reauthentication import SECRET
from tests.pages import INLINE, enter

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/sso/login/"
SETTINGS = oidc.__file__.replace("oidc.py", "settings.py")


class Provider(ThreadingHTTPServer):
    """Says of whoever comes that they are `claims`; keeps what was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.claims = {"sub": "42", "email": "wang@example.org", "email_verified": True}
        self.asked, self.challenges, self.token_host = [], {}, ""
        self.issuer = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    def log_message(self, *_args):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{self.server.token_host or issuer}/token",
                    "userinfo_endpoint": f"{issuer}/userinfo",
                    "jwks_uri": f"{issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer access-1"
            self.say(self.server.claims)
        else:
            self.send_error(404)

    def do_POST(self):
        self.server.asked.append(self.path)
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(given["code_verifier"][0].encode()).digest()
        proven = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = given["client_secret"] == [
            "hush-hush-hush-hush-hush-hush-hush"
        ] and proven == self.server.challenges.get(given["code"][0])
        if not right:
            self.send_error(401)
            return
        now = int(time.time())
        claims = {"iss": self.server.issuer, "aud": "liangzhun", "iat": now, "exp": now + 60}
        token = jwt.encode(claims | self.server.claims, given["client_secret"][0], "HS256")
        self.say({"access_token": "access-1", "token_type": "Bearer", "id_token": token})

    def say(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def provider(settings):
    cache.clear()
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found = oidc.configuration(
        Environment(
            {
                "OIDC_ISSUER": server.issuer,
                "OIDC_CLIENT_ID": "liangzhun",
                "OIDC_CLIENT_SECRET": "hush-hush-hush-hush-hush-hush-hush",
                "OIDC_NAME": "市政务统一认证",
            }
        )
    )
    settings.OIDC = found
    settings.SOCIALACCOUNT_PROVIDERS = oidc.providers(found)
    yield server
    server.shutdown()
    server.server_close()


def play(client, provider, start=LOGIN):
    """The browser's part: our button, the provider's page, and back to us."""
    answer = client.post(start)
    assert answer.status_code == 302, answer.content.decode()[:400]
    there = urlsplit(answer["Location"])
    assert f"{there.scheme}://{there.netloc}" == provider.issuer
    query = parse_qs(there.query)
    assert query["code_challenge_method"] == ["S256"] and query["client_id"] == ["liangzhun"]
    provider.challenges["code-1"] = query["code_challenge"][0]
    back = urlsplit(query["redirect_uri"][0])
    return client.get(f"{back.path}?{urlencode({'code': 'code-1', 'state': query['state'][0]})}")


def confirm(user, email="wang@example.org"):
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def test_the_button_stands_on_the_sign_in_page(client, provider):
    page = client.get("/accounts/login/").content.decode()
    assert LOGIN in page and "市政务统一认证" in page and not INLINE.search(page)


def test_a_login_with_the_same_confirmed_address_comes_in(client, provider, tester):
    confirm(tester.user)
    assert play(client, provider)["Location"] == "/"
    assert client.get("/").context["actor"].user == tester.user
    assert SocialAccount.objects.get().user == tester.user
    assert set(provider.asked) == {"/.well-known/openid-configuration", "/token", "/userinfo"}


def test_the_second_step_is_asked_for_all_the_same(client, provider, tester):
    confirm(tester.user)
    TOTP.activate(tester.user, SECRET)
    assert play(client, provider)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize("verified", [False, "true", None, 1])
def test_an_address_the_provider_has_not_confirmed_opens_nothing(client, provider, tester, verified):
    confirm(tester.user)
    provider.claims["email_verified"] = verified
    answer = play(client, provider)
    assert answer["Location"] == "/register/" and client.get("/settings/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_an_address_this_house_has_not_confirmed_opens_nothing(client, provider, tester):
    User.objects.filter(pk=tester.user.pk).update(email="wang@example.org")
    assert play(client, provider)["Location"] == "/register/"
    assert not SocialAccount.objects.exists()


def test_a_stranger_gets_no_login_and_no_right_but_may_ask(client, provider, institute):
    before = User.objects.count(), Membership.objects.count()
    answer = play(client, provider)
    assert answer["Location"] == "/register/"
    assert client.get("/register/").status_code == 200
    assert (User.objects.count(), Membership.objects.count()) == before
    assert client.get("/accounts/3rdparty/signup/").status_code == 302


def test_a_blocked_login_stays_out(client, provider, tester):
    confirm(tester.user)
    User.objects.filter(pk=tester.user.pk).update(is_active=False)
    play(client, provider)
    assert client.get("/settings/").status_code == 302


def test_somebody_signed_in_connects_it(client, provider, tester):
    enter(client, tester)
    client.post("/accounts/reauthenticate/", {"password": "a-long-password"})
    assert play(client, provider, f"{LOGIN}?process=connect")["Location"] == "/accounts/3rdparty/"
    assert SocialAccount.objects.get().user == tester.user
    other = type(client)()
    assert play(other, provider)["Location"] == "/"
    page = client.get("/accounts/3rdparty/").content.decode()
    assert not INLINE.search(page)


def test_it_speaks_to_nobody_but_the_issuer(client, provider, tester):
    confirm(tester.user)
    provider.token_host = "http://127.0.0.1:9"
    answer = play(client, provider)
    assert answer.status_code in (200, 401) and not INLINE.search(answer.content.decode())
    assert client.get("/settings/").status_code == 302
    with pytest.raises(requests.ConnectionError, match="not the configured issuer"):
        oidc.IssuerOnly("https://sso.example.org", 1).get("https://other.example.org/token")


def test_a_forged_return_is_refused(client, provider, tester):
    confirm(tester.user)
    client.post(LOGIN)
    answer = client.get("/accounts/oidc/sso/login/callback/?code=code-1&state=forged")
    assert answer.status_code in (200, 401) and client.get("/settings/").status_code == 302


def test_a_provider_that_is_down_is_said_calmly(client, provider):
    provider.shutdown()
    provider.server_close()
    answer = client.post(LOGIN)
    assert answer.status_code == 502
    assert not INLINE.search(answer.content.decode())


def test_without_it_there_is_no_such_door(client, settings):
    assert settings.OIDC is None
    assert client.post(LOGIN).status_code == 404
    assert "oidc" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("missing", oidc.NEEDED)
def test_half_a_configuration_is_refused_and_named(missing):
    given = dict.fromkeys(oidc.NEEDED, "x") | {"OIDC_ISSUER": "https://sso.example.org"}
    del given[missing]
    with pytest.raises(ImproperlyConfigured, match=f"{missing} not set"):
        oidc.configuration(Environment(given))


def test_a_secret_may_come_from_a_file_and_is_never_repeated(tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    given = {
        "OIDC_ISSUER": "https://sso.example.org/realms/x",
        "OIDC_CLIENT_ID": "x",
        "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }
    found = oidc.configuration(Environment(given))
    assert found is not None and found.secret == "hush" and "hush" not in repr(found)
    assert (found.origin, found.name) == ("https://sso.example.org", "sso.example.org")


def test_the_browser_may_be_sent_to_the_provider_and_nowhere_else(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    directives = runpy.run_path(SETTINGS)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["form-action"] == ["'self'"]
    monkeypatch.setenv("OIDC_ISSUER", "https://sso.example.org:8443/realms/x")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"):
        runpy.run_path(SETTINGS)
    monkeypatch.setenv("OIDC_CLIENT_ID", "x")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "x")
    directives = runpy.run_path(SETTINGS)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["form-action"] == ["'self'", "https://sso.example.org:8443"]


def test_plain_http_is_for_this_machine_only():
    given = dict.fromkeys(oidc.NEEDED, "x") | {"OIDC_ISSUER": "http://sso.example.org"}
    with pytest.raises(ImproperlyConfigured, match="OIDC_ISSUER"):
        oidc.configuration(Environment(given))
