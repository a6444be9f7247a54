"""docs/metrics.md says what is declared, and its examples name what there is."""

import re

from alarm110.metric_table import DOCUMENT, figures, with_table


def test_the_table_is_what_the_declarations_say():
    text = DOCUMENT.read_text(encoding="utf-8")

    assert text == with_table(text), "run: ./run manage write_metrics"
    assert len(figures()) > 40


def test_what_its_examples_and_advice_name_is_declared():
    names = {figure.name for figure in figures()}
    kinds = {figure.name: figure.kind for figure in figures()}
    text = DOCUMENT.read_text(encoding="utf-8")
    named = set(re.findall(r"\balarm110_[a-z0-9_]+\b", text))

    assert len(named) >= len(names)
    for name in named - names:
        stem = re.sub(r"_(bucket|sum|count)$", "", name)
        assert kinds.get(stem) == "histogram", f"{name} is no figure"


def test_each_figure_s_labels_are_few_and_none_is_an_id():
    labels = {label for figure in figures() for label in figure.labels}

    assert labels == {
        *("activity", "agency", "app", "availability", "by", "code", "door", "kind"),
        *("level", "loop", "outcome", "process", "state", "status", "storage", "type"),
        *("what", "where", "why"),
    }
