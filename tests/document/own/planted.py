"""Contradictions that are put into documents of our own, one at a time, and what has to be found then and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from document.own.blocks import blocks
from document.own.editions import EDITIONS
from document.own.forms import to_dump

from conformance.document.contradictions import Contradiction

__all__ = ["PLANTED", "Key", "Planted", "key_of"]

Key = tuple[str, str, str]
"""Operation, kind and subject of a contradiction."""


def key_of(item: Contradiction) -> Key:
    return item.operation, item.kind, item.subject


@dataclass(frozen=True, slots=True)
class Planted:
    """What is changed in a document (the first `old` behind `after`), and the contradictions that are in it then and were
    not before; none where the change contradicts nothing."""

    what: str
    document: str
    after: str
    old: str
    new: str
    due: tuple[Key, ...]

    def before(self) -> str:
        """The document as a text dump."""
        return to_dump(blocks(EDITIONS[self.document]))

    def text(self) -> str:
        """The document with the contradiction in it."""
        head, mark, tail = self.before().partition(self.after)
        assert mark, self.after
        assert self.old in tail, self.old
        return head + mark + tail.replace(self.old, self.new, 1)


LISTED, MADE, SHOWN = "GET /v2.0/networks\n", "POST /v2.0/networks\n", "GET /v2.0/networks/{network_id}\n"
NET = "networks-1"

PLANTED = (
    Planted(
        "a type that the example has otherwise",
        NET,
        LISTED,
        "networks.name string",
        "networks.name integer",
        (("network.list", "type", "networks.name"),),
    ),
    Planted(
        "an example of another type",
        NET,
        LISTED,
        '"shared""shared":: falsefalse',
        '"shared""shared":: 00',
        (("network.list", "type", "networks.shared"),),
    ),
    Planted(
        "null in an example",
        NET,
        LISTED,
        '"mtu""mtu":: 14501450',
        '"mtu""mtu":: nullnull',
        (("network.list", "null", "networks.mtu"),),
    ),
    Planted(
        "a name with another stroke",
        NET,
        LISTED,
        "networks.admin_state_up",
        "networks.admin-state-up",
        (("network.list", "spelling", "networks.admin-state-up"),),
    ),
    Planted(
        "a name that lacks a letter",
        NET,
        LISTED,
        "networks.subnets array",
        "networks.subnet array",
        (("network.list", "spelling", "networks.subnet"),),
    ),
    Planted(
        "a member that the example lacks",
        NET,
        LISTED,
        '            "mtu""mtu":: 14501450',
        '            "mxx""mxx":: 14501450',
        (("network.list", "in no example", "networks.mtu"), ("network.list", "in no table", "networks.mxx")),
    ),
    Planted(
        "a row that no example has",
        NET,
        LISTED,
        "networks.mtu integer",
        "networks.revision integer 第几版。\n\nnetworks.mtu integer",
        (("network.list", "in no example", "networks.revision"),),
    ),
    Planted(
        "a member that no table has",
        NET,
        MADE,
        "network.subnets array 子网编号的列表。\n",
        "",
        (("network.create", "in no table", "network.subnets"),),
    ),
    Planted(
        "a value outside of its enumeration",
        NET,
        LISTED,
        '"ACTIVE""ACTIVE"',
        '"UP""UP"',
        (("network.list", "value", "networks.status"),),
    ),
    Planted(
        "an id that is none",
        NET,
        LISTED,
        '"e3c1b0a9-4d5f-4a7b-8c2e-6f1d0b9a8e75""e3c1b0a9-4d5f-4a7b-8c2e-6f1d0b9a8e75"',
        '"net-one""net-one"',
        (("network.list", "placeholder", "networks.id"),),
    ),
    Planted(
        "a parameter of the path that is optional",
        NET,
        SHOWN,
        "network_id path string 必选",
        "network_id path string 可选",
        (("network.show", "optional path", "network_id"),),
    ),
    Planted(
        "a parameter of the path without a row",
        NET,
        SHOWN,
        "network_id path string 必选 - 网络的编号，UUID格式。\n",
        "detail query string 可选 - 多说一点。\n",
        (("network.show", "path without row", "network_id"),),
    ),
    Planted(
        "a parameter that the example of a call writes otherwise",
        NET,
        LISTED,
        "?limit=2&name=inner",
        "?limit=2&Na_me=inner",
        (("network.list", "spelling", "Na_me"),),
    ),
    Planted(
        "a parameter that is in a call alone",
        NET,
        LISTED,
        "?limit=2&name=inner",
        "?limit=2&colour=red",
        (("network.list", "unknown parameter", "colour"),),
    ),
    Planted(
        "a failure among the successes",
        NET,
        SHOWN,
        "正常响应代码\n\n200\n",
        "正常响应代码\n\n200、404\n",
        (("network.show", "failure as success", "404"),),
    ),
    Planted(
        "no status of a success",
        NET,
        SHOWN,
        "正常响应代码\n\n200\n",
        "正常响应代码\n\n404\n",
        (("network.show", "failure as success", "404"), ("network.show", "no success", "")),
    ),
    Planted(
        "a type that is none",
        NET,
        LISTED,
        "networks.mtu integer",
        "networks.mtu quark",
        (("network.list", "unknown type", "networks.mtu"),),
    ),
    Planted(
        "a method that the table of methods lacks",
        NET,
        "请求方法",
        "DELETE 把资源删掉。\n",
        "",
        (("", "unknown method", "DELETE"),),
    ),
    Planted(
        "a code of a success among the errors",
        NET,
        "公共错误码",
        "409 Conflict",
        "300 Multiple Choices",
        (("", "no failure", "300"),),
    ),
    Planted(
        "a phrase in lower case",
        NET,
        "公共错误码",
        "409 Conflict",
        "409 conflict",
        (("", "letter case", "409"),),
    ),
    Planted(
        "two rows of one name that differ",
        NET,
        LISTED,
        "marker query string 可选",
        "limit query string 可选",
        (("network.list", "two rows", "limit"),),
    ),
    Planted(
        "a limit that the values of its row break",
        NET,
        LISTED,
        "取值范围为1~500",
        "取值范围为500~1",
        (("network.list", "range", "limit"),),
    ),
    Planted(
        "another sentence",
        NET,
        LISTED,
        "上一页最后一条的编号。",
        "从这一条的后面开始。",
        (),
    ),
    Planted(
        "another value that the enumeration has",
        NET,
        LISTED,
        '"ACTIVE""ACTIVE"',
        '"DOWN""DOWN"',
        (),
    ),
    Planted(
        "an optional parameter more",
        NET,
        LISTED,
        "marker query string 可选",
        "sort query string 可选 - 按什么排。\n\nmarker query string 可选",
        (),
    ),
    Planted(
        "another optional code of an error",
        NET,
        LISTED,
        "401 Unauthorized 没有令牌。",
        "403 Forbidden 没有权限。",
        (),
    ),
)
