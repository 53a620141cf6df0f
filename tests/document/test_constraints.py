"""What the words of a row say of its values, and what they do not say."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from document.described_documents import row_of
from document.own.editions import EDITIONS
from document.own.truth import TrueRow

from conformance.document import clauses, constraints, enumerations
from conformance.document.constraints import said


def keywords(kind: str | None, text: str, **cells: Any) -> dict[str, Any]:
    found = dict(said(row_of("x", kind, None, text, **cells)).keywords)
    del found["type"]
    return found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("取值范围：active、inactive。", ["active", "inactive"]),
        ("状态，取值为active、error或者deleted", ["active", "error", "deleted"]),
        ("排序方式，取值：asc：升序；desc：降序。", ["asc", "desc"]),
        ("可选值：asc（升序）、desc（降序），默认asc。", ["asc", "desc"]),
        ("支持ssd、sas和sata", ["ssd", "sas", "sata"]),
        ("类型。枚举值：- vlan - vxlan", ["vlan", "vxlan"]),
        ("枚举如下：●   “1”表示甲●   “2”表示乙", ["1", "2"]),
        ("One of: public, private or shared.", ["public", "private", "shared"]),
        ("可选值为“in-use”和“available”。", ["in-use", "available"]),
        ("取值范围：GET/POST/PUT", ["GET", "POST", "PUT"]),
        ("取值范围：text/plain、text/html", ["text/plain", "text/html"]),
    ],
)
def test_values_are_a_list_of_plain_words(text: str, values: list[str]) -> None:
    assert values == keywords("string", text)["enum"]


@pytest.mark.parametrize(
    "text",
    [
        "取值范围：a、b等",
        "例如：a、b",
        "支持HTTP和HTTPS协议",
        "不支持a、b",
        "取值范围：字母、数字、-、_",
        "取值为ACTIVE",
        "值为name[:size]。没写大小，就按默认的大小",
        "可以是名称或ID",
        "取值范围为1-64",
        "当type为x时，取值范围：a、b",
    ],
)
def test_what_is_no_closed_list_of_words_enumerates_nothing(text: str) -> None:
    assert keywords("string", text) == {}


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("integer", "取值范围：1-65535", {"minimum": 1, "maximum": 65535}),
        ("integer", "端口号，取值范围为[1, 65535]", {"minimum": 1, "maximum": 65535}),
        ("integer", "between 1 and 10", {"minimum": 1, "maximum": 10}),
        ("integer", "最小值为1，最大值为100", {"minimum": 1, "maximum": 100}),
        ("integer", "大于等于0且小于100", {"minimum": 0, "exclusiveMaximum": 100}),
        ("integer", "不能大于5", {"maximum": 5}),
        ("integer", "大于0", {"exclusiveMinimum": 0}),
        ("integer", "取值为0、1、2", {"enum": [0, 1, 2]}),
        ("integer", "有效期，不超过30天", {}),
        ("integer", "当size大于10时忽略", {}),
        ("string", "长度范围1-64个字符", {"minLength": 1, "maxLength": 64}),
        ("string", "名称，不超过128个字符。", {"maxLength": 128}),
        ("string", "长度不能超过64", {"maxLength": 64}),
        ("string", "最大长度为64字节", {}),
        ("string", "正则表达式：^[a-z]+$", {"pattern": "^[a-z]+$"}),
        ("string", "由字母、数字组成", {}),
        ("string", "IPv4地址", {"format": "ipv4"}),
        ("string", "名称或UUID", {}),
        ("string", "默认使用系统卷", {}),
        ("string", "默认值为abc。", {"default": "abc"}),
        ("integer", "范围 1~100，默认值 10", {"minimum": 1, "maximum": 100, "default": 10}),
        ("boolean", "默认为true。", {"default": True}),
    ],
)
def test_numbers_lengths_and_defaults(kind: str, text: str, wanted: dict[str, Any]) -> None:
    assert wanted == keywords(kind, text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((text, ["string", "null"]) for text in ("可为空", "值可能为空。", "允许为空", "未激活时为空", "may be null")),
        *(
            (text, "string")
            for text in ("不能为空", "非空", "禁止为空", "不应为空", "不会为空", "不可能为空", "是否为空")
        ),
        *((text, "string") for text in ("若为空，则返回全部", "1-64 个字符，默认为空", "must not be null")),
    ],
)
def test_null_is_allowed_where_it_is_said(text: str, wanted: Any) -> None:
    assert wanted == said(row_of("x", "string", None, text)).keywords["type"]


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("string", "项目的UUID，没有时为空字符串。", {"type": "string"}),
        ("uuid", "没有时为空字符串。", {"type": "string", "x-document-type": "uuid"}),
        ("uuid", "不能为空字符串。", {"type": "string", "format": "uuid", "x-document-type": "uuid"}),
        ("string", "长度1-64个字符，可以为空字符串", {"type": "string", "maxLength": 64}),
        ("string", "取值：a、b。未设置时返回空字符串", {"type": "string"}),
        ("object", "没有时为空字符串。", {"type": ["object", "string"]}),
        ("object", "没有时为空字符串，为 null 时不显示。", {"type": ["object", "string"]}),
        ("object", "不能为空字符串。", {"type": "object"}),
        ("string", "项目的UUID，没有时为null。", {"type": ["string", "null"], "format": "uuid"}),
    ],
)
def test_an_empty_string_is_no_null_and_breaks_no_promise(kind: str, text: str, wanted: dict[str, Any]) -> None:
    assert dict(said(row_of("x", kind, None, text)).keywords) == wanted


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("string", "取值范围：low、high，默认值：mid", "default"),
        ("integer", "默认值：abc", "default"),
        ("integer", "范围 9~1", "range"),
        ("integer", "取值范围：low、high", "values"),
        ("bogus", "", "unknown type"),
    ],
)
def test_what_does_not_agree_is_left_out_and_told(kind: str, text: str, wanted: str) -> None:
    found = said(row_of("x", kind, None, text))
    assert [(wanted, "x")] == [(item.kind, item.subject) for item in found.found]
    assert {"default", "minimum", "maximum"}.isdisjoint(found.keywords)


def test_cells_of_their_own_say_the_same() -> None:
    assert {"minimum": 1, "maximum": 9, "default": 3} == keywords("integer", "", constraint="1-9", default="3")
    assert {"enum": ["a", "b"]} == keywords("string", "", constraint="a, b", default="-")
    assert {"deprecated": True, "x-since": "2.37"} == keywords("string", "", deprecated=True, since="2.37")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # a number that goes on
        ("integer", "最大值1,000"),
        ("integer", "最大值为 2^31"),
        ("integer", "最大值为1万"),
        ("integer", "取值范围：1-2^31"),
        ("integer", "最大值为2的31次方"),
        # a number of a case
        ("integer", "大小，取值为0时无效，大于0时有效"),
        ("integer", "limit 大于 1000 时按 1000 处理"),
        ("integer", "大于100则返回400"),
        ("integer", "大于1024的端口需要权限"),
        ("integer", "at most 5 if it is shared"),
        # values that are not allowed
        ("string", "不能取值：root、admin"),
        ("string", "不可取值：root、admin"),
        ("string", "不可以是root、admin"),
        ("string", "非法取值：root、admin"),
        ("string", "不再支持 raw、iso"),
        ("string", "尚未支持 raw、iso"),
        ("string", "暂不支持raw、iso"),
        ("string", "除支持raw、iso外"),
        # no values
        ("string", "Name must be unique, nonempty"),
        ("string", "Can be changed, removed."),
        ("string", "must be either empty or set"),
        # open lists
        ("string", "取值：a、b；自定义c"),
        ("string", "可以是 name、id。也可以是其他"),
        ("string", "取值：a、b。例如a"),
        # what is longer than a character
        ("string", "最多 10 个字符串"),
        ("string", "支持1-2个字符集"),
        # what is not, or not alone, of a format
        ("string", "项目的UUID，多个用逗号分隔"),
        ("string", "不是UUID"),
        ("string", "UUID格式以外的字符串"),
        ("string", "请参考URI中的说明"),
        ("string", "参见URI。"),
    ],
)
def test_what_is_said_of_something_else_promises_nothing(kind: str, text: str) -> None:
    assert keywords(kind, text) == {}


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("integer", "大于0的整数", {"exclusiveMinimum": 0}),
        ("integer", "最大值1000，最小值1", {"maximum": 1000, "minimum": 1}),
        ("integer", "取值范围：[1,65535]", {"minimum": 1, "maximum": 65535}),
        ("string", "不区分大小写，取值：a、b", {"enum": ["a", "b"]}),
        ("string", "must be one of a, b", {"enum": ["a", "b"]}),
        ("string", "can be: a, b", {"enum": ["a", "b"]}),
        ("string", "取值：a、b。如果不传，按名称排序", {"enum": ["a", "b"]}),
        ("string", "最多 10 个字符", {"maxLength": 10}),
        ("string", "项目的UUID。", {"format": "uuid"}),
        ("string", "镜像文件的URI。", {"format": "uri-reference"}),
    ],
)
def test_what_is_said_of_every_value_is_promised(kind: str, text: str, wanted: dict[str, Any]) -> None:
    assert keywords(kind, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("每页条数，最大100，默认20。", {"maximum": 100, "default": 20}),
        ("最多几条。最小1，最大100。", {"minimum": 1, "maximum": 100}),
        ("每页最大100条", {"maximum": 100}),
        ("max 100, min 1", {"maximum": 100, "minimum": 1}),
        ("Page size, max: 100.", {"maximum": 100}),
        ("时限，最大60000，最小为1 单位：毫秒", {"maximum": 60000, "minimum": 1}),
        ("type为ssd时有效，最大100", {"maximum": 100}),
        ("条数，1-100。", {"minimum": 1, "maximum": 100}),
        ("条数（1~100），默认10", {"minimum": 1, "maximum": 100, "default": 10}),
        ("1-100", {"minimum": 1, "maximum": 100}),
        ("权重: 1-256", {"minimum": 1, "maximum": 256}),
        ("Page size, 1-100.", {"minimum": 1, "maximum": 100}),
        ("取值范围：1-100，1表示最少", {"minimum": 1, "maximum": 100}),
    ],
)
def test_bounds_in_few_words_are_bounds(text: str, wanted: dict[str, Any]) -> None:
    assert keywords("integer", text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        # what is counted is something else
        "最大100GB",
        "最大1000万",
        "最大100个月",
        "最大重试100次",
        "每个用户最大100",
        "例如最大100",
        "默认最大100",
        "不是最大100",
        "类型为ssd时，最大值为100",
        "type为ssd时，最大100",
        # two numbers that bound nothing
        "版本，1-2。",
        "格式，1-100",
        "日期，1-31",
        "例如，1-100",
        "如：1-100",
        "见表，1-5",
        "页码，1-100",
        "端口，80-90，100-110",
        "端口，80，90-100",
        "第1-100条",
        "条数，1-100以外",
        "条数，100-1",
        "时间，0-23点",
        "2030-01-02",
        "删除时，1-100",
        # a value beyond the bounds
        "取值范围：1-100，-1表示不限",
        "取值范围1-100或-1",
        "条数，1-100，0表示全部",
        "最小1，0不限",
    ],
)
def test_numbers_that_bound_something_else_promise_nothing(text: str) -> None:
    assert keywords("integer", text) == {}


def test_the_largest_value_is_none_of_a_list() -> None:
    assert {"maximum": 100} == keywords("integer", "最大值为100，0表示不限")


def test_a_run_of_spaces_is_one_of_them() -> None:
    assert keywords("integer", "最大值" + " " * 9 + "10。\n  \n范围  ") == {"maximum": 10}
    assert constraints._spaced("a" + " " * 9 + "b \n \n c") == "a b\nc"


class _Counted:
    """A pattern that counts the characters it is given."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.seen = 0

    def search(self, text: str) -> re.Match[str] | None:
        self.seen += len(text)
        return self.pattern.search(text)


@pytest.mark.parametrize(
    ("module", "name"),
    [(clauses, "_CONDITION"), (enumerations, "_OPEN"), (clauses, "_END"), (enumerations, "_NOT_THESE")],
)
def test_what_is_looked_at_grows_no_faster_than_the_description(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    counted = _Counted(getattr(module, name))
    monkeypatch.setattr(module, name, counted)
    seen = []
    for times in (200, 400):
        counted.seen = 0
        assert keywords("string", "可以是某种取值为别的东西…" * times) == {}
        seen.append(counted.seen)
    assert seen[1] <= 2.2 * seen[0]


def _truth(row: TrueRow) -> dict[str, Any]:
    """What a row of our documents says, by keyword."""
    words = {"true": True, "false": False}
    number = row.type is not None and row.type.lower() in {"integer", "int"}
    default: Any = row.default
    if default is not None and (number or (row.type or "").lower() == "boolean"):
        default = int(default) if number else words[default]
    return {
        "enum": [int(value) if number else value for value in row.enum],
        "default": default,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "minLength": row.min_length,
        "maxLength": row.max_length,
    }


@pytest.mark.parametrize("edition", EDITIONS)
def test_our_documents_say_what_they_were_made_to_say(edition: str) -> None:
    for operation in EDITIONS[edition].operations:
        for _, row in (*operation.request_rows, *operation.response_rows):
            read = row_of(row.name, row.type, None, row.description, default=row.default, constraint=row.constraint)
            found = said(read).keywords
            least = found["exclusiveMinimum"] + 1 if "exclusiveMinimum" in found else found.get("minimum")
            seen = {name: found.get(name) for name in ("default", "maximum", "minLength", "maxLength")}
            assert _truth(row) == {**seen, "minimum": least, "enum": found.get("enum", [])}, row


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("string", "Human-readable description. Default is an empty string."),
        ("string", "Defaults to the current project."),
        ("integer", "当卷类型为 ssd 时，默认值为100。"),
        ("integer", "类型为 ssd 时默认 100。"),
    ],
)
def test_a_word_of_a_sentence_and_the_value_of_a_case_are_no_default(kind: str, text: str) -> None:
    assert "default" not in keywords(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "Defaults to public.", "public"),
        ("string", "Default is 'c' here", "c"),
        ("integer", "Default: 10 GB", 10),
    ],
)
def test_a_value_by_itself_or_in_quotes_is_a_default(kind: str, text: str, value: Any) -> None:
    assert keywords(kind, text)["default"] == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # two of one kind
        ("integer", "大小。系统盘的范围1-1024，数据盘的范围10-32768"),
        ("integer", "取值范围：系统盘1-1024，数据盘10-32768"),
        ("integer", "系统盘取值范围：1-1024，数据盘10-32768"),
        ("integer", "最大值为100，特殊情况最大值为200"),
        ("string", "长度8-64个字符，旧版本长度6-32个字符"),
        ("string", "最长64个字符，旧名称最长32个字符"),
        # of a case
        ("integer", "系统盘为云盘时，取值范围1-100"),
        ("integer", "共享型实例时范围为1-100"),
        ("string", "类型为域名时，长度1-64个字符"),
        # of other units
        ("integer", "大小，不大于 2 TB"),
        ("integer", "大小，取值范围1-1024GB"),
        ("integer", "内容，不能大于64字节"),
        ("integer", "单位GB，不大于 2 TB"),
        # by default only
        ("integer", "默认最大值为100"),
        ("integer", "建议范围1-10"),
        ("string", "默认最大长度为64"),
        # of something else
        ("string", "网段，掩码长度不能大于28。"),
        ("string", "掩码长度，长度为8-28。"),
        ("string", "网段，前缀长度不超过28"),
        ("string", "域名，每个标签的长度1-63"),
        ("string", "路径，每级不超过64个字符"),
        ("string", "键最长36，值最长43"),
        ("string", "键，最多36个字符。值最多43个字符。"),
        ("string", "编码前不超过100个字符"),
        ("string", "资源类型。标签最多20个字符"),
        ("string", "名称，多个用逗号分隔，最多20个字符"),
        # a further value
        ("integer", "范围：10-100，0"),
        ("integer", "范围：10-100，0关闭"),
        ("integer", "取值范围：10-100，也可以为5"),
        ("integer", "5或范围10-100"),
        ("integer", "最小值为10。传-1则关闭"),
    ],
)
def test_limits_of_a_part_a_case_or_another_thing_promise_nothing(kind: str, text: str) -> None:
    found = said(row_of("x", kind, None, text))
    assert {"type": kind} == {name: value for name, value in found.keywords.items() if name != "x-unit"}
    assert found.found == ()


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("integer", "取值范围1-100，即范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "取值范围1-100，例如5-10", {"minimum": 1, "maximum": 100}),
        ("integer", "名称为1-64个字符的个数，取值范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "创建时，取值范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "不填时自动分配，取值范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "单位为小时，取值范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "超时，取值范围1-100", {"minimum": 1, "maximum": 100}),
        ("integer", "单位GB，不大于2048 GB", {"maximum": 2048, "x-unit": "GB"}),
        ("integer", "大小（GiB），取值范围1-1024GB", {"minimum": 1, "maximum": 1024}),
        ("integer", "最大值为100，默认值为10", {"maximum": 100, "default": 10}),
        ("integer", "范围：10-100，不能为0", {"minimum": 10, "maximum": 100}),
        ("integer", "范围：10-100，20最佳", {"minimum": 10, "maximum": 100}),
        ("string", "路径，不超过255个字符，每级不超过64个字符。", {"maxLength": 255}),
        ("string", "描述，最多255个字符（中文最多85个字符）。", {"maxLength": 255}),
        ("string", "密钥对名称最长255字符", {"maxLength": 255}),
        ("string", "长度1-64个字符，最长64个字符", {"minLength": 1, "maxLength": 64}),
    ],
)
def test_limits_of_every_value_are_promised_beside_others(kind: str, text: str, wanted: dict[str, Any]) -> None:
    assert keywords(kind, text) == wanted


def test_a_name_may_say_the_units_of_its_row() -> None:
    assert said(row_of("size_gb", "integer", None, "最大值为100GB")).keywords["maximum"] == 100
    assert said(row_of("sizeGB", "integer", None, "最大值为100GB")).keywords["maximum"] == 100
    assert "maximum" not in said(row_of("size_gb", "integer", None, "最大值为2TB")).keywords
