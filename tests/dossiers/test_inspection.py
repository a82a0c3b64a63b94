"""Exports looked into before a run: what is understood, what is not, and what an acceptance makes of it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from support.folders import REFERENCE
from support.in_process import looking_in_this_process
from support.small_run import call_here

from analysis.dossiers.inspection import Inspection, inspect
from analysis.dossiers.stage import clean_exports
from analysis.language.problems import RunProblem
from analysis.language.texts import Language
from analysis.reference.tables import load_reference

HEAD = "STT,Mã hồ sơ,Mã TTHC,Đơn vị,Hình thức nộp,Ngày tiếp nhận,Ngày trả,Trạng thái,Người nộp đơn,Đối tượng"
PERSON = "Nguyễn Văn Thử"


def _rows(month: int, **words: str) -> str:
    unit, channel, status = (words.get(name, usual) for name, usual in USUAL.items())
    return "\n".join(
        f"{n},HS-{month}-{n:03},1.000255,{unit},{channel},{n:02}/{month:02}/2020,,{status},{PERSON} {n},Cá nhân"
        for n in range(1, 21)
    )


USUAL = {"unit": "Sở Xây dựng", "channel": "Trực tuyến", "status": "Đang xử lý"}


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    """Exports made without knowledge of the words: a heading, a unit, a state that nothing knows, and another file."""
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copytree(REFERENCE, tmp_path / "reference")
    (raw / "thang-6_20200630.csv").write_text(f"{HEAD}\n{_rows(6)}\n", encoding="utf-8")
    (raw / "thang-7_20200731.csv").write_text(
        f"{HEAD.replace('Mã hồ sơ', 'Mã số HS')}\n{_rows(7, unit='Sở Xây Dựnng')}\n", encoding="utf-8"
    )
    (raw / "thang-8.csv").write_text(f"{HEAD}\n{_rows(8, status='Đã trả xong')}\n", encoding="utf-8")
    (raw / "ghi-chu.docx").write_bytes(b"PK")
    return tmp_path


@pytest.fixture
def home(dropped: Path) -> Iterator[Path]:
    """The same, looked into in this process."""
    with looking_in_this_process():
        yield dropped


def look(home: Path) -> Inspection:
    return inspect(home / "raw", load_reference(home / "reference"), 1, Language())


def test_each_file_is_told_as_a_run_would_read_it(dropped: Path) -> None:
    found = look(dropped)
    files = found.files.set_index("file")
    assert files["status"].to_dict() == {
        "ghi-chu.docx": "quarantined",
        "thang-6_20200630.csv": "accepted",
        "thang-7_20200731.csv": "quarantined",
        "thang-8.csv": "accepted",
    }
    first = files.loc["thang-6_20200630.csv"]
    assert tuple(first[["format", "export_date", "export_date_from", "heading_row", "read", "accepted"]]) == (
        *("csv", "2020-06-30", "name"),
        *(1, 20, 20),
    )
    assert files.loc["thang-8.csv", "export_date_from"] == "modified"
    assert first["missing"] == "procedure_name, level, source, due_at"
    own = found.columns[found.columns["file"] == "thang-6_20200630.csv"]
    assert dict(zip(own["column"], own["heading"], strict=True))["received_at"] == "Ngày tiếp nhận"


def test_the_counts_are_those_of_the_run(home: Path) -> None:
    reference = load_reference(home / "reference")
    files = clean_exports(home / "raw", reference, home / "processed", home / "work", jobs=1).files.set_index("file")
    for row in look(home).files.to_dict("records"):
        ran = files.loc[row["file"]]
        assert row["status"] == ran["status"]
        if row["status"] == "accepted":
            names = ["read", "accepted", "rejected", "export_date_from", "missing", "unread"]
            assert tuple(row[name] for name in names) == tuple(ran[names])


def test_unknown_words_are_told_with_what_they_cost_and_may_mean(home: Path) -> None:
    unknown = look(home).unknown.set_index(["kind", "text"])
    assert unknown.loc[("status", "Đã trả xong"), "rows"] == 20
    assert "resolved" in unknown.loc[("status", "Đã trả xong"), "meanings"]
    assert unknown.loc[("heading", "Mã số HS"), "proposal"] == "dossier_id"
    assert unknown.loc[("heading", "Người nộp đơn"), "proposal"] == "", "no column that is lacking is like it"


def test_nobody_is_quoted(home: Path) -> None:
    (home / "raw/lech.csv").write_text(
        f"{HEAD}\n1,HS-1,{PERSON},0905123456,{PERSON},x,y,z,w,{PERSON}\n", encoding="utf-8"
    )
    found = look(home)
    told = "\n".join(found.told(Language())) + found.rows.to_csv() + found.unknown.to_csv()
    assert PERSON not in told
    assert "0905" not in told
    assert "HS-6" not in told
    assert len(found.rows) == 11


def test_without_exports_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunProblem):
        inspect(tmp_path, load_reference(REFERENCE), 1, Language())


class _Answers:
    def __init__(self, *answers: str) -> None:
        self.left = list(answers)

    def readline(self) -> str:
        return self.left.pop(0) + "\n" if self.left else ""


def check(home: Path, monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "stdin", _Answers(*answers))
    folders = ["--raw", str(home / "raw"), "--reference", str(home / "reference")]
    done = call_here(["check", *folders, *(["--apply"] if answers else [])], home)
    return done.returncode, done.stdout


def test_from_drop_to_understood_by_one_acceptance(dropped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = check(dropped, monkeypatch)
    assert code == 3
    assert "? trạng thái «Đã trả xong»: 20 dòng trong 1 tệp, trước hết thang-8.csv." in told
    code, told = check(dropped, monkeypatch, "c", "resolved", "c", "c")
    assert "Thêm «Đã trả xong» vào trạng thái, hiểu là" in told
    assert "(resolved)" in told
    assert "Thêm «Mã số HS» vào tiêu đề, hiểu là Mã hồ sơ (dossier_id)?" in told
    assert '+resolved = ["9", "10"' in told, "the difference is shown"
    assert "Thêm «Sở Xây Dựnng» vào cơ quan, hiểu là Sở Xây dựng (H45.18)?" in told
    found = look(dropped)
    assert found.files.loc[found.files["status"] == "accepted", "accepted"].tolist() == [20, 20, 20]
    assert set(found.unknown["kind"]) == {"heading"}


def test_a_proposal_is_never_applied_unasked_nor_unseen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (home / "reference/vocabulary.toml").read_bytes()
    for answers in (("",), ("không", "", ""), ("c", "resolved", ""), ("", "chẳng biết", "")):
        check(home, monkeypatch, *answers)
        assert (home / "reference/vocabulary.toml").read_bytes() == before


@pytest.mark.parametrize("typed", ["H45.18", "h45.18"])
def test_another_unit_than_the_proposed_is_typed_by_its_code(
    home: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    told = check(home, monkeypatch, "", "không", typed, "")[1]
    assert "bỏ qua" not in told, "to say no is an answer, too"
    assert any(line.startswith("+") and "H45.18" in line and "Sở Xây Dựnng" in line for line in told.splitlines())


def test_when_all_is_understood_the_command_ends_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("thang-7_20200731.csv", "thang-8.csv", "ghi-chu.docx"):
        (home / "raw" / name).unlink()
    assert check(home, monkeypatch)[0] == 0


def test_what_may_be_a_persons_is_never_proposed(home: Path) -> None:
    """Its mask is no word: to take it into the vocabulary would mend nothing."""
    raw = home / "raw"
    (raw / "thang-9_20200930.csv").write_text(f"{HEAD}\n{_rows(9).replace('Trực tuyến', 'Lê Văn Thử', 2)}\n", "utf-8")
    found = look(home)
    masked = found.unknown[found.unknown["text"] == "xx xxx xxx"]
    assert masked["kind"].tolist() == ["channel"]
    assert all(one.text != "xx xxx xxx" for one in found.proposals)
    assert any("có thể là tên người" in line.lower() for line in found.told(Language()))


def test_a_unit_is_like_one_whose_own_name_is(home: Path) -> None:
    """«Thị xã An Nhơn» is not «Thị xã Hoài Nhơn», however much of the words they share."""
    units = home / "reference/units.csv"
    more = "X1,Thị xã An Nhơn,district,,UBND thị xã An Nhơn\nX2,Huyện Hoài Nhơn,district,,UBND huyện Hoài Nhơn\n"
    units.write_text(units.read_text(encoding="utf-8-sig") + more, encoding="utf-8")
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{_rows(9, unit='UBND thị xã Hoài Nhơn')}\n", "utf-8")
    found = look(home).unknown.set_index(["kind", "text"])
    assert found.loc[("unit", "UBND thị xã Hoài Nhơn"), "proposal"] == "X2"
    assert "X1" not in found.loc[("unit", "UBND thị xã Hoài Nhơn"), "nearest"]


def test_a_heading_is_proposed_for_what_its_own_file_lacks(home: Path) -> None:
    """That another file has no day of receipt makes this one's due day none."""
    other = HEAD.replace("Ngày tiếp nhận", "Thời điểm nhận")
    (home / "raw/khac_20200930.csv").write_text(f"{other}\n{_rows(9)}\n", "utf-8")
    (home / "raw/hen_20200930.csv").write_text(f"{HEAD.replace('STT', 'Ngày hẹn')}\n{_rows(10)}\n", "utf-8")
    found = look(home).unknown.set_index(["kind", "text"])
    assert found.loc[("heading", "Ngày hẹn"), "proposal"] == "due_at"


def test_rows_that_are_lost_for_other_reasons_than_words_are_told(home: Path) -> None:
    rows = _rows(9).replace("/2020", "/202")
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{rows}\n", "utf-8")
    found = look(home)
    (line,) = (line for line in found.told(Language()) if "thang-9" in line)
    assert line.startswith("! ")
    assert "  Loại: ngày tiếp nhận thiếu hoặc không đọc được 20 («99/99/999»)." in found.told(Language())
    assert not found.understood


def _otherwise(home: Path, **headings: str) -> None:
    """Leaves one file whose columns are named otherwise than anybody knows."""
    for path in (home / "raw").iterdir():
        path.unlink()
    head = HEAD
    for known, strange in headings.items():
        head = head.replace(known.replace("_", " "), strange)
    (home / "raw/la_20200630.csv").write_text(f"{head}\n{_rows(6, unit='Phòng Quản lý – Sở Xây dựng')}\n", "utf-8")


def test_what_a_column_holds_tells_what_it_is(home: Path) -> None:
    """Even under headings that nothing is like, and that may not be quoted: the place and the meaning are told."""
    _otherwise(home, Mã_hồ_sơ="Zyx 1", Mã_TTHC="Qwk", Hình_thức_nộp="Wvu", Ngày_tiếp_nhận="Tsr", Trạng_thái="Đối xử")
    found = look(home)
    headings = found.unknown[found.unknown["kind"] == "heading"].set_index("column")
    meant = {"B": "dossier_id", "C": "procedure_code", "E": "channel", "F": "received_at", "H": "status"}
    assert headings["proposal"][headings["proposal"] != ""].to_dict() == meant
    assert headings.loc["B", "text"] == "xxx 9"
    assert "Zyx" not in "\n".join(found.told(Language())) + found.unknown.to_csv() + repr(found)
    assert "  Xét theo nội dung bên dưới: received_at." in found.told(Language())


def test_values_of_which_some_are_unknown_tell_what_a_column_is(home: Path) -> None:
    """A quarter of the states are nobody's; they are asked about, the column is proposed."""
    _otherwise(home, Trạng_thái="Đối xử")
    path = home / "raw/la_20200630.csv"
    path.write_text(path.read_text("utf-8").replace("Đang xử lý", "Chờ ý kiến", 5), "utf-8")
    found = look(home).unknown
    heading = found[(found["kind"] == "heading") & (found["column"] == "H")]
    assert heading["proposal"].tolist() == ["status"]
    assert ("status", "Chờ ý kiến") in set(zip(found["kind"], found["text"], strict=True))


@pytest.mark.parametrize("said", ["Chưa hoàn thành", "Chưa trả kết quả", "Chưa xử lý xong"])
def test_the_contrary_of_a_known_word_is_never_proposed(home: Path, said: str) -> None:
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{_rows(9, status=said)}\n", "utf-8")
    found = look(home).unknown.set_index(["kind", "text"]).loc[("status", said)]
    assert found["proposal"] == ""
    assert "processing" in found["meanings"]


@pytest.mark.parametrize("officer", ["Mạc Văn Tráng", "Ksor Hờ Lan"])
def test_who_handles_dossiers_is_no_column_of_ours_and_is_never_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, officer: str
) -> None:
    """Even where a required column is lacking and this heading alone is left: whatever is answered, no name is seen."""
    _otherwise(home, Hình_thức_nộp="Cán bộ")
    path = home / "raw/la_20200630.csv"
    path.write_text(path.read_text("utf-8").replace("Trực tuyến", officer), "utf-8")
    asked = [one.shown for one in look(home).proposals if one.kind == "heading"]
    assert not any("Cán bộ" in shown for shown in asked)
    _, told = check(home, monkeypatch, *["c"] * 9)
    assert officer not in told
    vocabulary = home / "reference/vocabulary.toml"
    vocabulary.write_text(vocabulary.read_text("utf-8").replace("channel = [", 'channel = ["Cán bộ", ', 1), "utf-8")
    assert officer not in "\n".join(look(home).told(Language())), "though somebody takes the column for it"


@pytest.mark.parametrize("typed", ["từ chối", "Từ chối (refused)", "refused", "dừng xử lý"])
def test_a_meaning_is_typed_by_its_word_or_its_code(home: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    for path in (home / "raw").iterdir():
        path.unlink()
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{_rows(9, status='Có văn bản')}\n", "utf-8")
    _, told = check(home, monkeypatch, *[typed] * 4)
    assert '+refused = ["8", ' in told


def test_a_value_with_a_digit_is_asked_about_by_its_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not quoted before somebody says what it means; what holds a number of a person's is never asked about."""
    for path in (home / "raw").iterdir():
        path.unlink()
    rows = _rows(9, channel="Ra bộ phận 1 cửa") + "\n" + _rows(8, channel="Bà Lan 0905123456")
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{rows}\n", "utf-8")
    asked = [one for one in look(home).proposals if one.kind == "channel"]
    assert [one.shown for one in asked] == ["xx xx xxxx 9 xxx (thang-9_20200930.csv: 2)"]
    _, told = check(home, monkeypatch, "")
    assert "Ra bộ phận" not in told
    _, told = check(home, monkeypatch, *["counter"] * 3)
    assert '"Ra bộ phận 1 cửa"' in told, "the difference shows it"
    assert "0905" not in told


def test_one_round_tells_all_that_a_refused_file_needs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The units and values of a file whose headings are not known yet are looked at as if they were."""
    _otherwise(home, Mã_hồ_sơ="Zyx 1", Ngày_tiếp_nhận="Tsr")
    found = look(home)
    assert not found.understood
    wanted = {(one.kind, one.meanings[0]) for one in found.proposals}
    assert {("heading", "dossier_id"), ("heading", "received_at"), ("unit", "H45.18")} <= wanted
    _, told = check(home, monkeypatch, *["c"] * (len(found.proposals) + 1))
    assert "«xxx 9 (la_20200630.csv: B)»" in told
    assert look(home).understood
    assert look(home).files["accepted"].tolist() == [20]


def test_numbers_and_days_of_birth_are_no_columns_of_ours(home: Path) -> None:
    head = "Mã hồ sơ,Mã TTHC,Đơn vị,Hình thức nộp,Zyx,Wvu,Tsr"
    rows = [f"HS-{n},1.000255,Sở Xây dựng,Trực tuyến,{n:02}/06/{1950 + n},0905{n:06},{PERSON}" for n in range(1, 21)]
    (home / "raw/la_20200630.csv").write_text("\n".join([head, *rows]), "utf-8")
    found = look(home)
    own = found.unknown[found.unknown["file"] == "la_20200630.csv"]
    assert own["column"].tolist() == ["E", "F", "G"]
    assert set(own["proposal"]) == {""}


def test_a_file_of_another_kind_is_told_as_such(home: Path) -> None:
    (home / "raw/luong.csv").write_text("Họ tên,Chức vụ,Đơn vị\nA,B,C\n", "utf-8")
    reason = look(home).files.set_index("file").loc["luong.csv", "reason"]
    assert "tệp loại khác" in reason


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Phòng Quản lý đô thị – Sở Xây dựng", "H45.18"),
        ("Bộ phận Một cửa huyện Đồng Xuân", "H45.22"),
        ("Văn phòng HĐND và UBND huyện Đồng Xuân", "H45.22"),
    ],
)
def test_a_unit_within_another_is_proposed(home: Path, text: str, unit: str) -> None:
    (home / "raw/thang-9_20200930.csv").write_text(f"{HEAD}\n{_rows(9, unit=text)}\n", "utf-8")
    found = look(home).unknown.set_index(["kind", "text"])
    assert found.loc[("unit", text), "proposal"] == unit


def test_a_strange_heading_over_two_rows_is_seen(home: Path) -> None:
    """Beside a pair under a heading of their own, as pages of two heading rows have them."""
    single = "".join(f"<th rowspan=2>{text}</th>" for text in ("Mã hồ sơ", "Mã TTHC", "Đơn vị", "Cách gửi hồ sơ"))
    head = f"<tr>{single}<th colspan=2>Ngày</th></tr><tr><th>Tiếp nhận</th><th>Trả</th></tr>"
    cells = [(f"HS-{n}", "1.000255", "Sở Xây dựng", "Trực tuyến", f"{n:02}/06/2020", "") for n in range(1, 21)]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    page = f"<html><meta charset=utf-8><table>{head}{body}</table></html>"
    (home / "raw/hai-dong_20200630.xls").write_text(page, "utf-8")
    found = look(home).unknown.set_index(["kind", "text"])
    assert found.loc[("heading", "Cách gửi hồ sơ"), ["column", "proposal"]].tolist() == ["D", "channel"]


def test_an_unknown_agency_is_not_told_as_unknown_procedures(home: Path) -> None:
    head = HEAD.replace("Mã TTHC", "Tên thủ tục")
    rows = _rows(9, unit="Sở Lạ Lùng").replace("1.000255", "Lấy ý kiến về hồ sơ bán nhà ở xã hội")
    (home / "raw/la_20200930.csv").write_text(f"{head}\n{rows}\n", "utf-8")
    found = look(home)
    assert "procedure_code" not in set(found.unknown["kind"])
    assert (found.unknown["kind"] == "unit").any()


def test_nothing_is_asked_of_a_list_of_something_else(home: Path) -> None:
    staff = "Mã nhân viên,Họ tên,Đơn vị,Hệ số lương,Ngày vào ngành\n"
    staff += "\n".join(f"NV{n},{PERSON} {n},Sở Xây dựng,2.34,{n:02}/03/2019" for n in range(1, 21))
    for path in (home / "raw").iterdir():
        path.unlink()
    (home / "raw/can-bo.csv").write_text(staff, "utf-8")
    found = look(home)
    assert found.files["status"].tolist() == ["quarantined"]
    assert found.proposals == []


def test_a_heading_that_must_be_what_is_lacking_is_asked_for(home: Path) -> None:
    _otherwise(home, Hình_thức_nộp="Nộp kiểu gì")
    path = home / "raw/la_20200630.csv"
    path.write_text(path.read_text("utf-8").replace("Trực tuyến", "Theo kiểu mới"), "utf-8")
    found = look(home)
    (asked,) = [one for one in found.proposals if one.column == "E"]
    assert asked.meanings == ["channel"]


def test_another_meaning_may_be_typed_where_one_is_proposed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, told = check(home, monkeypatch, "procedure_name", "", "", "c")
    assert "hiểu là Mã hồ sơ (dossier_id)?" in told
    assert '"Mã số HS"' in "".join(line for line in told.splitlines() if line.startswith("+procedure_name"))
    assert '"Mã số HS"' in (home / "reference/vocabulary.toml").read_text(encoding="utf-8")


def test_a_group_of_headings_that_is_itself_a_known_one_names_none_of_its_columns(home: Path) -> None:
    """«Thủ tục» over code and name, «Thời gian» over three days: what stands in the second line is asked about."""
    for path in (home / "raw").iterdir():
        path.unlink()
    single = "".join(f"<th rowspan=2>{text}</th>" for text in ("Mã hồ sơ", "Đơn vị", "Hình thức nộp", "Trạng thái"))
    head = f"<tr>{single}<th colspan=2>Thủ tục</th><th colspan=2>Thời gian</th></tr>"
    head += "<tr><th>Mã</th><th>Tên việc</th><th>Nhận</th><th>Trả</th></tr>"
    cells = [
        (
            f"HS-{n}",
            "Sở Xây dựng",
            "Trực tuyến",
            "Đã trả kết quả",
            "1.000255",
            "Việc",
            f"{n:02}/06/2020",
            f"{n + 5:02}/06/2020",
        )
        for n in range(1, 21)
    ]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    page = f"<html><meta charset=utf-8><table>{head}{body}</table></html>"
    (home / "raw/nhom_20200630.xls").write_text(page, "utf-8")
    found = look(home).unknown.set_index(["kind", "text"])
    headings = found.loc["heading", "proposal"]
    assert headings["Mã"] == "procedure_code"
    assert headings["Nhận"] == "received_at"
    assert "procedure_code" not in found.index.get_level_values("kind"), "no code is taken for a name"


# --- nothing is known beforehand --------------------------------------------------------------------


STRANGE = ["#", "Abc", "Def", "Ghi", "Jkl", "Mno", "Pqr", "Stu", "Vwx"]  # what the columns below are called


def _strangers(finished: int = 20) -> list[list[str]]:
    """Dossiers of which only the first have a result: those of late have none yet."""
    return [
        [
            *(str(n), f"TH-2020-{n:04}", "1.000255", "Sở Xây dựng"),
            *("Tự gửi" if n % 3 else "Ra quầy", f"0905 123 {n:03}"),
            *(
                f"{1 + n // 4:02}/08/2020",
                f"{8 + n // 4:02}/08/2020",
                f"{2 + n // 4:02}/08/2020" if n <= finished else "",
            ),
        ]
        for n in range(1, 61)
    ]


def _alone(home: Path, rows: list[list[str]], name: str = "x_20200930.csv") -> Inspection:
    for path in (home / "raw").iterdir():
        path.unlink()
    (home / "raw" / name).write_text("\n".join(map(",".join, [STRANGE, *rows])), encoding="utf-8")
    return look(home)


def test_a_list_of_which_no_heading_is_known_is_understood_by_its_cells(home: Path) -> None:
    asked = {one.column: one.meanings for one in _alone(home, _strangers()).proposals if one.kind == "heading"}
    assert asked["B"] == ["dossier_id"]
    assert asked["C"] == ["procedure_code"]
    assert asked["D"] == ["unit"]
    assert asked["E"][0] == "channel", "one of a few words in each row"
    assert "F" not in asked, "telephone numbers are no column of ours"


@pytest.mark.parametrize("code", ["28-2020-{:06}", "HS{:06}", "2020{:06}", "TA01010200{:02}", "{:03}/2020/TNHS"])
def test_codes_of_dossiers_are_known_by_their_likeness(home: Path, code: str) -> None:
    rows = [[n, code.format(int(n)), *others] for n, _, *others in _strangers()]
    assert ("B", ["dossier_id"]) in [(one.column, one.meanings) for one in _alone(home, rows).proposals]


@pytest.mark.parametrize("of_a_person", ["0905{:06}", "2215{:05}", "{0:02}/05/19{0:02}", "+84 905 123 {:03}"])
def test_numbers_and_days_of_persons_are_no_codes(home: Path, of_a_person: str) -> None:
    rows = [[n, of_a_person.format(int(n)), *others] for n, _, *others in _strangers()]
    assert "B" not in [one.column for one in _alone(home, rows).proposals]


def test_an_answer_that_is_no_meaning_is_asked_for_once_more(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (home / "raw").iterdir():
        path.unlink()
    (home / "raw/x_20200930.csv").write_text(f"{HEAD}\n{_rows(9, status='Có văn bản')}\n", "utf-8")
    _, told = check(home, monkeypatch, "xong rồi mà", "refused", "c")
    assert "«xong rồi mà» không phải một nghĩa đã biết. Xin trả lời lại:" in told
    assert "+refused = [" in told


def test_days_of_receipt_are_those_before_the_others_of_their_rows(home: Path) -> None:
    """On the whole the results are the earlier days, since what came in of late has none."""
    asked = {one.column: one.meanings for one in _alone(home, _strangers(finished=20)).proposals}
    assert asked["G"] == ["received_at"]
    assert asked["H"] == asked["I"] == ["due_at", "completed_at"]


def test_another_meaning_than_those_that_are_offered_is_typed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _alone(home, _strangers())
    _, told = check(home, monkeypatch, *["Trạng thái"] * 9)
    assert '"Abc"' in told
    assert "status = [" in told


def test_a_unit_like_none_is_asked_for_by_code_or_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (home / "raw").iterdir():
        path.unlink()
    (home / "raw/x_20200930.csv").write_text(f"{HEAD}\n{_rows(9, unit='Chi cục Thú y vùng cao')}\n", "utf-8")
    assert [one.meanings for one in look(home).proposals if one.kind == "unit"] == [[]]
    _, told = check(home, monkeypatch, *["sở xây dựng"] * 3)
    assert "+H45.18,Sở Xây dựng" in told


def test_the_list_is_found_behind_a_sheet_of_sums(home: Path) -> None:
    for path in (home / "raw").iterdir():
        path.unlink()
    with xlsxwriter.Workbook(home / "raw/x_20200930.xlsx") as book:
        for name, rows in (("Tổng", [["Cơ quan", "Tổng số"], ["Sở Xây dựng", "60"]]), ("Chi tiết", _strangers())):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows if name == "Tổng" else [STRANGE, *rows]):
                sheet.write_row(number, 0, row)
    asked = {one.column for one in look(home).proposals if one.kind == "heading"}
    assert {"B", "C", "D", "G"} <= asked
