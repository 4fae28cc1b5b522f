"""The columns of the national form (e-CQS) and a few of our own: what they are called and what they hold.

The Chinese headings are those of the form, letter by letter; the other names are what people's own tables
call the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from instruments.models import Instrument
from metrology.importing import plain_heading


@dataclass(frozen=True)
class Field:
    """One column: the heading of the form, its label here, and how its cells are checked."""

    key: str
    heading: str
    label: Any
    names: tuple[str, ...] = ()
    most: int = 80
    required: bool = False
    coded: bool = False
    exact: bool = False

    @property
    def titles(self) -> Iterable[str]:
        """Every heading under which the column is known, in each language of the pages."""
        yield self.heading
        yield from self.names
        yield self.key
        for language in ("zh-hans", "en"):
            with override(language):
                yield str(self.label)


def _width(name: str) -> int:
    return int(Instrument._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]  # a text column


FIELDS: tuple[Field, ...] = (
    Field(
        "name",
        "器具名称",
        pgettext_lazy("e-CQS", "Instrument name"),
        ("名称", "仪器名称", "计量器具名称", "设备名称", "Name"),
        _width("name"),
        required=True,
    ),
    Field(
        "category",
        "项别",
        pgettext_lazy("e-CQS", "Catalogue item"),
        ("类别", "器具类别", "分类", "Category"),
        200,
        required=True,
    ),
    Field("kind", "种别", pgettext_lazy("e-CQS", "Catalogue kind"), ("Kind",), _width("kind")),
    Field(
        "model",
        "型号规格",
        pgettext_lazy("e-CQS", "Model and size"),
        ("型号", "规格型号", "型号/规格", "规格", "Model"),
        _width("model"),
    ),
    Field(
        "measuring_range",
        "测量范围",
        pgettext_lazy("e-CQS", "Measuring range"),
        ("量程",),
        _width("measuring_range"),
        exact=True,
    ),
    Field(
        "accuracy_class",
        "准确度等级",
        pgettext_lazy("e-CQS", "Accuracy class"),
        ("精度等级", "准确度", "精度", "等级"),
        _width("accuracy_class"),
        exact=True,
    ),
    Field(
        "serial",
        "出厂编号",
        pgettext_lazy("e-CQS", "Serial no."),
        ("编号", "器具编号", "出厂号", "序列号", "Serial"),
        _width("serial"),
        required=True,
        coded=True,
        exact=True,
    ),
    Field(
        "maker",
        "生产厂家",
        pgettext_lazy("e-CQS", "Manufacturer"),
        ("制造厂", "制造厂家", "生产厂商", "厂家", "制造单位", "Maker"),
        _width("maker"),
    ),
    Field("origin", "产地", pgettext_lazy("e-CQS", "Origin"), (), _width("origin")),
    Field(
        "location",
        "安装/使用地点",
        pgettext_lazy("e-CQS", "Place of installation or use"),
        ("使用地点", "安装地点", "安装使用地点", "地点", "Place of use"),
        _width("location"),
    ),
    Field("quantity", "数量", pgettext_lazy("e-CQS", "Quantity"), ("台数", "件数"), 20, coded=True),
    Field("purpose", "用途", pgettext_lazy("e-CQS", "Purpose"), ("使用用途",), 40),
    Field("delivery", "送检方式", pgettext_lazy("e-CQS", "Way of delivery"), ("检定方式",), 40),
    Field(
        "asset_no",
        "资产编号",
        _("Asset no."),
        ("管理编号", "内部编号"),
        _width("asset_no"),
        coded=True,
        exact=True,
    ),
    Field("region", "行政区划", _("Region"), ("区划",), 120),
    Field(
        "own_interval_months",
        "自定周期（月）",
        _("Owner's own interval (months)"),
        ("周期", "自定周期"),
        10,
        coded=True,
    ),
    Field("label_no", "标签号", _("Label no."), ("标签编号",), 18, coded=True, exact=True),
)
BY_KEY = {field.key: field for field in FIELDS}
FORM_FIELDS = FIELDS[:13]
REQUIRED = tuple(field.key for field in FIELDS if field.required)
CHOSEN = ("category", "purpose", "delivery", "region")
"""The columns whose cells name one thing out of a list."""
DERIVED = (_("Owner"), _("State"), _("Due on"))
IDENTITY = ("name", "model", "serial")


def names() -> dict[str, list[str]]:
    """Every heading by the column it stands for."""
    return {field.key: list(field.titles) for field in FIELDS}


def known_headings() -> list[str]:
    return [title for field in FIELDS for title in field.titles]


def derived_headings() -> set[str]:
    """Columns of an exported ledger that it works out itself: shown there, never read back."""
    found = set()
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {plain_heading(str(label)) for label in DERIVED}
    return found
