"""The front-end base: vendored files as locked, pages fit for a policy without inline script."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template

from metrology.templatetags import liangzhun

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").as_posix() for path in ROOT.glob("templates/**/*.html")
)
PARTS = sorted(path.name for path in ROOT.glob("templates/metrology/_*.html"))


def draw(source, **context):
    return Template("{% load liangzhun %}" + source).render(Context(context))


def test_the_vendored_files_are_those_of_the_lock():
    check = subprocess.run(
        [sys.executable, ROOT / ".ci" / "vendor.py", "--check"], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stderr


def test_no_vendored_file_refers_to_a_source_map_or_another_host():
    for path in (ROOT / "metrology" / "static" / "vendor").rglob("*.*s*"):
        text = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text, path
        assert not re.search(r"(url\(|@import )[\"']?(https?:)?//", text), path


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_has_no_inline_script_or_style(name):
    get_template(name)
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    if not name.startswith(("pdf/", "email/")):
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|hx-on|//cdn", source
        )


def test_every_icon_named_in_a_template_is_vendored():
    for path in ROOT.glob("templates/**/*.html"):
        for name in re.findall(r"{% icon \"([^\"]+)\"", path.read_text(encoding="utf-8")):
            assert liangzhun.shapes(name)


def test_an_icon_is_decoration_unless_it_is_given_a_label():
    assert 'aria-hidden="true"' in draw('{% icon "bell" %}')
    spoken = draw('{% icon "bell" label=text %}', text='"<b>')
    assert 'role="img"' in spoken and "<b>" not in spoken and "aria-hidden" not in spoken


@pytest.mark.parametrize("name", ["no-such-icon", "../../liangzhun/logo", ""])
def test_an_unknown_icon_says_where_to_add_it(name):
    with pytest.raises(LookupError, match=r"vendor\.py"):
        liangzhun.icon(name)


def test_a_state_is_a_word_on_its_colour():
    assert draw("{% badge 'revoked' word %}", word="Revoked <1>") == (
        '<span class="badge state state-bad">Revoked &lt;1&gt;</span>'
    )
    assert "state-plain" in draw("{% badge 'never heard of' %}")
    assert "in progress" in draw("{% badge 'in_progress' %}")


def test_no_state_has_two_colours():
    states = [state for states in liangzhun.TONES.values() for state in states]
    assert len(states) == len(set(states))


def test_a_field_ties_label_help_and_error_to_its_control():
    class Form(forms.Form):
        name = forms.CharField(label="Name", help_text="As on the plate")
        kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
        waived = forms.BooleanField()

    html = draw("{% for bound in form %}{% field bound %}{% endfor %}", form=Form({"name": ""}))

    assert '<label class="form-label required" for="id_name">' in html
    described = re.search(r'<input[^>]*name="name"[^>]*aria-describedby="([^"]+)"', html)
    assert described and all(f'id="{name}"' in html for name in described.group(1).split())
    assert 'aria-invalid="true"' in html and "is-invalid" in html
    assert "<fieldset" in html and "form-check-input" in html


@pytest.mark.parametrize(
    ("name", "short"), [("王小明", "小明"), ("Ada Lovelace", "AL"), ("city", "C"), ("", "")]
)
def test_initials_follow_the_script_of_the_name(name, short):
    assert liangzhun.initials(name) == short


def test_a_table_without_rows_says_so_and_offers_the_next_step():
    html = get_template("metrology/_table.html").render(
        {"columns": [], "rows": [], "empty_title": "No jobs", "empty_url": "/new/", "empty_label": "Add"}
    )
    assert "No jobs" in html and 'href="/new/"' in html and "<table" not in html


def test_a_table_shows_text_as_text():
    row = {
        "url": "/j/1/",
        "cells": [{"text": "<b>1</b>"}, {"text": "Valid", "state": "valid"}, {"text": "0", "numeric": True}],
    }
    html = get_template("metrology/_table.html").render(
        {"columns": [{"label": "N"}], "rows": [row], "next_url": "?after=1"}
    )
    assert '<a href="/j/1/">&lt;b&gt;1&lt;/b&gt;</a>' in html
    assert "state-good" in html and 'class="numeric' in html and 'href="?after=1"' in html


@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html", "403_csrf.html"])
def test_an_error_page_needs_nothing_from_its_context(name):
    html = get_template(name).render({})
    assert "<h1>" in html and name[:3] in html


def test_the_base_page_stands_without_navigation_and_actor(rf):
    html = get_template("base.html").render({"title": "Start"}, rf.get("/"))
    assert "<h1" in html and 'id="menu"' not in html and '"allowEval":false' in html


def test_the_menu_marks_where_the_reader_is(rf):
    entries = [
        {"label": "Jobs", "url": "/jobs/", "icon": "clipboard-list", "active": True, "counted": "jobs"},
        {"label": "Due", "url": "/due/", "icon": "", "active": False, "counted": ""},
    ]
    html = get_template("base.html").render({"navigation": entries}, rf.get("/"))
    assert html.count('aria-current="page"') == 1
    assert 'href="/jobs/" aria-current="page"' in html
    assert html.count("nav-count") == 1 and 'id="count-jobs"' in html
