"""Small deliveries, written as files and sent through the feeds engine."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from core.feeds import services
from core.feeds.base import Problem
from core.feeds.files import sources_from_paths
from core.feeds.services import Outcome
from core.models import User
from pupils.rules import upn_check_letter

TODAY = date(2026, 11, 23)
DATA = Path(__file__).resolve().parents[2] / "data"
HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
    "HOME_POST", "PL_POST", "URN",
)  # fmt: skip
REVIEWS = ("CHILD", "DOB", "REVIEW", "REVIEW_CODE")

Row = dict[str, str]
Send = Callable[..., Outcome]


def upn_for(number: int) -> str:
    """A right UPN of the invented authority."""
    rest = f"990{number:09d}"
    return upn_check_letter(rest) + rest


def header(child: str, **cells: str) -> Row:
    return {"CHILD": child, "SEX": "1", "DOB": "01/06/2008", "ETHNIC": "WBRI"} | cells


def episode(child: str, decom: str, dec: str = "", **cells: str) -> Row:
    ended = {"REC": "X1"} if dec else {}
    base = {"RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1"}
    return {"CHILD": child, "DECOM": decom, "DEC": dec} | base | ended | cells


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write("2009/header.csv", HEADER, rows) -> the file's path; cells by heading, absent ones blank."""

    def make(name: str, headings: Sequence[str], rows: Sequence[Row], encoding: str = "utf-8") -> Path:
        path = tmp_path / "sent" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding=encoding) as handle:
            writer = csv.writer(handle)
            writer.writerow(headings)
            writer.writerows([row.get(h, "") for h in headings] for row in rows)
        return path

    return make


@pytest.fixture
def send(db: None) -> Send:
    """send("ssda903", path, ...) checks and applies; `apply=False` only checks."""

    def run(kind: str, *paths: Path, apply: bool = True, today: date = TODAY, actor: User | None = None) -> Outcome:
        sources = sources_from_paths(paths)
        if apply:
            return services.apply_sources(kind=kind, sources=sources, actor=actor, today=today)
        return services.preview(kind=kind, sources=sources, today=today)

    return run


@pytest.fixture
def send_return(write: Callable[..., Path], send: Send) -> Send:
    """send_return(headers, episodes, reviews) sends a small return as CSV files."""

    def run(headers: Sequence[Row], episodes: Sequence[Row], reviews: Sequence[Row] = (), **options: object) -> Outcome:
        paths = [write("header.csv", HEADER, headers), write("episodes.csv", EPISODES, episodes)]
        if reviews:
            paths.append(write("reviews.csv", REVIEWS, reviews))
        return send("ssda903", *paths, **options)

    return run


def codes(outcome: Outcome) -> Counter[str]:
    return Counter(p.code for p in outcome.problems)


def with_code(outcome: Outcome, code: str) -> list[Problem]:
    return [p for p in outcome.problems if p.code == code]
