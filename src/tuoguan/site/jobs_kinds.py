"""The kinds of jobs: titles, rights, parameters, what they do and which numbers of their result a page shows. Data."""

from collections.abc import Mapping

from tuoguan.site import jobs_doing as doing
from tuoguan.site import jobs_params as params
from tuoguan.site.jobs_params import params_of
from tuoguan.site.jobs_words import Asked, Done, Figure, Kind
from tuoguan.site.words import Right

__all__ = ["KINDS", "Asked", "Done", "Figure", "Kind", "params_of"]

OPENED = Figure("opened", "documents opened", "新建单据")
PROBLEMS = Figure("problems", "problems", "问题")
ENTRIES = Figure("entries", "entries of the ledger", "账本分录")

KINDS: Mapping[str, Kind] = {
    "sample": Kind("Sample workspace", "示例工作区", Right.SETTINGS, params.Sample, doing.sample,
                   doing.require_empty),
    "init": Kind("Empty templates", "空白模板", Right.SETTINGS, params.Init, doing.init, doing.require_empty),
    "check": Kind("Check of the files", "检查数据文件", Right.VIEW, params.Params, doing.check, alone=False,
                  figures=(PROBLEMS,)),
    "decide": Kind(
        "Decision", "决策", Right.DECIDE, params.Decide, doing.decide,
        stages={"read": 5, "policies": 45, "outcomes": 10, "choose": 3, "prices": 22, "reasons": 8, "limits": 5,
                "outputs": 2},
        figures=(
            Figure("expected_profit_minor", "expected profit", "预期利润", is_money=True),
            Figure("cvar_minor", "mean of the worst outcomes", "最差情形平均", is_money=True),
            Figure("groups", "products × markets", "产品×市场"), Figure("sold", "to sell", "在售"),
            Figure("undecided", "undecided", "未定"),
        ),
    ),
    "accept": Kind(
        "Decision taken", "采纳决策", Right.DECIDE, params.Params, doing.accept,
        figures=(OPENED, Figure("known", "there already", "已存在"),
                 Figure("skipped", "proposals of an earlier decision skipped", "已跳过的旧采购建议")),
    ),
    "import": Kind(
        "Import", "导入", Right.IMPORT, params.Import, doing.import_, doing.require_upload,
        figures=(OPENED, Figure("moved", "moves made", "推进步骤"), Figure("unchanged", "as they were", "未变单据"),
                 Figure("statements", "statements kept", "保存账单"), Figure("lines", "new lines", "新明细"),
                 Figure("listed", "rows listed", "列出的行")),
    ),
    "reconcile": Kind(
        "Reconciliation", "对账", Right.MONEY, params.Reconcile, doing.reconcile,
        figures=(Figure("lines", "statement lines", "账单明细"), Figure("expectations", "expectations", "应付项"),
                 Figure("matches", "matches", "匹配项"), Figure("differing", "that differ", "有差异")),
    ),
    "calibrate": Kind(
        "Learning from own lines", "参数校准", Right.DECIDE, params.Until, doing.calibrate,
        figures=(Figure("learned", "numbers learned", "已校准数值"),
                 Figure("kept", "negotiated numbers left alone", "保留的协商数值")),
    ),
    "rehearse": Kind(
        "Rehearsal", "演练", Right.DECIDE, params.Rehearse, doing.rehearse, stages={"paths": 30, "ledger": 70},
        figures=(Figure("days", "days", "天数"), Figure("products", "products × markets", "产品×市场"),
                 Figure("documents", "documents", "单据"), ENTRIES,
                 Figure("cash_minor", "change of cash", "资金变动", is_money=True),
                 Figure("differences", "differences from the simulation", "与模拟的差异")),
    ),
    "backtest": Kind(
        "Test on history", "历史回测", Right.DECIDE, params.Backtest, doing.backtest,
        stages={"read": 2, "cells": 78, "picks": 10, "other views": 10},
        figures=(Figure("cells", "cells of the grid", "情形"),),
    ),
    "backup": Kind("Backup", "备份", Right.SETTINGS, params.Params, doing.backup, alone=False, outputs="backups",
                   figures=(ENTRIES,)),
    "restore": Kind("Restoring", "恢复备份", Right.SETTINGS, params.Restore, doing.restore, doing.require_backup,
                    figures=(ENTRIES,)),
    "verify": Kind("Check of the ledger", "核验账本", Right.SETTINGS, params.Params, doing.verify, alone=False,
                   figures=(ENTRIES, PROBLEMS)),
}  # fmt: skip
