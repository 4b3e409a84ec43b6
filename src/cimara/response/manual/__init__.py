"""The response manual: every rule with its source and status, and the worked examples that show it."""

from cimara.response.manual.pages import manual_pages, rule_pages
from cimara.response.manual.rules import all_rules, rules_named

__all__ = ["all_rules", "manual_pages", "rule_pages", "rules_named"]
