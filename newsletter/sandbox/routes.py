"""This module lists every path the sandbox answers: SendGrid's, its own controls, its pages."""

from collections.abc import Callable

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from newsletter.sandbox import (
    account,
    admin,
    batches,
    groups,
    inbox,
    judging,
    leaving,
    letters,
    logs,
    sending,
    stats,
    suppressions,
    webhook,
    world,
)

SUPPRESSIONS = f"any({', '.join(suppressions.LISTS)})"

View = Callable[..., Response]

API: tuple[tuple[str, str, View], ...] = (
    ("POST", "/v3/mail/send", sending.send_mail),
    ("POST", "/v3/mail/batch", batches.create_batch),
    ("GET", "/v3/mail/batch/<batch>", batches.show_batch),
    ("POST", "/v3/user/scheduled_sends", batches.stop_batch),
    ("GET", "/v3/user/scheduled_sends", batches.list_stops),
    ("GET", "/v3/user/scheduled_sends/<batch>", batches.show_stop),
    ("PATCH", "/v3/user/scheduled_sends/<batch>", batches.change_stop),
    ("DELETE", "/v3/user/scheduled_sends/<batch>", batches.end_stop),
    ("POST", "/v3/asm/suppressions/global", suppressions.add_global),
    ("GET", "/v3/asm/suppressions/global/<email>", suppressions.show_global),
    ("DELETE", "/v3/asm/suppressions/global/<email>", suppressions.delete_global),
    ("GET", f"/v3/suppression/<{SUPPRESSIONS}:name>", suppressions.list_suppressions),
    ("DELETE", f"/v3/suppression/<{SUPPRESSIONS}:name>", suppressions.delete_suppressions),
    ("GET", f"/v3/suppression/<{SUPPRESSIONS}:name>/<email>", suppressions.show_suppression),
    ("DELETE", f"/v3/suppression/<{SUPPRESSIONS}:name>/<email>", suppressions.delete_suppression),
    ("GET", "/v3/asm/groups", groups.list_groups),
    ("POST", "/v3/asm/groups", groups.create_group),
    ("GET", "/v3/asm/groups/<int:group>", groups.show_group),
    ("DELETE", "/v3/asm/groups/<int:group>", groups.delete_group),
    ("GET", "/v3/asm/suppressions", groups.list_all_group_suppressions),
    ("GET", "/v3/asm/groups/<int:group>/suppressions", groups.list_group_suppressions),
    ("POST", "/v3/asm/groups/<int:group>/suppressions", groups.add_group_suppressions),
    ("POST", "/v3/asm/groups/<int:group>/suppressions/search", groups.search_group_suppressions),
    (
        "DELETE",
        "/v3/asm/groups/<int:group>/suppressions/<email>",
        groups.delete_group_suppression,
    ),
    ("GET", "/v3/scopes", account.show_scopes),
    ("GET", "/v3/user/credits", account.show_credits),
    ("GET", "/v3/user/account", account.show_account),
    ("GET", "/v3/verified_senders", account.list_verified_senders),
    ("GET", "/v3/verified_senders/steps_completed", account.show_verification_steps),
    ("GET", "/v3/whitelabel/domains", account.list_domains),
    ("GET", "/v3/whitelabel/links", account.list_links),
    ("GET", "/v3/user/webhooks/event/settings/all", webhook.list_webhooks),
    ("POST", "/v3/user/webhooks/event/settings", webhook.create_webhook),
    ("GET", "/v3/user/webhooks/event/settings/<number>", webhook.show_webhook),
    ("PATCH", "/v3/user/webhooks/event/settings/<number>", webhook.change_webhook),
    ("DELETE", "/v3/user/webhooks/event/settings/<number>", webhook.delete_webhook),
    ("PATCH", "/v3/user/webhooks/event/settings/signed/<number>", webhook.sign_webhook),
    ("POST", "/v3/logs", logs.search_logs),
    ("GET", "/v3/logs/<message>", logs.show_log),
    ("GET", "/v3/stats", stats.show_stats),
    ("GET", "/v3/categories/stats", stats.show_category_stats),
    ("GET", "/v3/categories/stats/sums", stats.sum_category_stats),
)
CONTROLS: tuple[tuple[str, str, View], ...] = (
    ("GET", "/sandbox/alive", admin.show_alive),
    ("GET", "/sandbox/clock", admin.show_clock),
    ("POST", "/sandbox/clock", admin.skip_time),
    ("POST", "/sandbox/stop", admin.stop_sandbox),
    ("POST", "/sandbox/reset", admin.reset_account),
    ("POST", "/sandbox/subusers", admin.open_subuser),
    ("DELETE", "/sandbox/subusers/<key>", admin.close_subuser),
    ("POST", "/sandbox/plant", admin.plant),
    ("POST", "/sandbox/groups", groups.keep_group),
    ("POST", "/sandbox/behaviour", admin.change_behaviour),
    ("GET", "/sandbox/faults", admin.list_faults),
    ("POST", "/sandbox/faults", admin.plan_fault),
    ("DELETE", "/sandbox/faults", admin.clear_faults),
    ("POST", "/sandbox/trouble", admin.change_trouble),
    ("GET", "/sandbox/messages.json", admin.list_messages),
    ("POST", "/sandbox/happen", world.let_happen),
    ("POST", "/sandbox/fates", world.plan_fates),
    ("POST", "/sandbox/events", world.post_events),
    ("GET", "/sandbox/verdict", judging.show_verdict),
    ("POST", "/sandbox/settle", judging.settle),
    ("GET", "/sandbox/released", judging.list_released),
)
READER = "/unsubscribe/<kind>/<int:number>/<sign>"
PAGES: tuple[tuple[str, str, View], ...] = (
    ("GET", "/", inbox.show_inbox),
    ("GET", "/lists", inbox.show_lists),
    ("POST", "/clock", inbox.move_clock),
    ("GET", "/style.css", inbox.show_style),
    ("GET", "/mail/<int:number>", letters.show_mail),
    ("GET", "/mail/<int:number>/html", letters.show_html),
    ("GET", "/mail/<int:number>/picture/<path:cid>", letters.show_picture),
    ("GET", "/mail/<int:number>/source.eml", letters.show_source),
    ("GET", READER, leaving.show_leaving),
    ("POST", READER, leaving.leave),
)
PATHS = Map(
    [
        Rule(path, methods=[method], endpoint=view)
        for table in (API, CONTROLS, PAGES)
        for method, path, view in table
    ]
)
