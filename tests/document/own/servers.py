"""Compute, of our own wording: nested objects, arrays of objects, tables of headers, microversions, what is given up."""

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

_REQUEST = "名称|参数类型|是否必填|说明"
_ANSWER = "名称|参数类型|说明"
_ID = "5b0e9c1a-7d24-4c83-9f6b-2a1d0e8c7f46"
_STATES = ("ACTIVE", "BUILD", "SHUTOFF", "ERROR")

_PATH = TrueTable(_REQUEST, (row("server_id", "string", True, "云主机的编号，UUID格式。"),), "路径参数", Position.PATH)
_FLAVOR_PATH = TrueTable(_REQUEST, (row("flavor_id", "string", True, "规格的编号。"),), "路径参数", Position.PATH)
_HEADERS = TrueTable(
    _REQUEST,
    (row("OpenStack-API-Version", "string", False, "要用的微版本，例如compute 2.37，不写时按2.1处理。"),),
    "请求头参数",
    Position.HEADER,
)
_MISSING = (TrueCode(401, description="没有令牌。"), TrueCode(404, description="没有这一台云主机。"))

_SERVER = (
    row("id", "string", None, "云主机的编号，UUID格式。", depth=1),
    row("name", "string", None, "云主机的名字。", depth=1),
    row("status", "string", None, "现在的状态，可选值为ACTIVE、BUILD、SHUTOFF、ERROR。", depth=1, enum=_STATES),
    row("created", "string", None, "建立的时间，ISO8601格式。", depth=1),
    row("flavor", "object", None, "用的是哪一种规格。", depth=1),
    row("vcpus", "integer", None, "虚拟处理器的个数。", depth=2),
    row("ram", "integer", None, "内存，单位为MB。", depth=2),
    row("metadata", "object", None, "自己定义的键和值。", depth=1),
    row("security_groups", "array", None, "用到的安全组，没有时可能为空。", depth=1),
    row("hostId", "string", None, "所在物理机的散列，已废弃，不要再用。", depth=1, deprecated=True),
    row("tags", "array", None, "标签的列表，自微版本2.26起提供。", depth=1, since="2.26"),
)
_SHOWN = {
    "id": _ID,
    "name": "web-1",
    "status": "ACTIVE",
    "created": "2031-02-03T04:05:06Z",
    "flavor": {"vcpus": 2, "ram": 4096},
    "metadata": {},
    "security_groups": [{"name": "default"}],
    "hostId": "b1946ac9",
    "tags": [],
}
_FLAVOR = (
    row("flavor.id", "string", None, "规格的编号。"),
    row("flavor.name", "string", None, "规格的名字。"),
    row("flavor.vcpus", "integer", None, "虚拟处理器的个数。"),
    row("flavor.ram", "integer", None, "内存，单位为MB。"),
    row("flavor.disk", "integer", None, "系统盘，单位为GB。"),
)
_FLAVOR_SHOWN = {"id": "m-2", "name": "middle", "vcpus": 2, "ram": 4096, "disk": 40}


def _body(*rows: TrueRow, title: str = "请求体参数", owner: str = "") -> TrueTable:
    return TrueTable(_REQUEST, rows, title, Position.OPEN if owner else Position.BODY, owner)


def _action(title: str, introduction: str, rows: tuple[TrueRow, ...], value: object, **said: object) -> TrueOperation:
    return TrueOperation(
        title,
        "POST",
        "/v2.1/servers/{server_id}/action",
        introduction,
        request=(_PATH, _body(*rows)),
        request_examples=(TrueExample(value),),
        response_text="做成以后没有正文。",
        success=(202,),
        **said,
    )


_SERVERS = (
    TrueOperation(
        "云主机清单",
        "GET",
        "/v2.1/servers/detail",
        "把项目里的云主机连同细节列出来。",
        request=(
            _HEADERS,
            TrueTable(
                _REQUEST,
                (
                    row("limit", "integer", False, "一页放几台，最小值为1，最大值为500。", minimum=1, maximum=500),
                    row("marker", "string", False, "从哪一台的后面开始。"),
                    row(
                        "status",
                        "string",
                        False,
                        "只要这个状态的，可选值为ACTIVE、BUILD、SHUTOFF、ERROR。",
                        enum=_STATES,
                    ),
                    row("tags", "string", False, "只要带这些标签的，自微版本2.26起提供。", since="2.26"),
                    row("changes-since", "string", False, "只要在这以后改动过的，ISO8601格式。"),
                ),
                "查询参数",
                Position.QUERY,
            ),
        ),
        response=(
            TrueTable(
                _ANSWER,
                (row("x-openstack-request-id", "string", None, "这一次请求的编号。"),),
                "响应头参数",
                Position.HEADER,
            ),
            TrueTable(
                _ANSWER, (row("servers", "array", None, "云主机的列表。"), *_SERVER), "响应体参数", Position.BODY
            ),
        ),
        request_examples=(TrueExample(request="GET /v2.1/servers/detail?limit=2&status=ACTIVE"),),
        response_examples=(TrueExample({"servers": [_SHOWN]}),),
        errors=(TrueCode(400, description="参数读不懂。"), TrueCode(401, description="没有令牌。")),
        errors_heading="错误响应代码",
    ),
    TrueOperation(
        "新建云主机",
        "POST",
        "/v2.1/servers",
        "按一种规格新建一台云主机，接到给定的网络上。",
        preconditions=("计算服务工作正常。",),
        request=(
            _HEADERS,
            _body(row("server", "object", True, "要新建的云主机。")),
            _body(
                row("name", "string", True, "云主机的名字，长度为1~255个字符。", min_length=1, max_length=255),
                row("flavorRef", "string", True, "规格的编号。"),
                row("imageRef", "string", False, "镜像的编号，UUID格式，从云硬盘启动时不用写。"),
                row(
                    "min_count",
                    "integer",
                    False,
                    "最少建几台，默认为1，取值范围：1-10。",
                    default="1",
                    minimum=1,
                    maximum=10,
                ),
                row("config_drive", "boolean", False, "要不要配置盘，默认为false。", default="false"),
                row("networks", "array", False, "接到哪些网络上。"),
                row("block_device_mapping_v2", "array", False, "用哪些云硬盘。"),
                row("personality", "array", False, "塞进去的文件，已废弃。", deprecated=True),
                row(
                    "description",
                    "string",
                    False,
                    "一段说明，最长255个字符，自微版本2.19起提供。",
                    max_length=255,
                    since="2.19",
                ),
                title="server字段说明",
                owner="server",
            ),
            _body(
                row("uuid", "string", False, "网络的编号，UUID格式。"),
                row("port", "string", False, "已有端口的编号，UUID格式。"),
                row("fixed_ip", "string", False, "想要的地址，IPv4格式。"),
                title="networks字段说明",
                owner="networks",
            ),
            _body(
                row("uuid", "string", False, "云硬盘、快照或者镜像的编号。"),
                row(
                    "source_type",
                    "string",
                    True,
                    "从哪里来，可选值为volume、snapshot、image、blank。",
                    enum=("volume", "snapshot", "image", "blank"),
                ),
                row("boot_index", "integer", False, "启动的次序，0是第一块，最小值为-1。", minimum=-1),
                row("volume_size", "integer", False, "容量，单位为GB，大于0。", minimum=1),
                title="block_device_mapping_v2字段说明",
                owner="block_device_mapping_v2",
            ),
        ),
        request_examples=(
            TrueExample(
                {"server": {"name": "web-1", "flavorRef": "m-2", "imageRef": _ID, "networks": [{"uuid": _ID}]}},
                caption="从镜像新建：",
            ),
            TrueExample(
                {
                    "server": {
                        "name": "db-1",
                        "flavorRef": "m-2",
                        "networks": [{"port": _ID}],
                        "block_device_mapping_v2": [{"uuid": _ID, "source_type": "volume", "boot_index": 0}],
                    }
                },
                caption="从云硬盘新建：",
            ),
        ),
        response=(
            TrueTable(
                _ANSWER,
                (
                    row("server", "object", None, "新建的云主机。"),
                    row("server.id", "string", None, "云主机的编号，UUID格式。"),
                    row("server.adminPass", "string", None, "管理员的密码，只在这里给一次。"),
                ),
            ),
        ),
        response_examples=(TrueExample({"server": {"id": _ID, "adminPass": "example-only"}}),),
        success=(202,),
        errors=(
            TrueCode(400, "Bad Request", "正文不合要求。"),
            TrueCode(403, "Forbidden", "超出了项目的配额，先删掉一些不用的云主机，或者请管理员加一些。"),
            TrueCode(409, "Conflict", "想要的地址已经有人用了。"),
        ),
    ),
    TrueOperation(
        "查看云主机",
        "GET",
        "/v2.1/servers/{server_id}",
        "按编号取回一台云主机的细节。",
        request=(_PATH,),
        response=(TrueTable(_ANSWER, (row("server", "object", None, "云主机。"), *_SERVER)),),
        response_examples=(TrueExample({"server": _SHOWN}),),
        errors=_MISSING,
        errors_heading="错误响应代码",
    ),
    TrueOperation(
        "修改云主机",
        "PUT",
        "/v2.1/servers/{server_id}",
        "给云主机换一个名字。",
        request=(
            _PATH,
            _body(
                row("server", "object", True, "要修改的内容。"),
                row("name", "string", False, "新的名字，长度为1~255个字符。", depth=1, min_length=1, max_length=255),
                row("accessIPv4", "string", False, "从外面连接用的地址，IPv4格式。", depth=1),
            ),
        ),
        request_examples=(TrueExample({"server": {"name": "web-2"}}),),
        response=(TrueTable(_ANSWER, (row("server", "object", None, "云主机。"), *_SERVER)),),
        response_examples=(TrueExample({"server": _SHOWN | {"name": "web-2"}}),),
        errors=_MISSING,
        errors_heading="错误响应代码",
    ),
    TrueOperation(
        "删除云主机",
        "DELETE",
        "/v2.1/servers/{server_id}",
        "删掉一台云主机。",
        request=(_PATH,),
        response_text="删除成功时没有正文。",
        success=(204,),
        errors=_MISSING,
        errors_heading="错误响应代码",
    ),
    _action(
        "重启云主机",
        "让云主机重新启动。",
        (
            row("reboot", "object", True, "重启这个动作。"),
            row("reboot.type", "string", True, "怎样重启，可选值为SOFT、HARD。", enum=("SOFT", "HARD")),
        ),
        {"reboot": {"type": "HARD"}},
        errors=(TrueCode(404, description="没有这一台云主机。"), TrueCode(409, description="云主机正在做别的动作。")),
    ),
    _action(
        "开机",
        "让关着的云主机开机。",
        (row("os-start", "object", True, "开机这个动作，它的值为空。"),),
        {"os-start": None},
    ),
    _action(
        "关机", "让云主机关机。", (row("os-stop", "object", True, "关机这个动作，它的值为空。"),), {"os-stop": None}
    ),
    _action(
        "改变规格",
        "给云主机换一种规格。",
        (
            row("resize", "object", True, "改变规格这个动作。"),
            row("resize.flavorRef", "string", True, "新规格的编号。"),
            row(
                "resize.OS-DCF:diskConfig",
                "string",
                False,
                "磁盘怎样分区，可选值为AUTO、MANUAL，默认为AUTO。",
                enum=("AUTO", "MANUAL"),
                default="AUTO",
            ),
        ),
        {"resize": {"flavorRef": "m-4", "OS-DCF:diskConfig": "AUTO"}},
        preconditions=("云主机开着，或者关着。",),
    ),
    TrueOperation(
        "从浏览器看屏幕",
        "",
        "",
        "这个功能只能在页面上用，没有给出调用的地址。",
        response_text="页面会打开一个新的窗口。",
    ),
)

_FLAVORS = (
    TrueOperation(
        "规格清单",
        "GET",
        "/v2.1/flavors/detail",
        "看看有哪些规格可以用。",
        request=(
            TrueTable(
                _REQUEST,
                (
                    row("minRam", "integer", False, "内存不少于这么多，单位为MB，不小于0。", minimum=0),
                    row("minDisk", "integer", False, "系统盘不小于这么多，单位为GB。"),
                    row(
                        "is_public",
                        "string",
                        False,
                        "只要公开的规格，可选值为true、false、none。",
                        enum=("true", "false", "none"),
                    ),
                ),
                "查询参数",
                Position.QUERY,
            ),
        ),
        response=(
            TrueTable(
                _ANSWER,
                (
                    row("flavors", "array", None, "规格的列表。"),
                    *(replace(item, name=item.name.replace("flavor.", "flavors.", 1)) for item in _FLAVOR),
                ),
            ),
        ),
        response_examples=(TrueExample({"flavors": [_FLAVOR_SHOWN]}),),
    ),
    TrueOperation(
        "新建规格",
        "POST",
        "/v2.1/flavors",
        "由管理员新建一种规格。",
        request=(
            _body(
                row("flavor", "object", True, "要新建的规格。"),
                row("flavor.name", "string", True, "规格的名字，长度为1~64个字符。", min_length=1, max_length=64),
                row("flavor.vcpus", "integer", True, "虚拟处理器的个数，取值范围[1, 128]。", minimum=1, maximum=128),
                row("flavor.ram", "integer", True, "内存，单位为MB，大于0。", minimum=1),
                row("flavor.disk", "integer", True, "系统盘，单位为GB，最小值为0。", minimum=0),
            ),
        ),
        request_examples=(TrueExample({"flavor": {"name": "middle", "vcpus": 2, "ram": 4096, "disk": 40}}),),
        response=(TrueTable(_ANSWER, (row("flavor", "object", None, "规格。"), *_FLAVOR)),),
        response_examples=(TrueExample({"flavor": _FLAVOR_SHOWN | {"id": 7}}),),
        errors=(TrueCode(403), TrueCode(409)),
        errors_as_list=True,
        errors_heading="错误响应代码",
    ),
    TrueOperation(
        "查看规格",
        "GET",
        "/v2.1/flavors/{flavor_id}",
        "按编号取回一种规格。",
        request=(_FLAVOR_PATH,),
        response=(TrueTable(_ANSWER, (row("flavor", "object", None, "规格。"), *_FLAVOR)),),
        response_examples=(TrueExample({"flavor": _FLAVOR_SHOWN}),),
    ),
    TrueOperation(
        "删除规格",
        "DELETE",
        "/v2.1/flavors/{flavor_id}",
        "由管理员删掉一种规格。",
        request=(
            _FLAVOR_PATH,
            TrueTable(_REQUEST, (row("flavor_id", "string", True, "规格的编号。"),), "查询参数", Position.QUERY),
        ),
        response_text="删除成功时没有正文。",
        success=(202,),
    ),
)

FIRST = TrueEdition(
    "servers",
    "云主机接口",
    "6.1.1",
    "2031-03-01",
    ("这份文档讲云主机和规格，全部由本项目自己编写。",),
    (TrueSection("云主机", _SERVERS), TrueSection("规格", _FLAVORS)),
    (
        TrueCode(400, "Bad Request", "请求读不懂，或者不合要求。"),
        TrueCode(401, "Unauthorized", "没有令牌，或者令牌过了期。"),
        TrueCode(403, "Forbidden", "令牌没有这个权限，或者超出了配额。"),
        TrueCode(404, "Not Found", "找不到要的资源。"),
        TrueCode(409, "Conflict", "资源现在的状态不允许。"),
        TrueCode(503, "Service Unavailable", "服务眼下用不了，过一会儿再试。"),
    ),
    (("type", "flavor.id"), ("in two tables", "flavor_id"), ("no address", "从浏览器看屏幕")),
)


def _second() -> TrueEdition:
    """A parameter of the list is new, rebooting has one way more, the change of a flavor is gone; the example of a new
    flavor is mended, and that of a name now shows a member that no table has."""

    def listed(item: TrueOperation) -> TrueOperation:
        headers, query = item.request
        new = row(
            "locked",
            "boolean",
            False,
            "只要锁住的云主机，默认为false，自微版本2.73起提供。",
            default="false",
            since="2.73",
        )
        return replace(item, request=(headers, replace(query, rows=(*query.rows, new))))

    def rebooted(item: TrueOperation) -> TrueOperation:
        path, body = item.request
        kind = row("reboot.type", "string", True, "怎样重启，可选值为SOFT、HARD、COLD。", enum=("SOFT", "HARD", "COLD"))
        return replace(item, request=(path, replace(body, rows=(body.rows[0], kind))))

    edition = replace(
        FIRST,
        version="6.2.1",
        date="2031-09-01",
        preface=("这一版多了几个参数。", *FIRST.preface),
        contradictions=(("in no table", "progress"), *FIRST.contradictions[1:]),
    )
    edition = edited(edition, "改变规格", without)
    edition = edited(edition, "云主机清单", listed)
    edition = edited(edition, "重启云主机", rebooted)
    edition = edited(
        edition, "新建规格", lambda item: replace(item, response_examples=(TrueExample({"flavor": _FLAVOR_SHOWN}),))
    )
    shown = _SHOWN | {"name": "web-2", "progress": 100}
    return edited(
        edition, "修改云主机", lambda item: replace(item, response_examples=(TrueExample({"server": shown}),))
    )


SECOND = _second()
