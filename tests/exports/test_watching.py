"""Which files beside the exports watched the portal, and which are exports all the same."""

import gzip
from pathlib import Path

import pytest
from support.folders import REFERENCE

from analysis.exports.watching import watched
from analysis.reference.availability import load_service
from analysis.reference.tables import load_reference

LINE = b'10.0.0.9 - - [01/Sep/2020:08:00:01 +0700] "GET /?ma=1 HTTP/1.1" 200 512 "-" "x"\n'
ZONELESS = b'10.0.0.9 - - [01/Sep/2020:08:00:01] "GET / HTTP/1.1" 200 512\n'
KUMA = b"monitor_id,status,msg,time,ping,duration\n1,1,OK,2020-09-01 01:00:00.000,12,60\n"
PLAIN = "\n\nThời gian;Trạng thái\n2020-09-01T08:00:00+07:00;Hoạt động\n".encode()
EXPORT = "Mã hồ sơ,Thời gian,Trạng thái,Hình thức tiếp nhận\nH45.18-200902-0001,1,Đang xử lý,Trực tuyến\n".encode()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("access.log", LINE * 3, "log"),
        ("may-chu/2020.csv", LINE, "log"),
        ("access.log.1.gz", gzip.compress(LINE, mtime=0), "log"),
        ("no-zone.log", ZONELESS, "log"),  # its reader refuses it, with a reason
        ("access.log", b"", "log"),
        ("access.log.gz", b"\x1f\x8b broken", "log"),
        ("uptime.csv", KUMA, "monitor"),
        ("giam-sat.txt", PLAIN, "monitor"),
        ("broken.csv", KUMA.splitlines()[0], "monitor"),
        ("uptime.xls", KUMA, ""),
        ("xuat-20200930.csv", EXPORT, ""),
        ("xuat.csv.gz", gzip.compress(EXPORT, mtime=0), ""),
        ("xuat.xlsx", b"PK\x03\x04 \x00", ""),
        ("xuat.log", b"PK\x03\x04 \x00", ""),
        ("xuat.csv", b"", ""),
        ("picture.gz", b"\x1f\x8b broken", ""),
    ],
)
def test_what_watched_the_portal_is_no_export(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    headings = load_reference(REFERENCE).vocabulary.headings
    found = watched([path, tmp_path, tmp_path / "absent.log"], load_service(REFERENCE), headings)
    assert found == ([path] if kind == "log" else [], [path] if kind == "monitor" else [])
