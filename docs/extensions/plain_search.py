"""The search of the pages finds Vietnamese words typed without their marks: both sides are compared without."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

from analysis.language.folding import plain


class WithoutMarks(SearchLanguage):
    """Vietnamese; its ``stem`` is the same in Python, for the index, and in the browser, for what is typed."""

    lang = "vi"
    language_name = "Vietnamese"
    js_stemmer_code = r"""
var Stemmer = function () {
  this.stemWord = function (word) {
    return word.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d");
  };
};
"""

    def stem(self, word: str) -> str:
        """The word without marks, in lower case."""
        return plain(word)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_search_language(WithoutMarks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
