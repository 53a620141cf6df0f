"""Block storage, of our own wording: volumes and snapshots, child tables, actions on one path, constraints in prose."""

from __future__ import annotations

from dataclasses import replace

from document.own.truth import (
    TrueCode,
    TrueEdition,
    TrueExample,
    TrueNote,
    TrueOperation,
    TrueSection,
    TrueTable,
    edited,
    row,
    without,
)

from conformance.document.model import Position

__all__ = ["FIRST", "SECOND"]

_REQUEST = "参数|参数类型|是否必选|描述"
_ANSWER = "参数|参数类型|描述"
_ID = "d2f3a1c4-90b7-4f6e-8b1d-3c5e7a9b0c1d"
_PROJECT_ID = "7c1e5a9b3d2f4860a1b2c3d4e5f60718"

_PROJECT = row("project_id", "string", True, "项目的编号。")
_VOLUME_ID = row("volume_id", "string", True, "云硬盘的编号，UUID格式。")
_PATH = TrueTable("参数|参数类型|是否必选|描述", (_PROJECT, _VOLUME_ID), "路径参数", Position.PATH)
_LIST = ("creating", "available", "in-use", "error")

_SIZE = row("size", "integer", True, "容量，单位为GB，取值范围为1~2048。", minimum=1, maximum=2048)
_NAME = row("name", "string", False, "云硬盘的名字，最大长度为255个字符。", max_length=255)
_DESCRIPTION = row("description", "string", False, "一段说明，长度为0~255个字符。", min_length=0, max_length=255)

_VOLUME = (
    row("id", "string", None, "云硬盘的编号，UUID格式。"),
    row("name", "string", None, "云硬盘的名字。"),
    row("size", "integer", None, "容量，单位为GB。"),
    row(
        "status",
        "string",
        None,
        "现在的状态，可选值：creating、available、in-use、error。",
        enum=_LIST,
    ),
    row("bootable", "string", None, "能不能用来启动，取值为true或false。", enum=("true", "false")),
    row("created_at", "string", None, "建立的时间，ISO8601格式。"),
    row("volume_type", "string", None, "所属类型的名字，没有设置时可能为空。"),
    row("attachments", "array", None, "挂载的记录，没有挂载时是空的列表。"),
)
_ATTACHMENT = TrueTable(
    _ANSWER,
    (
        row("attachment_id", "string", None, "这条挂载记录的编号。"),
        row("server_id", "string", None, "挂到了哪一台云主机上。"),
        row("device", "string", None, "在云主机里看到的设备，比如/dev/vdb。"),
    ),
    "attachments字段说明",
    owner="attachments",
)
_SHOWN = {
    "id": _ID,
    "name": "data-1",
    "size": 20,
    "status": "available",
    "bootable": "false",
    "created_at": "2031-04-05T06:07:08Z",
    "volume_type": "fast",
    "attachments": [],
}
_SNAPSHOT = (
    row("snapshot.id", "string", None, "快照的编号，UUID格式。"),
    row("snapshot.name", "string", None, "快照的名字。"),
    row("snapshot.volume_id", "string", None, "从哪一块云硬盘拍下来的。"),
    row("snapshot.size", "integer", None, "容量，单位为GB。"),
    row(
        "snapshot.status",
        "string",
        None,
        "现在的状态，枚举值：creating、available、error。",
        enum=("creating", "available", "error"),
    ),
)
_SNAPSHOT_SHOWN = {"id": _ID, "name": "night", "volume_id": _ID, "size": 20, "status": "available"}

_USUAL = (TrueCode(400), TrueCode(401), TrueCode(403), TrueCode(404))


def _action(title: str, introduction: str, key: str, *rows, value, success=202, errors=(), note=None) -> TrueOperation:
    table = TrueTable(
        _REQUEST, (row(key, "object", True, "要做的动作，正文里只有这一个键。"), *rows), "请求体参数", Position.BODY
    )
    return TrueOperation(
        title,
        "POST",
        "/v3/{project_id}/volumes/{volume_id}/action",
        introduction,
        request=(_PATH, table),
        request_examples=(TrueExample({key: value}),),
        response_text="这个动作没有返回正文。",
        success=(success,),
        errors=errors,
        note=note,
    )


_OPERATIONS = (
    TrueOperation(
        "查看云硬盘清单",
        "GET",
        "/v3/{project_id}/volumes/detail",
        "把项目里的云硬盘连同细节一页一页地列出来。",
        request=(
            TrueTable(_REQUEST, (_PROJECT,), "路径参数", Position.PATH),
            TrueTable(
                _REQUEST,
                (
                    row(
                        "limit",
                        "integer",
                        False,
                        "一页最多几条，取值范围为1~1000，默认值为100。",
                        default="100",
                        minimum=1,
                        maximum=1000,
                    ),
                    row("marker", "string", False, "上一页最后一条的编号。"),
                    row(
                        "sort_dir",
                        "string",
                        False,
                        "排列的方向，可选值：asc、desc，默认为desc。",
                        enum=("asc", "desc"),
                        default="desc",
                    ),
                    row(
                        "status",
                        "string",
                        False,
                        "只要处于这个状态的云硬盘，可选值：creating、available、in-use、error。",
                        enum=_LIST,
                    ),
                    row("with_count", "boolean", False, "要不要一并返回总数，默认为false。", default="false"),
                ),
                "查询参数",
                Position.QUERY,
            ),
        ),
        response=(
            TrueTable(
                _ANSWER,
                (
                    row("volumes", "array", None, "云硬盘的列表。"),
                    *(replace(item, name=f"volumes.{item.name}") for item in _VOLUME[:7]),
                    row("count", "integer", None, "一共有几块。"),
                ),
            ),
        ),
        request_examples=(
            TrueExample(request=f"GET /v3/{_PROJECT_ID}/volumes/detail?limit=2&sort_dir=asc&with_count=true"),
        ),
        response_examples=(TrueExample({"volumes": [{key: _SHOWN[key] for key in list(_SHOWN)[:7]}], "count": 1}),),
        errors=_USUAL[:3],
        errors_as_list=True,
        errors_heading="异常响应代码",
    ),
    TrueOperation(
        "查看一块云硬盘",
        "GET",
        "/v3/{project_id}/volumes/{volume_id}",
        "按编号取回一块云硬盘的细节。",
        request=(_PATH,),
        response=(
            TrueTable(_ANSWER, (row("volume", "object", None, "云硬盘。"),)),
            TrueTable(_ANSWER, _VOLUME, "volume字段说明", owner="volume"),
            _ATTACHMENT,
        ),
        response_examples=(
            TrueExample(
                {
                    "volume": _SHOWN
                    | {
                        "status": "in-use",
                        "attachments": [{"attachment_id": _ID, "server_id": _ID, "device": "/dev/vdb"}],
                    }
                }
            ),
        ),
        errors=(TrueCode(404, "Not Found", "没有这块云硬盘。"),),
    ),
    TrueOperation(
        "新建云硬盘",
        "POST",
        "/v3/{project_id}/volumes",
        "新建一块云硬盘，可以是空白的，也可以从快照做出来。",
        preconditions=("存储后端工作正常。", "项目的容量配额还够用。"),
        request=(
            TrueTable(_REQUEST, (row("volume", "object", True, "要新建的云硬盘。"),), "请求体参数", Position.BODY),
            TrueTable(
                _REQUEST,
                (
                    _SIZE,
                    _NAME,
                    _DESCRIPTION,
                    row("volume_type", "string", False, "类型的名字或者编号。"),
                    row("snapshot_id", "string", False, "用哪一个快照来做，UUID格式。"),
                    row("multiattach", "boolean", False, "能不能同时挂到几台云主机上，缺省为false。", default="false"),
                    row("metadata", "object", False, "自己定义的键和值。"),
                    row("metadata", "object", False, "自己定义的键和值。"),
                ),
                "volume字段说明",
                owner="volume",
            ),
        ),
        request_examples=(
            TrueExample({"volume": {"size": 20, "name": "data-1"}}, caption="新建一块空白的云硬盘："),
            TrueExample(
                {"volume": {"size": 20, "name": "again", "snapshot_id": _ID, "metadata": {"from": "night"}}},
                caption="从快照新建一块云硬盘：",
            ),
        ),
        response=(
            TrueTable(_ANSWER, (row("volume", "object", None, "云硬盘。"),)),
            TrueTable(_ANSWER, _VOLUME, "volume字段说明", owner="volume"),
        ),
        response_examples=(TrueExample({"volume": _SHOWN | {"status": "creating"}}),),
        success=(202,),
        errors=(
            TrueCode(400, "Bad Request", "正文不合要求，比如容量超出了范围。"),
            TrueCode(404, "Not Found", "没有这个快照。"),
            TrueCode(413, "Request Entity Too Large", "容量的配额不够，先删掉一些不用的云硬盘再试。"),
        ),
    ),
    TrueOperation(
        "修改云硬盘",
        "PUT",
        "/v3/{project_id}/volumes/{volume_id}",
        "修改名字和说明，别的都不变。",
        request=(
            _PATH,
            TrueTable(
                _REQUEST,
                (
                    row("volume", "object", True, "要修改的内容。"),
                    row("volume.name", "string", False, "新的名字，最大长度为255个字符。", max_length=255),
                    row("volume.description", "string", False, "新的说明，最大长度为255个字符。", max_length=255),
                ),
                "请求体参数",
                Position.BODY,
            ),
        ),
        request_examples=(TrueExample({"volume": {"name": "data-2"}}),),
        response=(
            TrueTable(_ANSWER, (row("volume", "object", None, "云硬盘。"),)),
            TrueTable(_ANSWER, _VOLUME, "volume字段说明", owner="volume"),
        ),
        response_examples=(TrueExample({"volume": _SHOWN | {"name": "data-2"}}),),
        errors=_USUAL,
        errors_as_list=True,
        errors_heading="异常响应代码",
    ),
    TrueOperation(
        "删除云硬盘",
        "DELETE",
        "/v3/{project_id}/volumes/{volume_id}",
        "删掉一块不再用的云硬盘。",
        preconditions=("云硬盘没有挂在云主机上。",),
        uri_table=TrueTable("参数|是否必选|描述", (replace(_VOLUME_ID, type=None),), place=Position.PATH),
        request=(
            TrueTable(
                _REQUEST,
                (row("cascade", "boolean", False, "要不要把它的快照一起删掉，默认值为false。", default="false"),),
                "查询参数",
                Position.QUERY,
            ),
        ),
        request_examples=(TrueExample(request=f"DELETE /v3/{_PROJECT_ID}/volumes/{_ID}?cascade=true"),),
        response_text="删除成功时没有正文。",
        success=(202,),
    ),
    _action(
        "扩大云硬盘",
        "把云硬盘变大一些，变小是不行的。",
        "os-extend",
        row("os-extend.new_size", "integer", True, "新的容量，单位为GB，取值范围为1~2048。", minimum=1, maximum=2048),
        value={"new_size": 40},
        errors=(TrueCode(400, "Bad Request", "新的容量不比现在的大。"), TrueCode(404, "Not Found", "没有这块云硬盘。")),
        note=TrueNote("计费影响", ("扩大以后按照新的容量计费。", "从下一个小时开始算。")),
    ),
    _action(
        "更换云硬盘的类型",
        "把云硬盘搬到另一种类型的后端上。",
        "os-retype",
        row("os-retype.new_type", "string", True, "新类型的名字。"),
        row(
            "os-retype.migration_policy",
            "string",
            False,
            "要不要搬动数据，可选值：never、on-demand，默认为never。",
            enum=("never", "on-demand"),
            default="never",
        ),
        value={"new_type": "slow", "migration_policy": "on-demand"},
    ),
    _action(
        "重置云硬盘的状态",
        "状态卡住的时候由管理员改回来。",
        "os-reset_status",
        row(
            "os-reset_status.status",
            "string",
            True,
            "改成什么状态，可选值：available、error、in-use。",
            enum=("available", "error", "in-use"),
        ),
        value={"status": "available"},
    ),
    _action(
        "设置启动标志",
        "让云硬盘可以或者不可以用来启动云主机。",
        "os-set_bootable",
        row("os-set_bootable.bootable", "boolean", True, "可以启动就写true。"),
        value={"bootable": True},
        success=200,
    ),
)

_SNAPSHOTS = (
    TrueOperation(
        "查看快照清单",
        "GET",
        "/v3/{project_id}/snapshots",
        "把项目里的快照列出来。",
        request=(
            TrueTable(_REQUEST, (_PROJECT,), "路径参数", Position.PATH),
            TrueTable(
                _REQUEST,
                (
                    row("limit", "integer", False, "一页最多几条，大于0。", minimum=1),
                    row("volume_id", "string", False, "只要这块云硬盘的快照。"),
                ),
                "查询参数",
                Position.QUERY,
            ),
        ),
        response=(
            TrueTable(
                _ANSWER,
                (
                    row("snapshots", "array", None, "快照的列表。"),
                    *(replace(item, name=item.name.replace("snapshot.", "snapshots[].", 1)) for item in _SNAPSHOT),
                ),
            ),
        ),
        response_examples=(TrueExample({"snapshots": [_SNAPSHOT_SHOWN]}),),
    ),
    TrueOperation(
        "拍下快照",
        "POST",
        "/v3/{project_id}/snapshots",
        "给一块云硬盘拍下现在的样子。",
        request=(
            TrueTable(
                "参数|参数类型|是否必选|默认值|描述",
                (
                    row("snapshot", "object", True, "要拍的快照。"),
                    row("snapshot.volume_id", "string", True, "给哪一块云硬盘拍。"),
                    row("snapshot.name", "string", False, "快照的名字，最大长度为255个字符。", max_length=255),
                    row("snapshot.force", "boolean", False, "挂着的时候也拍。", default="false"),
                ),
                "请求体参数",
                Position.BODY,
            ),
        ),
        request_examples=(TrueExample({"snapshot": {"volume_id": _ID, "name": "night", "force": True}}),),
        response=(TrueTable(_ANSWER, (row("snapshot", "object", None, "快照。"), *_SNAPSHOT)),),
        response_examples=(TrueExample({"snapshot": _SNAPSHOT_SHOWN | {"status": "creating"}}),),
        success=(202,),
        errors=_USUAL,
        errors_as_list=True,
        errors_heading="异常响应代码",
    ),
    TrueOperation(
        "查看一个快照",
        "GET",
        "/v3/{project_id}/snapshots/{snapshot_id}",
        "按编号取回一个快照。",
        request=(
            TrueTable(_REQUEST, (row("snapshot_id", "string", True, "快照的编号。"),), "路径参数", Position.PATH),
        ),
        response=(TrueTable(_ANSWER, (row("snapshot", "object", None, "快照。"), *_SNAPSHOT)),),
        response_examples=(TrueExample({"snapshot": _SNAPSHOT_SHOWN}),),
    ),
    TrueOperation(
        "删除快照",
        "DELETE",
        "/v3/{project_id}/snapshots/{snapshot_id}",
        "删掉一个快照。",
        response_text="删除成功时没有正文。",
        success=(202,),
        errors=(TrueCode(404, "Not Found", "没有这个快照。"), TrueCode(409, "Conflict", "正在用它做云硬盘。")),
    ),
)
_TYPES = (
    TrueOperation(
        "查看云硬盘类型",
        "GET",
        "/v3/{project_id}/types",
        "看看有哪几种后端可以用。",
        request=(TrueTable("名称|类型|说明", (replace(_PROJECT, required=None),), "路径参数", Position.PATH),),
        response=(
            TrueTable(
                "名称|类型|说明",
                (
                    row("volume_types", "array", None, "类型的列表。"),
                    row("volume_types.id", "string", None, "类型的编号，UUID格式。"),
                    row("volume_types.name", "string", None, "类型的名字。"),
                    row("volume_types.is_public", "string", None, "是不是所有项目都能用。"),
                    row("volume_types.extra_specs", "blob", None, "后端自己认的一些键和值。"),
                ),
            ),
        ),
        response_examples=(
            TrueExample({"volume_types": [{"id": _ID, "name": "fast", "is_public": True, "extra_specs": {}}]}),
        ),
    ),
)

FIRST = TrueEdition(
    "volumes",
    "云硬盘接口",
    "6.1.1",
    "2031-03-01",
    ("这份文档讲云硬盘、快照和它们的类型，全部由本项目自己编写。",),
    (TrueSection("云硬盘", _OPERATIONS), TrueSection("云硬盘快照", _SNAPSHOTS), TrueSection("云硬盘类型", _TYPES)),
    (
        TrueCode(400, "Bad Request", "请求读不懂，或者不合要求。"),
        TrueCode(401, "Unauthorized", "没有令牌，或者令牌过了期。"),
        TrueCode(403, "Forbidden", "令牌没有这个权限。"),
        TrueCode(404, "Not Found", "找不到要的资源。"),
        TrueCode(407, "Proxy Authentication Required", "要先在代理那里登录，然后再来。"),
        TrueCode(413, "Request Entity Too Large", "超出了配额。"),
        TrueCode(500, "Internal Server Error", "服务出了差错，再试一次也许就好。"),
    ),
    (("type", "volume_types.is_public"), ("unknown type", "volume_types.extra_specs"), ("duplicate", "metadata")),
)


def _second() -> TrueEdition:
    """A limit is new, the status of a volume has one value more, an action is gone; the type that an example denied is
    mended, and the size of a snapshot is now denied by one."""
    edition = replace(
        FIRST,
        version="6.2.1",
        date="2031-09-01",
        preface=(*FIRST.preface, "这一版的改动写在最后一节。"),
        contradictions=(("type", "snapshot.size"), *FIRST.contradictions[1:]),
    )
    edition = edited(edition, "重置云硬盘的状态", without)
    edition = edited(
        edition,
        "新建云硬盘",
        lambda item: replace(
            item,
            request=(
                item.request[0],
                replace(
                    item.request[1],
                    rows=(
                        *item.request[1].rows,
                        row(
                            "availability_zone",
                            "string",
                            False,
                            "放在哪一个可用区，最大长度为64个字符。",
                            max_length=64,
                        ),
                    ),
                ),
            ),
        ),
    )
    more = "可选值：creating、available、in-use、error、deleting"

    def widened(operation: TrueOperation) -> TrueOperation:
        table = operation.request[1]
        rows = tuple(
            replace(
                item,
                description=item.description.replace("可选值：creating、available、in-use、error", more),
                enum=(*item.enum, "deleting"),
            )
            if item.name == "status"
            else item
            for item in table.rows
        )
        return replace(operation, request=(operation.request[0], replace(table, rows=rows)))

    edition = edited(edition, "查看云硬盘清单", widened)
    edition = edited(
        edition,
        "查看云硬盘类型",
        lambda item: replace(
            item,
            response=(
                replace(
                    item.response[0],
                    rows=tuple(
                        replace(each, type="boolean") if each.name == "volume_types.is_public" else each
                        for each in item.response[0].rows
                    ),
                ),
            ),
        ),
    )
    return edited(
        edition,
        "查看一个快照",
        lambda item: replace(item, response_examples=(TrueExample({"snapshot": _SNAPSHOT_SHOWN | {"size": "20"}}),)),
    )


SECOND = _second()
