"""The specs hold names, types, values, codes and line numbers: no sentence of a document reaches a file that is written."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from conformance.contract.extraction import extract
from conformance.document import read_document
from conformance.run.cases import judging

COLUMNS = {
    "参数": "size",
    "类型": "string",
    "是否必选": "是",
    "位置": "body",
    "默认值": "a",
    "示例": "a",
    "约束": "",
    "微版本": "2.1",
    "描述": "甲",
}
SENTENCES = ("这里有整整一句话{}号，谁也不要抄下来。", "Here is a whole sentence {} that nobody may copy.")
PLANTED = re.compile(r"整整|一句话|谁也|抄下来|whole|sentence|nobody", re.IGNORECASE)


class Sower:
    """A document with sentences in every place; `sown` counts them."""

    def __init__(self, sentence: str) -> None:
        self.sentence, self.sown = sentence, count(1)

    def words(self) -> str:
        return self.sentence.format(next(self.sown))

    def rows(self, columns: list[str]) -> list[list[str]]:
        """For each column a row with a sentence in its cell alone, one behind what belongs there, and one in parentheses."""
        found = []
        for column in columns:
            for number, shape in enumerate(("{1}", "{0} {1}", "{0}({1})")):
                cells = {**COLUMNS, "参数": f"{column}{number}".encode().hex()}
                cells["参数"] = f"m{cells['参数']}"
                cells[column] = shape.format(cells[column], self.words())
                found.append([cells[name] for name in columns])
        return [*found, ["kind", *(f"可选值：x、y、{self.words()}默认值为x。" for _ in columns[1:])]]

    def table(self, columns: list[str]) -> str:
        head = [*columns, self.words()]
        rows = [[*row, self.words()] for row in self.rows(columns)]
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))

    def codes(self) -> str:
        rows = ["错误码|错误信息|描述", "---|---|---", f"404|Not Found {self.words()}|{self.words()}"]
        rows += [f"413|{self.words()}|{self.words()}", f"{self.words()}|a|b", f"415 {self.words()}|a|b"]
        return "\n".join(f"|{row}|" for row in rows)

    def markdown(self) -> str:
        answer = [name for name in COLUMNS if name not in {"是否必选", "位置"}]
        parts = [f"# 接口 {self.words()}", self.words(), "## 公共错误码", self.codes(), f"## 机器 {self.words()}"]
        for address in ("POST /v1/machines", "GET /v1/machines", "PUT /v1/machines/{machine_id}"):
            parts += [f"### 操作 {self.words()}", "#### 功能介绍", self.words(), "#### 前提条件", self.words()]
            parts += [
                "#### URI",
                address,
                self.words(),
                "#### 请求参数",
                self.words(),
                self.table([*COLUMNS]),
                self.words(),
            ]
            parts += ["#### 响应参数", self.words(), self.table(answer), "#### 响应示例", self.words()]
            parts += ['```json\n{"a": 1}\n```', "#### 正常响应代码", f"200 {self.words()}", "#### 错误码", self.codes()]
            parts += ["#### 备注", self.words(), f"#### {self.words()}", self.words()]
        return "\n\n".join(parts)

    def dump(self) -> str:
        parts = [
            "1 接口",
            self.words(),
            "公共错误码",
            "状态码 错误信息 说明",
            f"404 Not Found {self.words()}",
            f"409 {self.words()}",
        ]
        parts += [f"1.1 机器 {self.words()}", "添加", "功能介绍", self.words(), "前提条件", self.words(), "URI"]
        parts += ["POST /v1/machines", self.words(), "请求消息", " ".join(COLUMNS)]
        parts += [" ".join(row) for row in self.rows([*COLUMNS])]
        parts += ["响应消息", "参数 类型 描述", *(" ".join(row) for row in self.rows(["参数", "类型", "描述"]))]
        parts += ["正常响应代码", f"201 {self.words()}", "异常响应代码", f"400: {self.words()}", f"403 {self.words()}"]
        return "\n".join(parts)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("form", ["markdown", "dump"])
def test_no_sentence_of_a_document_is_written(tmp_path: Path, sentence: str, form: str) -> None:
    sower = Sower(sentence)
    path = tmp_path / ("a.md" if form == "markdown" else "a.txt")
    path.write_text(getattr(sower, form)(), encoding="utf-8")
    extract(read_document(path), tmp_path / "specs", judging)
    files = sorted((tmp_path / "specs").iterdir())
    assert ["machine.openapi.yaml", "prepared.json", "reading.json", "requirements.yaml"] == [
        item.name for item in files
    ]
    found = {item.name: PLANTED.findall(item.read_text(encoding="utf-8")) for item in files}
    assert {item.name: [] for item in files} == found


def test_names_types_values_and_phrases_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "# 接口\n\n## 机器\n\n### 添加\n\n#### 功能介绍\n\n甲。\n\n#### URI\n\nPOST /v1/machines\n\n#### 请求参数\n\n"
        "| 参数 | 类型 | 是否必选 | 默认值 | 描述 |\n|---|---|---|---|---|\n"
        "| kind | String(最大长度为9个字符) | 否 | small | 可选值：small、large。 |\n| flavor | FlavorRef | 否 | | 乙。 |\n\n"
        "#### 正常响应代码\n\n201\n\n#### 错误码\n\n| 错误码 | 错误信息 |\n|---|---|\n| 413 | Request Entity Too Large |\n",
        encoding="utf-8",
    )
    extract(read_document(path), tmp_path / "specs", judging)
    text = (tmp_path / "specs" / "machine.openapi.yaml").read_text(encoding="utf-8")
    for said in (
        "kind:",
        "enum: [small, large]",
        "default: small",
        "maxLength: 9",
        "flavorref",
        "Request Entity Too Large",
    ):
        assert said in text
