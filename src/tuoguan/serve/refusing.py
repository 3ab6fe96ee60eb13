"""What the server itself refuses, said in the one error shape to programs and on a small page to people.

Hides which of the two an answer is. Keeps the invariant that an answer tells what was wrong with the request and
nothing of how the server is made.
"""

from html import escape

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from tuoguan.foundation.problems import Problem

API = "/api/"
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not done · 未完成 · tuoguan</title><link rel="stylesheet" href="/static/site.css"></head>
<body><main id="main"><h1>Not done · <span lang="zh-CN">未完成</span></h1>
<div class="problems"><ul><li><b>{at}</b>: found {found}; expected {expected}; <i>{fix}</i></li></ul></div>
<p lang="zh-CN">{zh}</p>
<p><a class="button" href="/">tuoguan</a></p></main></body></html>
"""
CHINESE_BY_STATUS = {
    403: "请求来自其他网站，已被拒绝。",
    404: "没有这个页面。",
    405: "此地址不接受这种请求。",
    408: "请求发送得太慢，请再试一次。",
    413: "内容太大，请分成几份发送。",
    414: "地址太长，请减少筛选条件。",
    421: "主机名不正确，请使用启动时显示的地址。",
    500: "服务器出错，没有任何改动未经确认。请把编号告诉管理员。",
}


def refusal(scope: Scope, status: int, problem: Problem) -> Response:
    """The answer to a request that goes no further."""
    if scope["path"].startswith(API):
        return JSONResponse({"problems": [problem.as_json()]}, status)
    texts = {name: escape(getattr(problem, name)) for name in ("at", "found", "expected", "fix")}
    return HTMLResponse(PAGE.format(**texts, zh=CHINESE_BY_STATUS.get(status, "")), status)


def mishap(scope: Scope, request_id: str) -> Response:
    """The answer when something went wrong that should not: the log has the rest under the same number."""
    fix = "try again; if it stays, look for this number in the server's log"
    return refusal(scope, 500, Problem("server", f"a mistake of ours, number {request_id}", "an answer", fix, "mishap"))
