"""A person with a browser without JavaScript, behind the proxy that ends TLS in production."""

import http.client
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of the server, as it came."""

    status: int
    location: str
    body: str


class _Forms(HTMLParser):
    """Collects the fields of every form by where it is sent; of two forms to one address the first counts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            self.found.setdefault(given.get("action", ""), self._fields)
        if tag == "input" and self._fields is not None and given.get("type") == "hidden":
            self._fields[given.get("name", "")] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None


class Visitor:
    """Gets pages and sends the forms that stand on them; keeps cookies as a browser does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = "https://127.0.0.1"
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        return self._send("GET", path, None)

    def send_form(self, page: Page, action: str, **fields: str) -> Page:
        """Send the form on this page that goes to this address, its hidden fields as they are."""
        forms = _Forms(page.body).found
        assert action in forms, f"no form goes to {action}, only to {sorted(forms)}"
        return self.post(action, {**forms[action], **fields})

    def post(self, path: str, fields: dict[str, str]) -> Page:
        return self._send("POST", path, urlencode(fields))

    def log_in(self, name: str, password: str) -> None:
        answer = self.send_form(self.get("/login/"), "/login/", username=name, password=password)
        assert answer.status == 302, answer.body

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _send(self, method: str, path: str, body: str | None) -> Page:
        headers = {
            "X-Forwarded-Proto": "https",
            "Host": "127.0.0.1",
            "Origin": self.origin,
            "Cookie": self.cookie_header,
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Page(response.status, response.headers.get("Location", ""), text)
