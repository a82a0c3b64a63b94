"""What lies beside the exports is not read as one."""

from pathlib import Path

import pytest
from support.folders import REFERENCE

from analysis.dossiers.raw_files import exports_beside, watching_files
from analysis.language.problems import RunProblem
from analysis.reference.tables import load_reference

LINE = '10.0.0.9 - - [01/Sep/2020:08:00:01 +0700] "GET / HTTP/1.1" 200 512 "-" "x"\n'


def test_what_watched_the_portal_is_no_export_wherever_it_lies(tmp_path: Path) -> None:
    reference = load_reference(REFERENCE)
    names = ("a/access.log", "b/c/uptime.csv", "b/xuat.csv", "hinh.pdf", "kho-khan.csv")
    texts = (LINE, "monitor_id,status,msg,time\n", "Mã hồ sơ,Trạng thái\n", "%PDF-1.4", "Đơn vị,Tháng\n")
    for name, text in zip(names, texts, strict=True):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    log, monitor, export, picture, _ = (tmp_path / name for name in names)
    assert watching_files(tmp_path, reference) == ([log], [monitor])
    assert exports_beside(tmp_path, reference) == [export, picture]  # a picture is quarantined, and told


def test_logs_alone_are_no_export(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text(LINE, encoding="utf-8")
    with pytest.raises(RunProblem, match="holds no export"):
        exports_beside(tmp_path, load_reference(REFERENCE))
