"""Grafana dashboards as code, one file per question. Nothing here knows Pulumi, the program or the web app."""
