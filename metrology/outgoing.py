"""The only way out: requests to addresses that somebody else has chosen never reach our own network.

A name is resolved once, every address it has must be public (or allowed by OUTGOING_ALLOWED), and the
connection goes to exactly the address that was checked, so that a second answer of the name server changes
nothing. https alone unless OUTGOING_HTTP is set; redirects are checked like the first address; proxies of the
environment are not used.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

TIMEOUT = 10.0
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
PORTS = {"https": 443, "http": 80}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Public by number, yet answered by the host of a virtual machine itself.
OF_THE_HOST = frozenset({ip_address("168.63.129.16")})
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class Refused(Exception):
    """An address that must not be asked; the sentence names the host and the setting, never the path."""


class Unanswered(Exception):
    """The other side could not be reached, answered too much, or took too long."""


@dataclass(frozen=True)
class Target:
    """A checked address: the request names the host, the connection goes to one of `addresses`."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def resolve(url: str) -> Target:
    """The target of a URL with the addresses it may be reached at, or Refused."""
    parts = _parts(url)
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unanswered(f"{host} has no address") from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    names, networks = allowance()
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        if host not in names and not is_public(address) and not _within(address, networks):
            raise Refused(f"{host} leads to {address}, which is not public: OUTGOING_ALLOWED may name it.")
    path = parts.path or "/"
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path, addresses)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused("This is not an address.") from error
    schemes = ("https", "http") if settings.OUTGOING_HTTP else ("https",)
    if parts.scheme not in schemes or not host:
        raise Refused(f"An outgoing address begins with {' or '.join(schemes)}:// and names a host.")
    if parts.username or parts.password:
        raise Refused("An outgoing address carries no user and no password.")
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise Refused("An outgoing address holds no spaces or control characters.")
    return parts


def is_public(address: Address) -> bool:
    """Whether an address lies in the open network, judged by the IPv4 address inside where there is one."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and address not in OF_THE_HOST


def _inner(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if not int(address) >> 32 and int(address) > 1:  # ::a.b.c.d, long out of use
        return IPv4Address(int(address))
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    inner = _inner(address) or address
    return any(one in network for one in {address, inner} for network in networks)


def allowance() -> tuple[frozenset[str], tuple[Network, ...]]:
    """The host names and the networks that OUTGOING_ALLOWED opens; ValueError where it cannot be read."""
    return _allowance(tuple(settings.OUTGOING_ALLOWED))


@lru_cache(maxsize=8)
def _allowance(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[Network, ...]]:
    names, networks = set(), []
    for word in words:
        if "/" in word or ":" in word or word.replace(".", "").isdigit():
            networks.append(ip_network(word))
        else:
            names.add(word.lower())
    return frozenset(names), tuple(networks)


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Ask an address and read the whole answer; only GET follows redirects, each checked like the first.

    `timeout` (seconds) bounds every step and the whole; a longer or larger answer is Unanswered. Headers
    with credentials go to the first host alone.
    """
    deadline = time.monotonic() + timeout
    target, sent = resolve(url), dict(headers or {})
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(target, method, body, sent, deadline, most_bytes)
        onward = answer.headers.get("location")
        if method != "GET" or answer.status not in REDIRECTS or not onward:
            return answer
        before, target = target, resolve(urljoin(target.url, onward))
        if (target.scheme, target.host, target.port) != (before.scheme, before.host, before.port):
            sent = {name: text for name, text in sent.items() if name.lower() == "accept"}
    raise Unanswered(f"{target.host} redirects too often")


def _ask(
    target: Target,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    most_bytes: int,
) -> Answer:
    connection = _connection(target, deadline)
    watchdog = Timer(max(0.0, deadline - time.monotonic()), _cut, [connection.sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(method, target.path, body, {**headers, "Accept-Encoding": "identity"})
        response = connection.getresponse()
        content = response.read(most_bytes + 1)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{target.host} did not answer properly ({type(error).__name__})") from error
    finally:
        watchdog.cancel()
        connection.close()
    if time.monotonic() >= deadline:
        raise Unanswered(f"{target.host} took too long")
    if len(content) > most_bytes:
        raise Unanswered(f"{target.host} answered with more than {most_bytes} bytes")
    names = {name.lower(): text for name, text in response.getheaders()}
    return Answer(response.status, names, content)


def _cut(link: socket.socket) -> None:
    """End a conversation that drips on: no single step of it need be slow."""
    with suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)


class _PinnedHTTPConnection(HTTPConnection):
    """Connects to the address that was checked; the name is not looked up again."""

    pinned = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.pinned, self.port), self.timeout)


class _PinnedHTTPSConnection(HTTPSConnection):
    """The same, with the certificate checked against the name."""

    pinned = ""
    context: ssl.SSLContext

    def connect(self) -> None:
        plain = socket.create_connection((self.pinned, self.port), self.timeout)
        try:
            self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def trust() -> ssl.SSLContext:
    """The certificate authorities of this machine."""
    return ssl.create_default_context()


def _connection(target: Target, deadline: float) -> HTTPConnection:
    trouble: Exception | None = None
    for address in target.addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        made: Any
        if target.scheme == "https":
            made = _PinnedHTTPSConnection(target.host, target.port, timeout=left)
            made.context = trust()
        else:
            made = _PinnedHTTPConnection(target.host, target.port, timeout=left)
        made.pinned = address
        try:
            made.connect()
        except OSError as error:
            trouble = error
            made.close()
        else:
            return made  # type: ignore[no-any-return]  # one of the two above
    raise Unanswered(f"{target.host} could not be reached") from trouble
