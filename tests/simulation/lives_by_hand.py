"""A few lives written by hand, one of each kind that the registers see: invented, and drawn for any number of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from deploy.simulation.life import Act, Ground, Kind, Life, Name, Paper, People, Stay
from deploy.simulation.numbers import iin_of

START, THROUGH = date(2024, 1, 1), date(2025, 12, 31)

NAMES: dict[People, tuple[Name, str, str]] = {
    "kazakh": (Name("kazakh", "Қасенұлы", "Өтеген", "Ғалымұлы"), "KASSENULY", "UTEGEN"),
    "uzbek": (Name("uzbek", "Тошматов", "Ўткир", "Комилович"), "TOSHMATOV", "O'TKIR"),
    "kyrgyz": (Name("kyrgyz", "Бакытов", "Нурлан", None), "BAKYTOV", "NURLAN"),
    "russian": (Name("russian", "Вымышленцев", "Пётр", "Ильич"), "VYMYSHLENTSEV", "PETR"),
    "chinese": (Name("chinese", "Xieming", "Lan"), "XIEMING", "LAN"),
    "mongolian": (Name("mongolian", "Ерболат", "Жаңабек", None), "YERBOLAT", "JANABEK"),
    "turkish": (Name("turkish", "Uydurmaoğlu", "Şükrü"), "UYDURMAOGLU", "SUKRU"),
}
STATES: dict[People, str] = {
    "kazakh": "KAZ", "uzbek": "UZB", "kyrgyz": "KGZ", "russian": "RUS", "chinese": "CHN", "mongolian": "MNG",
    "turkish": "TUR",
}  # fmt: skip


def hand_lives(households: int) -> Iterator[Life]:
    """Ten lives a household, in the order of their numbers."""
    for household in range(households):
        for place, make in enumerate(_MAKERS):
            yield make(10 * household + place, household, Random(f"hand/{household}/{place}"))


def _life(
    number: int, household: int, people: People, kind: Kind, stays: tuple[Stay, ...], acts: tuple[Act, ...] = (),
    then: tuple[date, str] | None = None,
) -> Life:  # fmt: skip
    """`then`: another citizenship from a day on, with a passport of that state and an IIN."""
    name, surname, given = NAMES[people]
    state, citizen = STATES[people], people == "kazakh"
    letters = "N" if citizen else "AB"
    papers = [
        Paper("P", f"{letters}{number:07d}", state, date(2016, 3, 2), date(2026, 3, 1), state, surname, given),
        Paper(
            "P", f"{letters}{5_000_000 + number:07d}", state, date(2024, 6, 1), date(2034, 6, 1), state, surname, given
        ),
    ]
    citizenships = [(date(1985, 2, 9), state)]
    since = date(1985, 2, 9) if citizen else None
    if then is not None:
        day, state = then
        citizenships.append(then)
        papers.append(
            Paper(
                "P",
                f"N{9_000_000 - number:07d}",
                state,
                day + timedelta(20),
                day + timedelta(3670),
                state,
                surname,
                given,
            )
        )
        since = day
    return Life(
        number, household, kind, "M", date(1985, 2, 9), None, ((date(1985, 2, 9), name),), tuple(citizenships),
        tuple(papers), iin_of(number) if since else None, since, "75" if citizen else None, "711", "secondary", stays,
        acts,
    )  # fmt: skip


def _stay(
    since: date, until: date | None, country: str, purpose: str, ground: Ground, region: str | None = None
) -> Stay:
    return Stay(since, until, country, region, purpose, ground)


def _away(home: str, day: date) -> Stay:
    return _stay(date(1985, 2, 9), day, home, "permanent", "abroad")


def _day(random: Random) -> date:
    return START + timedelta(random.randrange(330))


def _visitor(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    left = came + timedelta(12)
    stay = _stay(came, left, "KAZ", "tourism", "visa_free", "75")
    return _life(
        number,
        household,
        "turkish",
        "visitor",
        (_away("TUR", came), stay, _stay(left, None, "TUR", "permanent", "abroad")),
    )


def _labour_immigrant(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    left = came + timedelta(200)
    work = _stay(came, left, "KAZ", "work", "labour_immigrant", "61")
    acts = (
        Act(
            came + timedelta(9), "labour_immigrant_permit", {"region": "61", "valid_until": str(came + timedelta(100))}
        ),
        Act(
            came + timedelta(150),
            "violation",
            {"violation": "overstay", "since": str(came + timedelta(101)), "region": "61"},
        ),
    )
    stays = (_away("UZB", came), work, _stay(left, None, "UZB", "permanent", "abroad"))
    return _life(number, household, "uzbek", "labour_immigrant", stays, acts)


def _kandas(number: int, household: int, random: Random) -> Life:
    people: People = random.choice(("mongolian", "uzbek", "chinese"))
    came = _day(random)
    granted = came + timedelta(25)
    acts = (
        Act(granted - timedelta(6), "kandas_applied", {"region": "47"}),
        Act(granted, "kandas_granted", {"region": "47", "valid_until": str(granted + timedelta(364))}),
        Act(granted + timedelta(30), "residence_permit", {"residence": "permanent", "region": "47"}),
        Act(granted + timedelta(300), "citizenship_acquired", {"region": "47"}),
    )
    stays = (_away(STATES[people], came), _stay(came, None, "KAZ", "permanent", "kandas", "47"))
    return _life(number, household, people, "kandas", stays, acts, (granted + timedelta(300), "KAZ"))


def _eaeu_worker(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    details = {"region": "75", "activity": "G", "works_until": str(came + timedelta(170)), "qualified": "false"}
    stays = (_away("KGZ", came), _stay(came, None, "KAZ", "work", "eaeu", "75"))
    return _life(number, household, "kyrgyz", "eaeu_worker", stays, (Act(came + timedelta(3), "eaeu_work", details),))


def _permit_worker(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    kind = random.choice(("employer", "seasonal", "intra_corporate", "business_immigrant", "self_employed"))
    details = {"kind": kind, "region": "23", "activity": "B", "category": "3", "employer": "77"}
    stays = (_away("CHN", came), _stay(came, None, "KAZ", "work", "work_permit", "23"))
    return _life(
        number, household, "chinese", "permit_worker", stays, (Act(came + timedelta(2), "work_permit", details),)
    )


def _exempt_worker(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    ground = random.choice(("head_of_foreign_company", "investment_project"))
    stays = (_away("TUR", came), _stay(came, None, "KAZ", "work", "exempt", "71"))
    return _life(
        number,
        household,
        "turkish",
        "exempt_worker",
        stays,
        (Act(came + timedelta(5), "exempt_work", {"ground": ground}),),
    )


def _emigrant(number: int, household: int, random: Random) -> Life:
    left = _day(random)
    country = random.choice(("RUS", "DEU", "KOR"))
    home = _stay(date(1985, 2, 9), left, "KAZ", "permanent", "citizen", "55")
    acts = (Act(left + timedelta(400), "citizenship_lost", {"other_country": country}),)
    stays = (home, _stay(left, None, country, "permanent", "abroad"))
    return _life(number, household, "kazakh", "emigrant", stays, acts, (left + timedelta(400), country))


def _worker_in_korea(number: int, household: int, random: Random) -> Life:
    left = _day(random)
    back = left + timedelta(300)
    stays = (
        _stay(date(1985, 2, 9), left, "KAZ", "permanent", "citizen", "61"),
        _stay(left, back, "KOR", "work", "abroad"),
        _stay(back, back + timedelta(60), "KAZ", "permanent", "citizen", "61"),
        _stay(back + timedelta(60), None, "KAZ", "permanent", "citizen", "75"),
    )
    trouble = {"country": "KOR", "kind": "unpaid_wages", "closed_on": str(left + timedelta(140)), "outcome": "solved"}
    acts = (
        Act(left + timedelta(90), "trouble_abroad", trouble),
        Act(left + timedelta(5), "studies", {"country": "KOR", "level": "master", "funding": "bolashak"}),
    )
    return _life(number, household, "kazakh", "worker_in_korea", stays, acts)


def _refugee(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    acts = (
        Act(came + timedelta(10), "asylum", {"region": "75"}),
        Act(came + timedelta(120), "refugee", {"region": "75"}),
        Act(came + timedelta(200), "studies", {"country": "KAZ", "region": "75", "funding": "other"}),
    )
    stays = (_away("UZB", came), _stay(came, None, "KAZ", "other", "protection", "75"))
    return _life(number, household, "uzbek", "refugee", stays, acts)


def _irregular(number: int, household: int, random: Random) -> Life:
    came = _day(random)
    left = came + timedelta(400)
    acts = (Act(left - timedelta(3), "expulsion", {"to_country": "RUS", "barred_until": str(left + timedelta(1800))}),)
    stays = (
        _away("RUS", came),
        _stay(came, left, "KAZ", "private", "none", "59"),
        _stay(left, None, "RUS", "permanent", "abroad"),
    )
    return _life(number, household, "russian", "irregular_worker", stays, acts)


_MAKERS = (
    _visitor, _labour_immigrant, _kandas, _eaeu_worker, _permit_worker, _exempt_worker, _emigrant, _worker_in_korea,
    _refugee, _irregular,
)  # fmt: skip
