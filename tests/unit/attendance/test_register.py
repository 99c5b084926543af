"""Places, texts of marks and word maps: what needs no database."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.feeds.codes import CodeReader, Reading, parse_word_map
from attendance.register import places
from attendance.register.incoming import Note
from core.feeds.base import FeedRefused
from core.rules import academic_year_of
from tests.benchmarks.lines import Line

DAYS = st.dates(dt.date(1995, 9, 1), dt.date(2035, 8, 31))


class TestPlaces:
    @given(DAYS, st.sampled_from(places.SESSIONS))
    def test_a_place_and_its_day_are_one(self, on: dt.date, session: str) -> None:
        place = places.place_of(on, session)
        year = academic_year_of(on)
        assert 0 <= place < places.places_in_year(year) <= places.WIDTH
        assert (places.date_of(year, place), places.session_of(place)) == (on, session)

    @pytest.mark.parametrize(("year", "width"), [(2007, 732), (2008, 730), (2023, 732), (2026, 730)])
    def test_a_leap_day_makes_two_more_places(self, year: int, width: int) -> None:
        assert places.places_in_year(year) == width

    @given(st.lists(st.text("/\\ -#INc?", min_size=730, max_size=730), min_size=1, max_size=3))
    def test_texts_and_grids_are_the_same(self, texts: list[str]) -> None:
        grid = places.grid_from_texts(texts)
        assert grid.shape == (len(texts), places.WIDTH)
        assert [places.text_from_row(row, 2026) for row in grid] == texts

    @given(st.lists(st.integers(-50, 5_000), max_size=40))
    def test_distinct_is_what_numpy_finds(self, values: list[int]) -> None:
        array = np.array(values, np.int64)
        assert places.distinct(array).tolist() == np.unique(array).tolist()


class TestCodes:
    @pytest.mark.parametrize(
        ("text", "symbol", "reading"),
        [
            ("", " ", Reading.BLANK), ("  ", " ", Reading.BLANK), ("i", "I", Reading.CODE),
            (" c 1 ", "c", Reading.CODE),
            ("Y7", "7", Reading.CODE), ("I02", "h", Reading.CODE), ("Q9", "?", Reading.UNKNOWN),
            ("?", "?", Reading.UNKNOWN), ("late", " ", Reading.WORD), ("Sent home", " ", Reading.WORD),
        ],
    )  # fmt: skip
    def test_how_a_text_is_read(self, text: str, symbol: str, reading: Reading) -> None:
        found = CodeReader().read(text)
        assert (chr(found[0]), found[2]) == (symbol, reading)

    def test_unknown_codes_are_numbered_once(self) -> None:
        reader = CodeReader()
        assert [reader.read(t)[1] for t in ("Q9", "ZZ", "q 9")] == [0, 1, 0]
        assert list(reader.texts) == ["Q9", "ZZ"]

    def test_the_word_map_goes_first(self) -> None:
        reader = CodeReader(parse_word_map("present = /, School closed=#,P=/,"))
        assert [chr(reader.read(t)[0]) for t in ("PRESENT", "school  closed", "p")] == ["/", "#", "/"]
        assert parse_word_map("") == {}

    @pytest.mark.parametrize("text", ["present", "=", "present=", "present=QQ", "present=/,x"])
    def test_a_bad_map_says_where(self, text: str) -> None:
        with pytest.raises(FeedRefused, match="cannot be read"):
            parse_word_map(text)


class TestNote:
    def test_a_blank_keeps_the_earlier_words(self) -> None:
        earlier = Note(reason="No reply", minutes_late=10)
        assert Note(comment="rang again").over(earlier) == Note("", "No reply", "rang again", 10)
        assert Note(reason="Dentist", minutes_late=0).over(earlier) == Note("", "Dentist", "", 0)

    def test_in_words(self) -> None:
        assert Note("Q9", "bus", "told", 5).in_words() == "Q9; bus; 5 minutes late; told"


def test_a_bench_line_misses_above_its_limit() -> None:
    assert Line("a", 3, "x", 3).ok
    assert not Line("a", 3.01, "x", 3).ok
    assert not Line("queries", 2, "queries", 3, exact=True).ok
    assert Line("a", 1.23456, "s", 2).as_dict() == {"name": "a", "value": 1.235, "unit": "s", "limit": 2, "ok": True}
