"""What Grafana says when Prometheus' rules find something, and to whom.

Comes in: where the numbers are, the folder, the address that messages go to. Goes out: one rule group and, where an
address is set, one contact point. The rule itself names whom it tells: the tree of notification policies is one thing
for a whole Grafana, and whoever declares it writes over everybody else's.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumiverse_grafana as grafana

from dashboards.facts import PROMETHEUS
from dashboards.marks import mark_of, marked, titled

FIRING = (
    "sum without (alertname, alertstate) "
    '(label_replace(ALERTS{alertstate="firing"}, "alert", "$1", "alertname", "(.*)"))'
)
"""Grafana calls an alert after its rule and drops a label `alertname` that comes with a number: two alerts about one
student would be one, and none would say what was found. So that is in a label of its own."""


@dataclass(frozen=True, kw_only=True)
class AlertArgs:
    """``contact`` is a webhook's or an e-mail address, and a secret; ``stack`` is empty in a Grafana of our own."""

    folder: pulumi.Input[str]
    stack: str
    contact: pulumi.Output[str] | None = None
    by_email: bool = False


def alerts(name: str, args: AlertArgs, child: pulumi.ResourceOptions) -> None:
    """Declare whom Grafana tells, and what."""
    point = contact_point(f"{name}-contact", args, child) if args.contact is not None else None
    grafana.alerting.RuleGroup(
        f"{name}-alerts",
        name=titled("Workshop", args.stack),
        folder_uid=args.folder,
        interval_seconds=30,
        rules=[alert_rule(args.stack, point.name if point else None)],
        opts=child,
    )


def contact_point(name: str, args: AlertArgs, child: pulumi.ResourceOptions) -> grafana.alerting.ContactPoint:
    """Where messages go."""
    address, email = args.contact or "", args.by_email
    return grafana.alerting.ContactPoint(
        name,
        name=titled("Workshop", args.stack),
        emails=[grafana.alerting.ContactPointEmailArgs(addresses=[address])] if email else None,
        webhooks=None if email else [grafana.alerting.ContactPointWebhookArgs(url=address)],
        opts=child,
    )


def alert_rule(stack: str, contact: pulumi.Input[str] | None) -> grafana.alerting.RuleGroupRuleArgs:
    """One rule: whatever Prometheus' own rules find is an alert here too, with its labels."""
    source = marked(PROMETHEUS, mark_of(stack))
    model = {
        "datasource": {"type": "prometheus", "uid": source},
        "expr": FIRING,
        "instant": True,
        "range": False,
        "refId": "A",
    }
    settings = grafana.alerting.RuleGroupRuleNotificationSettingsArgs(contact_point=contact) if contact else None
    return grafana.alerting.RuleGroupRuleArgs(
        name=titled("Found by the workshop", stack),
        condition="A",
        for_="0s",
        no_data_state="OK",
        exec_err_state="Error",
        annotations={"summary": "{{ $labels.alert }} {{ $labels.student }}{{ $labels.service }}"},
        labels={"workshop": stack or "yes"},
        notification_settings=settings,
        datas=[
            grafana.alerting.RuleGroupRuleDataArgs(
                ref_id="A",
                datasource_uid=source,
                relative_time_range=grafana.alerting.RuleGroupRuleDataRelativeTimeRangeArgs(from_=60, to=0),
                model=json.dumps(model, sort_keys=True),
            )
        ],
    )
