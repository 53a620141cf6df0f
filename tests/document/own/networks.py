"""Networks, of our own wording: one table for each request, with columns of places, defaults, examples and constraints,
in other orders; the document names no version."""

from __future__ import annotations

from dataclasses import replace

from document.own.truth import (
    TrueCode,
    TrueEdition,
    TrueExample,
    TrueOperation,
    TrueRow,
    TrueSection,
    TrueTable,
    edited,
    row,
    without,
)

from conformance.document.model import Position

__all__ = ["FIRST", "SECOND"]

_PLACED = "参数名|位置|类型|必选|默认值|描述"
_BOUND = "参数名|必选|类型|取值范围|示例|描述"
_ANSWER = "字段|类型|说明"
_ID = "e3c1b0a9-4d5f-4a7b-8c2e-6f1d0b9a8e75"
PATH, QUERY, BODY = Position.PATH, Position.QUERY, Position.BODY
_KINDS = ("flat", "vlan", "vxlan")
_MISSING = (TrueCode(401, "Unauthorized", "没有令牌。"), TrueCode(404, "Not Found", "没有这个资源。"))
_BUSY = (*_MISSING, TrueCode(409, "Conflict", "还有别的资源在用它，先把那些删掉再来。"))

_NETWORK = (
    row("network.id", "string", None, "网络的编号，UUID格式。"),
    row("network.name", "string", None, "网络的名字。"),
    row("network.admin_state_up", "boolean", None, "管理上是不是开着。"),
    row(
        "network.status", "string", None, "现在的状态，可选值：ACTIVE、DOWN、BUILD。", enum=("ACTIVE", "DOWN", "BUILD")
    ),
    row("network.shared", "boolean", None, "是不是和别的项目共用。"),
    row("network.subnets", "array", None, "子网编号的列表。"),
    row("network.mtu", "integer", None, "最大的传输单元。"),
)
_NETWORK_SHOWN = {
    "id": _ID,
    "name": "inner",
    "admin_state_up": True,
    "status": "ACTIVE",
    "shared": False,
    "subnets": [],
    "mtu": 1450,
}
_SUBNET = (
    row("subnet.id", "string", None, "子网的编号，UUID格式。"),
    row("subnet.network_id", "string", None, "属于哪一个网络。"),
    row("subnet.cidr", "string", None, "地址段。"),
    row("subnet.ip_version", "integer", None, "IP的版本。"),
    row("subnet.gateway_ip", "string", None, "网关的地址，没有网关时可能为空。"),
    row("subnet.enable_dhcp", "boolean", None, "是不是开着DHCP。"),
)
_SUBNET_SHOWN = {
    "id": _ID,
    "network_id": _ID,
    "cidr": "192.0.2.0/24",
    "ip_version": 4,
    "gateway_ip": "192.0.2.1",
    "enable_dhcp": True,
}
_PORT = (
    row("port.id", "string", None, "端口的编号，UUID格式。"),
    row("port.network_id", "string", None, "属于哪一个网络。"),
    row("port.mac_address", "string", None, "网卡的地址。"),
    row("port.device_id", "string", None, "插在哪一台设备上。"),
    row("port.fixed_ips", "array", None, "分到的地址。"),
    row("port.fixed_ips[].ip_address", "string", None, "地址。"),
    row("port.fixed_ips[].subnet_id", "string", None, "地址所在的子网。"),
)
_PORT_SHOWN = {
    "id": _ID,
    "network_id": _ID,
    "mac_address": "02:00:00:aa:bb:cc",
    "device_id": "",
    "fixed_ips": [{"ip_address": "192.0.2.10", "subnet_id": _ID}],
}


def _id(name: str, what: str) -> TrueRow:
    return row(name, "string", True, f"{what}的编号，UUID格式。", position=PATH)


def _placed(*rows: TrueRow) -> tuple[TrueTable, ...]:
    return (TrueTable(_PLACED, rows, yes="必选", no="可选", none="-"),)


def _answer(name: str, what: str, rows: tuple[TrueRow, ...]) -> tuple[TrueTable, ...]:
    return (TrueTable(_ANSWER, (row(name, "object", None, f"{what}。"), *rows)),)


def _listed(name: str, what: str, rows: tuple[TrueRow, ...]) -> tuple[TrueTable, ...]:
    return (
        TrueTable(
            _ANSWER,
            (
                row(f"{name}s", "array", None, f"{what}的列表。"),
                *(replace(item, name=item.name.replace(name, f"{name}s", 1)) for item in rows),
            ),
        ),
    )


def _paging(*rows: TrueRow) -> tuple[TrueTable, ...]:
    return _placed(
        *rows,
        row("limit", "integer", False, "一页最多几条，取值范围为1~500。", position=QUERY, minimum=1, maximum=500),
        row("marker", "string", False, "上一页最后一条的编号。", position=QUERY),
    )


def _shown(title: str, name: str, what: str, rows: tuple[TrueRow, ...], value: object) -> TrueOperation:
    return TrueOperation(
        title,
        "GET",
        f"/v2.0/{name}s/{{{name}_id}}",
        f"按编号取回一个{what}。",
        request=_placed(_id(f"{name}_id", what)),
        response=_answer(name, what, rows),
        response_examples=(TrueExample({name: value}),),
        errors=_MISSING,
    )


def _deleted(title: str, name: str, what: str) -> TrueOperation:
    return TrueOperation(
        title,
        "DELETE",
        f"/v2.0/{name}s/{{{name}_id}}",
        f"删掉一个{what}。",
        request=_placed(_id(f"{name}_id", what)),
        request_examples=(TrueExample(request=f"DELETE /v2.0/{name}s/{_ID}"),),
        response_text="删除成功时没有正文。",
        success=(204,),
        errors=_BUSY,
    )


_NETWORKS = (
    TrueOperation(
        "网络清单",
        "GET",
        "/v2.0/networks",
        "把看得见的网络列出来。",
        request=_paging(
            row("name", "string", False, "只要叫这个名字的。", position=QUERY),
            row("shared", "boolean", False, "只要共用的。", position=QUERY, default="false"),
        ),
        response=_listed("network", "网络", _NETWORK),
        request_examples=(TrueExample(request="GET /v2.0/networks?limit=2&name=inner"),),
        response_examples=(TrueExample({"networks": [_NETWORK_SHOWN]}),),
        errors=_MISSING[:1],
    ),
    TrueOperation(
        "新建网络",
        "POST",
        "/v2.0/networks",
        "新建一个网络，子网要另外再建。",
        request=(
            TrueTable(
                _BOUND,
                none="无",
                rows=(
                    row("network", "object", True, "要新建的网络。"),
                    row(
                        "network.name",
                        "string",
                        False,
                        "网络的名字。",
                        constraint="最大长度为255个字符",
                        max_length=255,
                        example="inner",
                    ),
                    row(
                        "network.admin_state_up",
                        "boolean",
                        False,
                        "管理上是不是开着，默认值为true。",
                        default="true",
                        example="true",
                    ),
                    row(
                        "network.mtu",
                        "integer",
                        False,
                        "最大的传输单元。",
                        constraint="68~9000",
                        minimum=68,
                        maximum=9000,
                        example="1450",
                    ),
                    row(
                        "network.network_type",
                        "string",
                        False,
                        "用什么办法隔开，可选值：flat、vlan、vxlan。",
                        enum=_KINDS,
                        example="vxlan",
                    ),
                ),
            ),
        ),
        request_examples=(TrueExample({"network": {"name": "inner", "admin_state_up": True}}),),
        response=_answer("network", "网络", _NETWORK),
        response_examples=(TrueExample({"network": _NETWORK_SHOWN | {"status": "BUILD"}}),),
        success=(201,),
        errors=(TrueCode(400, "Bad Request", "正文不合要求。"), TrueCode(401, "Unauthorized", "没有令牌。")),
    ),
    _shown("查看网络", "network", "网络", _NETWORK, _NETWORK_SHOWN | {"mtu": "1450"}),
    TrueOperation(
        "修改网络",
        "PUT",
        "/v2.0/networks/{network_id}",
        "修改网络的名字和状态。",
        request=_placed(
            _id("network_id", "网络"),
            row("network", "object", True, "要修改的内容。", position=BODY),
            row("network.name", "string", False, "新的名字，最大长度为255个字符。", position=BODY, max_length=255),
            row("network.admin_state_up", "boolean", False, "管理上是不是开着。", position=BODY),
        ),
        request_examples=(TrueExample({"network": {"name": "outer"}}),),
        response=_answer("network", "网络", _NETWORK),
        response_examples=(TrueExample({"network": _NETWORK_SHOWN | {"name": "outer"}}),),
        errors=_MISSING,
    ),
    _deleted("删除网络", "network", "网络"),
)

_SUBNETS = (
    TrueOperation(
        "子网清单",
        "GET",
        "/v2.0/subnets",
        "把看得见的子网列出来。",
        request=_paging(row("network_id", "string", False, "只要这个网络的。", position=QUERY)),
        response=_listed("subnet", "子网", _SUBNET),
        response_examples=(TrueExample({"subnets": [_SUBNET_SHOWN]}),),
    ),
    TrueOperation(
        "新建子网",
        "POST",
        "/v2.0/subnets",
        "在一个网络里新建子网。",
        request=(
            TrueTable(
                _BOUND,
                none="无",
                rows=(
                    row("subnet", "object", True, "要新建的子网。"),
                    row("subnet.network_id", "string", True, "在哪一个网络里。", example=_ID),
                    row("subnet.cidr", "string", True, "地址段。", example="192.0.2.0/24"),
                    row("subnet.ip_version", "integer", True, "IP的版本，可选值：4、6。", enum=("4", "6"), example="4"),
                    row("subnet.gateway_ip", "string", False, "网关的地址，不写时取第一个地址。", example="192.0.2.1"),
                    row(
                        "subnet.enable_dhcp",
                        "boolean",
                        False,
                        "要不要DHCP，默认值为true。",
                        default="true",
                        example="true",
                    ),
                    row("subnet.dns_nameservers", "array", False, "域名服务器的地址。"),
                ),
            ),
        ),
        request_examples=(TrueExample({"subnet": {"network_id": _ID, "cidr": "192.0.2.0/24", "ip_version": 4}}),),
        response=_answer("subnet", "子网", _SUBNET),
        response_examples=(TrueExample({"subnet": _SUBNET_SHOWN}),),
        success=(201,),
        errors=(TrueCode(400, "Bad Request", "地址段和别的子网重叠了。"), TrueCode(404, "Not Found", "没有这个网络。")),
    ),
    _shown("查看子网", "subnet", "子网", _SUBNET, _SUBNET_SHOWN),
    _deleted("删除子网", "subnet", "子网"),
)

_PORTS = (
    TrueOperation(
        "端口清单",
        "GET",
        "/v2.0/ports",
        "把看得见的端口列出来。",
        request=_paging(
            row("network_id", "string", False, "只要这个网络的。", position=QUERY),
            row("device_id", "string", False, "只要插在这台设备上的。", position=QUERY),
        ),
        response=_listed("port", "端口", _PORT),
        response_examples=(TrueExample({"ports": [_PORT_SHOWN]}),),
    ),
    TrueOperation(
        "新建端口",
        "POST",
        "/v2.0/ports",
        "在一个网络里新建端口。",
        request=_placed(
            row("port", "object", True, "要新建的端口。", position=BODY),
            row("port.network_id", "string", True, "在哪一个网络里。", position=BODY),
            row("port.name", "string", False, "端口的名字，最大长度为255个字符。", position=BODY, max_length=255),
            row("port.admin_state_up", "boolean", False, "管理上是不是开着。", position=BODY, default="true"),
            row("port.fixed_ips", "array", False, "想要的地址。", position=BODY),
            row("port.fixed_ips[].subnet_id", "string", False, "地址所在的子网。", position=BODY),
            row("port.fixed_ips[].ip_address", "string", False, "地址，IPv4格式。", position=BODY),
        ),
        request_examples=(TrueExample({"port": {"network_id": _ID, "fixed_ips": [{"subnet_id": _ID}]}}),),
        response=_answer("port", "端口", _PORT),
        response_examples=(TrueExample({"port": _PORT_SHOWN}),),
        success=(201,),
        errors=_BUSY,
    ),
    _shown("查看端口", "port", "端口", _PORT, _PORT_SHOWN),
    _deleted("删除端口", "port", "端口"),
)

FIRST = TrueEdition(
    "networks",
    "网络接口",
    "",
    "",
    ("这份文档讲网络、子网和端口，全部由本项目自己编写。",),
    (TrueSection("网络", _NETWORKS), TrueSection("子网", _SUBNETS), TrueSection("端口", _PORTS)),
    (
        TrueCode(400, "Bad Request", "请求读不懂，或者不合要求。"),
        TrueCode(401, "Unauthorized", "没有令牌，或者令牌过了期。"),
        TrueCode(404, "Not Found", "找不到要的资源。"),
        TrueCode(409, "Conflict", "资源还有人在用。"),
    ),
    (("type", "network.mtu"),),
)


def _second() -> TrueEdition:
    """A parameter of a new network is new, one kind of it more is there, a subnet is no longer shown alone; the example
    that denied the type of a network's unit is mended, and one denies whether a subnet has DHCP."""

    def wider(item: TrueOperation) -> TrueOperation:
        table = item.request[0]
        kind = row(
            "network.network_type",
            "string",
            False,
            "用什么办法隔开，可选值：flat、vlan、vxlan、geneve。",
            enum=(*_KINDS, "geneve"),
            example="vxlan",
        )
        new = row(
            "network.description", "string", False, "一段说明。", constraint="最大长度为255个字符", max_length=255
        )
        return replace(item, request=(replace(table, rows=(*table.rows[:4], kind, new)),))

    edition = replace(
        FIRST, preface=(*FIRST.preface, "改动写在最后。"), contradictions=(("type", "subnet.enable_dhcp"),)
    )
    edition = edited(edition, "查看子网", without)
    edition = edited(edition, "新建网络", wider)
    edition = edited(
        edition, "查看网络", lambda item: replace(item, response_examples=(TrueExample({"network": _NETWORK_SHOWN}),))
    )
    denied = _SUBNET_SHOWN | {"enable_dhcp": "yes"}
    return edited(edition, "新建子网", lambda item: replace(item, response_examples=(TrueExample({"subnet": denied}),)))


SECOND = _second()
