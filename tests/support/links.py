"""Follows every link of a site on disk: each must lead to a file of the site, and to a place that the file has."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html


def broken_links(site: Path) -> list[str]:
    """``page → href`` of every link in ``site`` that leads out of it, to no file, or to no such place."""
    return [
        f"{page.relative_to(site).as_posix()} → {href}"
        for page in sorted(site.rglob("*.html"))
        for href in _document(page)[0]
        if not _leads_somewhere(page, href, site)
    ]


def links_of(page: Path) -> list[str]:
    """What a page refers to, links and anything that it would load."""
    return _document(page)[0]


def _leads_somewhere(page: Path, href: str, site: Path) -> bool:
    parts = urlsplit(href)
    if parts.scheme == "data":
        return True
    if parts.scheme or parts.netloc:
        return False
    file = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
    if not file.is_file() or not file.is_relative_to(site.resolve()):
        return False
    return not parts.fragment or unquote(parts.fragment) in _document(file)[1]


@cache
def _document(page: Path) -> tuple[list[str], frozenset[str]]:
    """The links and the ids of a page, which does not change while it is looked at."""
    tree = html.parse(str(page), html.HTMLParser(encoding="utf-8", huge_tree=True)).getroot()
    links = [str(value) for value in tree.xpath("//@href | //@src | //@srcset | //@action")]
    return links, frozenset(str(value) for value in tree.xpath("//@id"))
