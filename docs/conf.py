"""Sphinx's settings: Vietnamese pages whose examples run while they are built, and nothing from outside."""

import os
import shutil
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "extensions"))

project = "dvctt"
author = "dvctt"
language = "vi"
html_title = "Tài liệu dvctt"
extensions = ["myst_nb", "sphinx.ext.autodoc", "forked_kernels", "generated_pages", "page_styles", "plain_search"]
exclude_patterns = ["_build", "locale"]
templates_path = ["_templates"]

# Pages are Markdown; a code cell is executed, and an error in one fails the build.
source_suffix = {".md": "myst-nb"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_render_error_lexer = "text"  # our errors are sentences, no tracebacks
nb_code_prompt_show = "Xem lệnh"
nb_code_prompt_hide = "Ẩn lệnh"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # it would come from outside; pages show what a widget shows instead

# Kernels stand where a user's notebook would (docs/build.py makes that place) and need their settings in a folder.
os.environ.setdefault("DVCTT_DOCS_PROJECT", str(DOCS / "_build/project"))
_KERNELS = DOCS / "_build/ipython"
(_KERNELS / "profile_default").mkdir(parents=True, exist_ok=True)
shutil.copy(DOCS / "kernel/ipython_kernel_config.py", _KERNELS / "profile_default")
os.environ["IPYTHONDIR"] = str(_KERNELS)
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

# The API is written in English in the code; its Vietnamese stands in docs/locale.
locale_dirs = ["locale"]
gettext_compact = False
autodoc_typehints = "none"  # analysts read names and defaults; types say little to them
autodoc_member_order = "bysource"
add_module_names = False

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
