"""Whoever writes an address into the system reaches the open network with it, never ours."""

import datetime
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from metrology import checks, outgoing

PUBLIC = "93.184.215.14"


class Site(BaseHTTPRequestHandler):
    """Answers by path, and notes what it was asked."""

    seen: list = []

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        if self.path == "/drip":
            return self.drip()
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return None
        body = b"x" * (3000 if self.path == "/large" else 5)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    do_POST = do_GET

    def drip(self):
        self.send_response(200)
        for number in range(40):
            self.wfile.write(f"X-{number}: 1\r\n".encode())
            self.wfile.flush()
            time.sleep(0.1)

    def log_message(self, *words):
        pass


@pytest.fixture
def site():
    Site.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def names(monkeypatch):
    """What the name server answers, one list of addresses per question."""
    asked = []
    real = socket.getaddrinfo

    def answer(**table):
        table = {name.replace("_", "."): list(found) for name, found in table.items()}

        def look_up(host, port, *words, **options):
            if host not in table:
                return real(host, port, *words, **options)
            asked.append(host)
            found = table[host]
            addresses = found.pop(0) if isinstance(found[0], list) else found
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)
        return asked

    return answer


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org/",
        "https://",
        "https:///path",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: other",
        "",
    ],
)
def test_it_refuses_what_is_no_plain_https_address(url, monkeypatch):
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *args, **options: pytest.fail("looked up"))
    with pytest.raises(outgoing.Refused):
        outgoing.resolve(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "[2001:0:5db8:d70e:0:0:80ff:fffe]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "localhost",
    ],
)
def test_it_refuses_an_address_of_our_own_network_however_it_is_written(host):
    with pytest.raises(outgoing.Refused, match="OUTGOING_ALLOWED"):
        outgoing.resolve(f"https://{host}/")


@pytest.mark.parametrize("text", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_the_open_network_is_public(text):
    assert outgoing.is_public(ip_address(text))


def test_one_private_address_among_public_ones_is_enough_to_refuse(names):
    names(mixed_example=[PUBLIC, "10.0.0.8"])
    with pytest.raises(outgoing.Refused):
        outgoing.resolve("https://mixed.example/")


def test_it_says_which_host_but_never_the_path(names):
    names(inside_example=["10.0.0.8"])
    with pytest.raises(outgoing.Refused) as refusal:
        outgoing.resolve("https://inside.example/hook?token=hunter2")
    assert "inside.example" in str(refusal.value) and "hunter2" not in str(refusal.value)


def test_the_operator_may_open_a_host_or_a_network(names, settings):
    names(inside_example=["10.0.0.8"], other_example=["10.0.0.9"])
    settings.OUTGOING_ALLOWED = ["inside.example"]
    assert outgoing.resolve("https://inside.example/").addresses == ("10.0.0.8",)
    with pytest.raises(outgoing.Refused):
        outgoing.resolve("https://other.example/")
    settings.OUTGOING_ALLOWED = ["10.0.0.0/24"]
    assert outgoing.resolve("https://other.example/").addresses == ("10.0.0.9",)


def test_a_second_answer_of_the_name_server_changes_nothing(site, names, settings, monkeypatch):
    """Rebinding: the name is public when asked first and ours when asked again."""
    settings.OUTGOING_HTTP = True
    asked = names(rebind_example=[[PUBLIC], ["127.0.0.1"]])
    went = []

    def connect(address, timeout):
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(outgoing.Unanswered):
        outgoing.fetch(f"http://rebind.example:{site.server_port}/")
    assert went == [(PUBLIC, site.server_port)]
    assert asked == ["rebind.example"]


@pytest.fixture
def allowed(site, names, settings):
    """The site under two names of its own, allowed by name."""
    settings.OUTGOING_HTTP = True
    settings.OUTGOING_ALLOWED = ["site.example", "next.example"]
    names(site_example=["127.0.0.1"], next_example=["127.0.0.1"], inside_example=["127.0.0.1"])
    return f"http://site.example:{site.server_port}"


def test_it_brings_the_answer_and_names_the_host(allowed, site):
    answer = outgoing.fetch(f"{allowed}/a?b=c", headers={"Authorization": "Bearer t"})
    assert (answer.status, answer.body) == (200, b"xxxxx")
    [(path, headers)] = Site.seen
    assert path == "/a?b=c"
    assert headers["Host"] == f"site.example:{site.server_port}"
    assert headers["Authorization"] == "Bearer t"


def test_a_redirect_into_our_network_is_refused(allowed, site):
    with pytest.raises(outgoing.Refused, match=r"inside\.example"):
        outgoing.fetch(f"{allowed}/to?http://inside.example:{site.server_port}/")
    with pytest.raises(outgoing.Refused):
        outgoing.fetch(f"{allowed}/to?file:///etc/passwd")


def test_a_redirect_elsewhere_takes_no_credentials_along(allowed, site):
    outgoing.fetch(f"{allowed}/to?http://next.example:{site.server_port}/", headers={"Authorization": "t"})
    assert "Authorization" in Site.seen[0][1] and "Authorization" not in Site.seen[1][1]


def test_it_follows_no_redirect_of_a_post_and_no_endless_one(allowed):
    assert outgoing.fetch(f"{allowed}/to?/a", method="POST", body=b"").status == 302
    with pytest.raises(outgoing.Unanswered, match="too often"):
        outgoing.fetch(f"{allowed}/to?/to?/to?/to?/to?/a")


def test_it_reads_no_more_than_it_was_told(allowed):
    with pytest.raises(outgoing.Unanswered, match="more than 1000 bytes"):
        outgoing.fetch(f"{allowed}/large", most_bytes=1000)


def test_it_does_not_wait_for_an_answer_that_drips(allowed):
    begun = time.monotonic()
    with pytest.raises(outgoing.Unanswered):
        outgoing.fetch(f"{allowed}/drip", timeout=0.5)
    assert time.monotonic() - begun < 2


@pytest.fixture
def certified(site, tmp_path, monkeypatch):
    """The site with a certificate for site.example, and a machine that trusts its issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("site.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(pem)
    site.socket = offered.wrap_socket(site.socket, server_side=True)
    monkeypatch.setattr(outgoing, "trust", lambda: ssl.create_default_context(cafile=pem))
    return site.server_port


def test_the_certificate_must_be_that_of_the_name_though_the_address_is_pinned(certified, allowed):
    assert outgoing.fetch(f"https://site.example:{certified}/").status == 200
    with pytest.raises(outgoing.Unanswered):
        outgoing.fetch(f"https://next.example:{certified}/")


def test_an_allowance_that_cannot_be_read_stops_the_start(settings):
    settings.OUTGOING_ALLOWED = ["10.0.0.1/8"]
    [error] = list(checks.watching())
    assert error.id == "liangzhun.E016" and "OUTGOING_ALLOWED" in error.msg
