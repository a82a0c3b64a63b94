"""Difficulties that the sample's units state: plausible, made up, about nobody."""

import csv
import io
from pathlib import Path

import numpy as np

from analysis.sample.province import Province
from analysis.sample.words import SYNTHETIC
from analysis.sample.writers import encode

# Tier of the unit, month as somebody wrote it, category, text.
_STATED = (
    (
        "province",
        "06/2020",
        "Phần mềm",
        "Phần mềm một cửa chưa nối với phần mềm của bộ, phải nhập hai lần.",
    ),
    (
        "province",
        "2020-09",
        "Thanh toán",
        "Chưa nộp được phí, lệ phí trực tuyến nên người nộp vẫn phải đến nơi.",
    ),
    (
        "province",
        "tháng 10/2020",
        "Quy trình",
        "Thủ tục cần ý kiến nhiều sở; ý kiến bằng giấy làm chậm hồ sơ nộp qua mạng.",
    ),
    ("province", "11/2020", "Người nộp", "Hồ sơ nộp qua mạng thường thiếu bản quét, phải yêu cầu bổ sung nhiều lần."),
    ("district", "05/2020", "Hạ tầng", "Đường truyền tại bộ phận một cửa chậm vào đầu giờ sáng, khó tải tệp lớn."),
    ("district", "2020-08", "Nhân lực", "Bộ phận một cửa thiếu người hướng dẫn công dân nộp hồ sơ qua mạng."),
    (
        "district",
        "tháng 9/2020",
        "Người nộp",
        "Nhiều người dân chưa có tài khoản, vẫn muốn nộp trực tiếp.",
    ),
    ("district", "12/2020", "Phần mềm", "Thống kê của Cổng chưa tách được mức độ 3 và mức độ 4 theo từng xã."),
    ("commune", "06/2020", "Hạ tầng", "Máy tính và máy quét đã cũ, số hóa hồ sơ mất nhiều thời gian."),
    ("commune", "2020-07", "Nhân lực", "Một công chức kiêm nhiều việc nên hồ sơ nộp qua mạng được tiếp nhận chậm."),
    ("commune", "tháng 10/2020", "Hạ tầng", "Mất điện và mất mạng nhiều ngày trong mùa mưa bão, hồ sơ bị trễ hẹn."),
    ("commune", "11/2020", "Người nộp", "Người cao tuổi ở thôn xa không có điện thoại thông minh, cần người nộp giúp."),
)


def write_difficulties(path: Path, province: Province, rng: np.random.Generator) -> None:
    """A CSV of difficulties below a line that says that they are made up; tiers without units state none."""
    lines = [[SYNTHETIC], ["Đơn vị", "Tháng", "Loại", "Khó khăn, vướng mắc"]]
    for tier in dict.fromkeys(tier for tier, *_ in _STATED):
        # Names of communes come twice, their codes do not.
        named = "unit_code" if tier == "commune" else "unit_name"
        units = province.units.loc[province.units["tier"] == tier, named].to_numpy()
        stated = [row for of_tier, *row in _STATED if of_tier == tier]
        lines += [[unit, *row] for unit, row in zip(rng.permutation(units), stated, strict=False)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    path.write_bytes(encode(text.getvalue(), "utf-8-sig"))
