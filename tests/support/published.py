"""The published province that the tests of pages share: its month, its hostile name, and how a page of it is opened."""

from collections.abc import Callable

from playwright.sync_api import Page

HOSTILE = "<img src=x onerror=alert(1)>&amp;=1+1"
MONTH = "2020-12"

Opener = Callable[..., Page]
