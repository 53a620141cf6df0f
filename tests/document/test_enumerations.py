"""Which words of a row enumerate its values, and which only look like it."""

from __future__ import annotations

import pytest
from document.described_documents import row_of

from conformance.document.enumerations import lists_of


def values(text: str, *, enumerated: bool = False) -> list[str]:
    return next(lists_of(row_of("x", "string", None, text), enumerated=enumerated), [])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("方式，SOFT或HARD。", ["SOFT", "HARD"]),
        ("可选。重启方式：soft、hard，默认soft。", ["soft", "hard"]),
        ("状态：PENDING_CREATE、ACTIVE、ERROR。", ["PENDING_CREATE", "ACTIVE", "ERROR"]),
        ("状态：READY（可用）、BROKEN（损坏）。更多信息见概述。", ["READY", "BROKEN"]),
        (
            "状态，CREATE_COMPLETE | CREATE_FAILED | DELETE_COMPLETE。",
            ["CREATE_COMPLETE", "CREATE_FAILED", "DELETE_COMPLETE"],
        ),
        ("GET | POST", ["GET", "POST"]),
        ("结果，done | failed", ["done", "failed"]),
        ("a/b 之一。", ["a", "b"]),
        ("creating/available/error_deleting 之一。", ["creating", "available", "error_deleting"]),
        ("状态，creating、available或error_deleting之一，只读。", ["creating", "available", "error_deleting"]),
        ("磁盘的状态为idle、busy之一。", ["idle", "busy"]),
        ("协议，取值：HTTP：七层。TCP：四层。UDP：四层。", ["HTTP", "TCP", "UDP"]),
        ("取值：0：关闭，可再开启。1：开启。默认值：0。", ["0", "1"]),
        ('是否为启动盘，"true"或"false"。', ["true", "false"]),
        ("是否还有下一页：● “true”表示还有 ● “false”表示没有", ["true", "false"]),
        ("Status: ACTIVE, ERROR, or DOWN.", ["ACTIVE", "ERROR", "DOWN"]),
        ("Status: ACTIVE | ERROR | DOWN.", ["ACTIVE", "ERROR", "DOWN"]),
        ("Reboot method: SOFT or HARD.", ["SOFT", "HARD"]),
        ("One of SOFT, HARD.", ["SOFT", "HARD"]),
        # names of kinds, of a row that is a kind of thing or behind a word for values
        ("IP版本，支持IPv4或IPv6。", ["IPv4", "IPv6"]),
        ("地址类型，必须是IPv4或IPv6。", ["IPv4", "IPv6"]),
        ("地址族，可以为IPv4、IPv6。", ["IPv4", "IPv6"]),
        ("Address family: one of ipv4, ipv6.", ["ipv4", "ipv6"]),
        ("地址，取值：IPv4、IPv6。", ["IPv4", "IPv6"]),
        ("排序的字段，取值：id、name、created_at。", ["id", "name", "created_at"]),
        ("加密，支持none、aes。", ["none", "aes"]),
        # what is explained behind the list is in it, or no token
        ("协议，支持tcp、udp、any。any表示所有协议。", ["tcp", "udp", "any"]),
        ("协议，取值：tcp、udp。UDP表示无连接。", ["tcp", "udp"]),
        ("协议，取值：tcp、udp。不填时表示全部。", ["tcp", "udp"]),
    ],
)
def test_a_list_is_known_by_its_form(text: str, wanted: list[str]) -> None:
    assert wanted == values(text)


@pytest.mark.parametrize(
    "text",
    [
        # prose that goes on behind the list, or is none
        "状态：可用、正常时可以删除",
        "状态：ACTIVE、ERROR时可以删除。",
        "状态：ACTIVE、ERROR等。",
        "类型，SSD或SAS盘。",
        "用于A/B 测试",
        "模式，A/B 测试。",
        "模式：TCP/IP。",
        "类型，text/plain。",
        "状态，ACTIVE或其他。",
        "状态：A、B。也可自定义。",
        "Status, active, or down.",
        "Type: string, required.",
        # what a value is, and not which it is
        "类型，ID或UUID。",
        "地址类型：IPv4、IPv6。",
        "类型：String、Integer。",
        "认证方式：token或password。",
        "主机，IP或FQDN。",
        "镜像，name或id。",
        "版本，v1或v2。",
        # values of something else, or values that are not allowed
        "允许的卷状态：available、in-use。",
        "依据状态：ACTIVE、ERROR。",
        "不支持的协议：FTP、SMB。",
        "排序，形如KEY | DIR。",
        "形如key1,value1|key2,value2。",
        "编号。磁盘的状态必须为available或error。",
        "当状态为a时，类型：b、c。",
        # one of several parameters, and one that goes on before
        "必须指定flavor、image之一。",
        "指定其一：flavor、image之一。",
        "a，b、c之一。",
        "不为a、b之一。",
        "查询状态为a、b之一的磁盘",
        "值与a、b之一匹配。",
        # not all of the values have a sentence
        "取值：HTTP：七层。TCP：四层。QUIC，试验中。",
        "取值：HTTP：七层。TCP：四层。其他值无效。",
        "取值：HTTP：七层。",
        "取值：12:30。14:40。",
        "取值：A：甲。B：乙。停用的也算。C：丙。",
        "个数，取值为[1,9]。",
        # a value that is put together of several
        "取值：A：甲。B：乙。多个值用逗号分隔。",
        "状态：A、B，可多选。",
        "编号由划线连接。可选值：1：甲。2：乙。",
        "例如：HTTP：七层。TCP：四层。",
        # what a value is, behind a word that leads to either
        "地址，支持IPv4或IPv6。",
        "来源，支持IP/CIDR。",
        "来源，取值为IP或CIDR。",
        "过滤，支持ID、Name。",
        "必须是ID或Name。",
        "主机，可以是IP或FQDN。",
        "Address, one of ipv4 or ipv6.",
        # one more value is explained behind the list
        "协议，支持tcp、udp、icmp。any表示所有协议。",
        "个数，取值1、2。-1表示不限。",
        "取值：ACTIVE、ERROR。删除中的为DELETING。",
        "取值：ACTIVE、BUILD，默认BUILD，ERROR仅在失败时出现。",
        "协议：TCP、UDP。ANY：所有协议。",
        "排序，支持asc、desc。格式为name:asc。",
        # no answers to what is asked
        "是否启用，A或B。",
        "是否启用，true或false时不同。",
        "单位：“GB”或“MB”。",
    ],
)
def test_what_only_looks_like_a_list_enumerates_nothing(text: str) -> None:
    assert values(text) == []


def test_a_type_that_is_an_enumeration_says_that_a_list_is_one() -> None:
    assert ["up", "down"] == values("端口，up、down。", enumerated=True)
    assert ["up", "down"] == values("up、down", enumerated=True)
    assert values("端口，up、down。") == values("端口，up、down等。", enumerated=True) == []


def test_a_remark_ends_values_that_have_a_sentence_each() -> None:
    assert ["A", "B"] == values("取值：A：甲。B：乙。Note：丙。")
