"""Chinese names in pinyin, as China's passports print them, in Cyrillic by Palladius, as registers here write them.

`Xiaoming` is `Сяомин`. In Latin letters again (Siaomin, Syaomin) that shares hardly a letter with pinyin, so names are
compared in Palladius' form. Source: the system of Palladius (Kafarov) as dictionaries and maps in Russian use it, which
no act prescribes; syllables of pinyin and its Ü (printed YU) as in ISO 7098 and on passports.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_INITIALS: Final = "b:б p:п m:м f:ф d:д t:т n:н l:л g:г k:к h:х j:цз q:ц x:с zh:чж ch:ч sh:ш r:ж z:цз c:ц s:с"
_FINALS: Final = """a:а o:о e:э ai:ай ei:эй ao:ао ou:оу an:ань en:энь ang:ан eng:эн ong:ун i:и ia:я ie:е iao:яо iu:ю
    ian:янь in:инь iang:ян ing:ин iong:юн u:у ua:уа uo:о uai:уай ui:уй uan:уань un:унь uang:уан ue:юэ"""
_WHOLE: Final = """a:а o:о e:э ai:ай ei:эй ao:ао ou:оу an:ань en:энь ang:ан eng:эн er:эр yi:и ya:я ye:е yao:яо you:ю
    yan:янь yin:инь yang:ян ying:ин yong:юн yu:юй yue:юэ yuan:юань yun:юнь wu:у wa:ва wo:во wai:вай wei:вэй wan:вань
    wen:вэнь wang:ван weng:вэн zhi:чжи chi:чи shi:ши ri:жи zi:цзы ci:цы si:сы hui:хуэй lyu:люй nyu:нюй lyue:люэ nyue:нюэ
    ju:цзюй qu:цюй xu:сюй juan:цзюань quan:цюань xuan:сюань jun:цзюнь qun:цюнь xun:сюнь jue:цзюэ que:цюэ xue:сюэ"""
"""Syllables without an initial, and those that are read otherwise than their parts."""


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


SYLLABLES: Final = {
    f"{initial}{final}": f"{one}{other}"
    for initial, one in _table(_INITIALS).items()
    for final, other in _table(_FINALS).items()
} | _table(_WHOLE)
_LONGEST: Final = max(map(len, SYLLABLES))
_NO_LETTERS: Final = re.compile("[^a-z]")


@lru_cache(2**12)
def in_cyrillic(pinyin: str) -> str | None:
    """A word in pinyin without tones, by Palladius; None for one that is not pinyin. `XIAOMING` -> `СЯОМИН`."""
    word = _NO_LETTERS.sub("", pinyin.lower())
    read: list[str | None] = [None] * len(word) + [""]  # what begins at each letter, from the last one on
    for start in reversed(range(len(word))):
        read[start] = next(_readings(word, start, read), None)
    return read[0].upper() if read[0] else None


def _readings(word: str, start: int, read: list[str | None]) -> Iterator[str]:
    """The longest syllable first; a vowel takes the consonant before it along (Ya-nan, not Yan-an)."""
    for end in range(min(start + _LONGEST, len(word)), start, -1):
        syllable, rest = SYLLABLES.get(word[start:end]), read[end]
        taken = word[end - 1] in "ngr" and word[end : end + 1] in tuple("aeiou")
        if syllable is not None and rest is not None and not taken:
            yield f"{syllable}{rest}"


def is_syllable(word: str) -> bool:
    """Whether the word is one syllable of pinyin, as nearly all Chinese surnames are."""
    return word.lower() in SYLLABLES
