"""Every act of the history has its words."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from labs.models import StatusPeriod
from metrology import acts
from metrology.models import Event
from metrology.views import _act, _facts

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r'"([a-z_]+\.[a-z_]*(?:ed|left|set|to_use|of_service|taken_back))"')
RECORDED = re.compile(r'record(?:_\w+)?\(\s*"([a-z_]+\.[a-z_]+)"')


def recorded() -> set[str]:
    """The names of the acts as the verbs write them."""
    found: set[str] = {f"standard.{status}" for status in StatusPeriod.Status.values}
    for app in ("metrology", "labs", "instruments", "certificates"):
        for path in (ROOT / app / "actions").glob("*.py"):
            source = path.read_text(encoding="utf-8")
            found |= set(CODE.findall(source)) | set(RECORDED.findall(source))
    return found


def test_it_has_words_for_every_act() -> None:
    assert len(recorded()) > 70
    assert recorded() - set(acts.words) == set()


@pytest.mark.parametrize(("verb", "said"), [("order.filed", "填报委托单"), ("unheard.of", "unheard.of")])
def test_an_act_is_shown_in_words_and_an_unknown_one_by_its_name(verb: str, said: str) -> None:
    with override("zh-hans"):
        assert str(_act(Event(verb=verb)).text) == said


def test_facts_take_the_words_of_their_noun() -> None:
    event = Event(
        subject_type="instruments.job",
        facts='{"revision": 2, "state": "issued", "odd": true, "verdict": "pass"}',
    )
    with override("zh-hans"):
        assert _facts(event) == "记录修订号：2 · 状态：已签发 · odd：是 · 判定：合格"
