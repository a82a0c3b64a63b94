"""DataTables inside a page: its module is found whatever it is called, and only its hash may run."""

import base64
import hashlib

import pytest

from analysis.language.problems import RunProblem
from analysis.pages.bundle import inlined, policy, table_script


@pytest.mark.parametrize(
    ("exports", "found"),
    [
        ("export{ab as DataTable,c as jQuery};", "ab"),
        ("export {c as jQuery, DataTable}", "DataTable"),
        ("export{go as ITable,vh as default,Tt as jQuery};", "Tt.fn.dataTable"),
    ],
)
def test_finds_datatables_under_whatever_name_the_module_gives_it(exports: str, found: str) -> None:
    script = inlined(f"const one=1;\n{exports}\n/* licence */", "use(DataTable);\n")
    assert f"const DataTable = {found};\nuse(DataTable);" in script
    assert "export" not in script
    assert script.startswith("const one=1;")


def test_a_bundle_without_datatables_is_told() -> None:
    with pytest.raises(RunProblem, match="itables"):
        inlined("const a=1;export{a as other};", "")


def test_nothing_in_the_script_ends_it_early_for_a_reader_of_html() -> None:
    script = inlined('const a="</SCRIPT><script><!--";export{a as DataTable};', "")
    assert r"\x3C/SCRIPT>\x3Cscript>\x3C!--" in script
    whole = table_script().lower()
    assert not any(words in whole for words in ("<!--", "<script", "</script", "\r"))
    assert "datatables" in whole


def test_the_policy_admits_this_script_by_its_hash_and_nothing_else() -> None:
    digest = base64.b64encode(hashlib.sha256(b"a=1").digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy("a=1")
    assert "default-src 'none'" in policy("a=1")
    assert "script-src" not in policy()
    assert "unsafe-inline" not in policy("a=1").split("script-src")[1]
