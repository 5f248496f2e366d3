"""Foreign text at its worst, and what it must not become in a paper."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

HOSTILE = (
    "\x1b[2J```` x `\n# heading\n</pre><script>alert(1)</script> &#x202e;&lt;b&gt; \u202etxet | a\r"
    " [x](http://y) ![i](http://z) http://evil.example <!-- \x07\u200b\u2028 **b** ~~~\n```\n- item\ta@b.example"
)
VOID = {"meta"}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "nav", "details", "summary"),
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "div", "table", "thead", "tbody", "tr", "th", "td", "pre"),
    *("a", "code", "em", "span"),
}
ATTRIBUTES = {"charset", "http-equiv", "content", "name", "lang", "id", "href", "class", "scope"}


def prose_of(markdown: str) -> str:
    """A Markdown text without its fences and code spans: what is left can act."""
    kept: list[str] = []
    fence = ""
    for line in markdown.splitlines():
        run = re.match(r" *(`{3,})", line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif run:
            fence = run[1]
        else:
            kept.append(line)
    assert not fence, "a fence was left open"
    return re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", "\n".join(kept))


class Page(HTMLParser):
    """The elements, anchors, links and text of a page; it must be well formed, and hold nothing but plain markup."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.policy, self.style, self.text = "", "", ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        given = {name: value or "" for name, value in attrs}
        assert given.keys() <= ATTRIBUTES, given
        assert len(given) == len(attrs)
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.anchors.append(given["id"])
        if "href" in given:
            self.links.append(given["href"])
        if given.get("http-equiv"):
            assert given["http-equiv"] == "Content-Security-Policy"
            self.policy = given["content"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def assert_inert(html: str) -> Page:
    """A page of plain markup that fetches nothing, runs nothing, and leads nowhere but to itself."""
    page = Page(html)
    assert len(page.anchors) == len(set(page.anchors))
    assert {link.removeprefix("#") for link in page.links} <= set(page.anchors)
    assert all(link.startswith("#") for link in page.links)
    digest = b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    expected = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page.policy == expected
    assert not re.search(r"url\(|@import|expression|</", page.style)
    return page


def assert_nothing_acts(markdown: str) -> None:
    """A reader of Markdown, with raw HTML and links allowed, finds no HTML, no picture, and links to headings alone."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    found = {token.type for token in (*tokens, *inner)}
    assert not found & {"html_block", "html_inline", "image", "hr", "blockquote_open", "code_block"}
    assert not [token for token in tokens if token.type == "heading_open" and not token.markup.startswith("#")]
    links = [str(token.attrs["href"]) for token in inner if token.type == "link_open"]
    assert set(links) <= {f"#{place}" for place in places_in(tokens)}
    assert len(set(links)) == len(links), "two lines of the contents lead to one place"


def places_in(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The anchors that GitHub makes of the headings of a Markdown text, by its rule, in order."""
    places, bares = list[str](), list[str]()
    for opened, inside in pairwise(tokens):
        if opened.type == "heading_open":
            words = "".join(child.content for child in inside.children or ())
            bare = "".join(letter for letter in words.lower() if letter.isalnum() or letter in "-_ ").replace(" ", "-")
            bares.append(bare)
            again = bares.count(bare) - 1
            places.append(f"{bare}-{again}" if again else bare)
    return tuple(places)
