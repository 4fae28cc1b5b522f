"""Invented names and numbers; the same ones every time, because each comes from a seed of its own."""

from __future__ import annotations

from random import Random

from metrology.credit_code import check_character

DEMO = "（演示）"
SEED = "liangzhun"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏水窦章云苏潘葛"
GIVEN = "明远书瑶志衡怀德清和若谷知行静宜文渊景行思齐惟精执中守正望舒允公立诚秉钧持平校准求真测量"
LATIN = {
    "云岫": "Yunxiu",
    "松涧": "Songjian",
    "石渠": "Shiqu",
    "望川": "Wangchuan",
    "青崖": "Qingya",
    "柏舟": "Baizhou",
    "岚溪": "Lanxi",
    "竹屿": "Zhuyu",
    "月湾": "Yuewan",
    "鹿泉": "Luquan",
    "雁坡": "Yanpo",
    "枫桥": "Fengqiao",
    "星野": "Xingye",
    "镜湖": "Jinghu",
    "听泉": "Tingquan",
    "栖霞岭": "Qixialing",
    "白鹭渡": "Bailudu",
    "杏林坞": "Xinglinwu",
    "金穗原": "Jinsuiyuan",
    "玉带湾": "Yudaiwan",
}
PLACES = tuple(LATIN)
MAKERS = tuple(
    f"{name}{DEMO}"
    for name in ("量天衡器制造厂", "准绳仪器有限公司", "权衡电子厂", "度衡仪表公司", "规矩精密仪器厂")
)
PREFIXES = ("LT", "ZS", "QH", "DH", "GJ")


def chance(*words: object) -> Random:
    """A source of chance that depends on nothing but the words."""
    return Random(":".join([SEED, *map(str, words)]))  # noqa: S311  invented data, no secret


def people(count: int) -> list[str]:
    """Names of invented people, none of them twice."""
    rng = chance("people")
    found: dict[str, None] = {}
    while len(found) < count:
        start = rng.randrange(0, len(GIVEN), 2)
        found[rng.choice(SURNAMES) + GIVEN[start : start + 2]] = None
    return list(found)


def credit_code(division: str, number: int) -> str:
    """A code whose check character is right and whose number nobody has: its body is all demonstration."""
    first = f"92{division}MADEM{number:04d}"
    return first + check_character(first)


def serial(maker: int, year: int, number: int) -> str:
    return f"{PREFIXES[maker % len(PREFIXES)]}{year % 100:02d}{number:06d}"
