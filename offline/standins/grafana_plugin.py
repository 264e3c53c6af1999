"""The grafana plugin's stand-in: which types it knows, and its provider's settings."""

from pulumiverse_grafana import ProviderArgs

from offline.standins.grafana_contact_point import ContactPoint
from offline.standins.grafana_dashboard import Dashboard
from offline.standins.grafana_data_source import DataSource
from offline.standins.grafana_folder import Folder, FolderPermission
from offline.standins.grafana_rule_group import RuleGroup
from offline.standins.grafana_server import SETTINGS, GrafanaServer
from offline.standins.resource import Plugin


def plugin() -> Plugin:
    """The plugin, not yet configured."""
    server = GrafanaServer()
    return Plugin(
        name="grafana",
        typed=ProviderArgs,
        settings=SETTINGS,
        configure=server.configure,
        resources={
            "grafana:alerting/contactPoint:ContactPoint": ContactPoint(server),
            "grafana:alerting/ruleGroup:RuleGroup": RuleGroup(server),
            "grafana:oss/dashboard:Dashboard": Dashboard(server),
            "grafana:oss/dataSource:DataSource": DataSource(server),
            "grafana:oss/folder:Folder": Folder(server),
            "grafana:oss/folderPermission:FolderPermission": FolderPermission(server),
        },
    )
