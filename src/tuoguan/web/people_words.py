"""Names of roles, rights and desks, and what the audit trail says, to be translated where they are shown."""

from collections.abc import Callable

from tuoguan.site import Right, Role, Told


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


ROLE_TITLES = {
    Role.OWNER: _("Workspace owner"), Role.DECIDER: _("Decider"), Role.OPERATOR: _("Operator"),
    Role.WAREHOUSE: _("Warehouse"), Role.FINANCE: _("Finance"), Role.VIEWER: _("Viewer"),
}  # fmt: skip
RIGHT_TITLES = {
    Right.VIEW: _("Look"), Right.WORK: _("Move documents"), Right.HANDLE: _("Move goods"), Right.DECIDE: _("Decide"),
    Right.MONEY: _("Money and claims"), Right.IMPORT: _("Import"), Right.SETTINGS: _("Settings"),
    Right.PEOPLE: _("People"),
}  # fmt: skip
SENTENCES = {
    "signed_in": _("signed in from {address}"),
    "sign_in_failed": _("was named in a failed sign-in from {address}"),
    "code_failed": _("a wrong code after the right password, from {address}"),
    "locked_out": _("locked out for a while after failures from {address}"),
    "password_set": _("set a new password"),
    "password_reset": _("lost the password by a reset of {by}"),
    "second_factor_on": _("turned the second factor on"),
    "second_factor_off": _("turned the second factor off"),
    "recovery_made": _("made new codes on paper"),
    "member_added": _("let {who} in as: {role}"),
    "member_changed": _("made {who}: {role}"),
    "member_removed": _("removed {who}, who was: {role}"),
    "invited": _("made an invitation as: {role} ({note})"),
    "invitation_withdrawn": _("withdrew an invitation"),
    "token_made": _("made the token “{title}” for {days} days: {scopes}"),
    "token_revoked": _("revoked the token “{title}”"),
    "settings_changed": _("changed settings: {settings}"),
    "webhook_made": _("made a webhook to {url} for: {events}"),
    "webhook_changed": _("changed a webhook: to {url} for: {events}"),
    "webhook_on": _("turned the webhook {webhook} on"),
    "webhook_off": _("turned the webhook {webhook} off"),
    "webhook_removed": _("removed the webhook to {url}"),
    "webhook_secret_shown": _("looked at the secret of the webhook {webhook}"),
    "webhook_secret_renewed": _("renewed the secret of the webhook {webhook}"),
    "webhook_host_allowed": _("allowed webhooks to {host}"),
    "webhook_host_forbidden": _("forbade webhooks to {host}"),
}


def sentence(told: Told, t: Callable[[str], str]) -> str:
    """What a line of the audit trail says; ``t`` translates."""
    values = {name: _said(said, t) for name, said in told.details.items()}
    text = SENTENCES.get(told.kind)
    if text is None:
        return f"{told.kind} {', '.join(f'{name}: {said}' for name, said in values.items())}".strip()
    return t(text).format_map(_Blank(values))


def _said(said: object, t: Callable[[str], str]) -> str:
    if isinstance(said, list):
        return ", ".join(_said(one, t) for one in said)
    titles = {str(one): title for names in (ROLE_TITLES, RIGHT_TITLES) for one, title in names.items()}
    return t(titles[said]) if isinstance(said, str) and said in titles else str(said)


class _Blank(dict[str, str]):
    """Values of a sentence; what an older line did not tell is left blank."""

    def __missing__(self, name: str) -> str:
        return "–"
