"""What the public version hides, checked by trying every table a reader could think of."""

import itertools
import random

import pytest

from reports.rules import Numbers, Why, hide_small


def readings(numbers: Numbers, hidden: dict, name: str) -> set[int]:
    """Values that `name` can have in whole numbers which agree with all that is printed; stops at the second."""
    totals = {one.total: one.parts for one in numbers.sums}
    unknown = set(hidden) | numbers.unprinted
    free = sorted(one for one in unknown if one not in totals)
    found = {numbers.values[name]}

    def near(one: str) -> list[int]:
        low = 1 if one in numbers.counts else 0
        true = numbers.values[one]
        return sorted(range(low, true + 4), key=lambda value: abs(value - true))

    for guess in itertools.product(*map(near, free)):
        values = {**numbers.values, **dict(zip(free, guess, strict=True))}
        for total in sorted(totals, key=lambda t: len(totals[t])):
            if total in unknown:
                values[total] = sum(values[part] for part in totals[total])
        if any(values[one.total] != sum(values[p] for p in one.parts) for one in numbers.sums):
            continue
        if any(values[p.part] > values[p.whole] for p in (*numbers.shares, *numbers.rates)):
            continue
        if any(values[one] < 1 for one in unknown & numbers.counts):
            continue
        found.add(values[name])
        if len(found) > 1:
            break
    return found


def breakdown(numbers: Numbers, total: str, name: str, parts: list[int]) -> list[str]:
    keys = [numbers.count(f"{name}.{i}", value) for i, value in enumerate(parts)]
    if total not in numbers.values:
        numbers.count(total, sum(parts))
    numbers.sum(total, keys)
    return keys


def test_a_small_count_never_stands_alone_under_its_total():
    numbers = Numbers()
    breakdown(numbers, "roll", "sex", [40, 30, 2])
    assert hide_small(numbers) == {"sex.2": Why.SMALL, "sex.1": Why.PROTECTS}


def test_nothing_small_hides_nothing_and_a_zero_is_shown():
    numbers = Numbers()
    breakdown(numbers, "roll", "sex", [40, 30, 0])
    assert hide_small(numbers) == {}


def test_what_one_breakdown_hides_another_must_not_give_away():
    """Hidden: Year 3 and nursery. Their sum is known; "of school age" would tell Year 3 from nursery."""
    numbers = Numbers()
    years = breakdown(numbers, "roll", "year", [4, 50, 60, 3])
    numbers.count("school age", 4 + 50 + 60)
    numbers.sum("school age", years[:3])
    hidden = hide_small(numbers)
    assert {"year.0", "year.3"} <= set(hidden)
    assert len(hidden) > 2
    for name in hidden:
        assert len(readings(numbers, hidden, name)) > 1


def test_two_hidden_ones_whose_sum_is_two_give_themselves_away():
    numbers = Numbers()
    breakdown(numbers, "roll", "sex", [1, 1, 9, 12])
    hidden = hide_small(numbers)
    assert hidden["sex.2"] is Why.PROTECTS


def test_hidden_ones_never_leave_a_small_rest_of_a_printed_total():
    """40 - 30 - 6 leaves 4 for two statuses: each has several readings, yet four children are told of."""
    numbers = Numbers()
    breakdown(numbers, "roll", "legal", [30, 6, 3, 1])
    assert hide_small(numbers) == {"legal.2": Why.SMALL, "legal.3": Why.SMALL, "legal.1": Why.PROTECTS}
    many = Numbers()
    breakdown(many, "roll", "legal", [30, 6, 3, 3])
    assert hide_small(many) == {"legal.2": Why.SMALL, "legal.3": Why.SMALL}


def test_a_share_hides_its_complement_and_a_small_group_its_rate():
    numbers = Numbers()
    for year, (n, d) in {"6": (23, 24), "7": (12, 40), "8": (30, 60)}.items():
        numbers.add(f"n{year}", n)
        numbers.count(f"d{year}", d)
        numbers.share(f"n{year}", f"d{year}")
    numbers.add("n", 65)
    numbers.count("d", 124)
    numbers.share("n", "d")
    numbers.sum("n", ["n6", "n7", "n8"])
    numbers.sum("d", ["d6", "d7", "d8"])
    hidden = hide_small(numbers)
    assert hidden == {"n6": Why.SHARE, "n7": Why.PROTECTS}
    numbers.add("attended", 900)
    numbers.add("possible", 1000)
    numbers.count("group", 8)
    numbers.rate("attended", "possible", "group")
    assert hide_small(numbers)["attended"] is Why.GROUP


def test_true_zero_of_a_share_is_hidden_read_literally():
    numbers = Numbers()
    numbers.add("n", 0)
    numbers.count("d", 40)
    numbers.share("n", "d")
    assert hide_small(numbers) == {"n": Why.SHARE}


def test_joiners_and_leavers_tie_two_days_together():
    """now = stayed + joined, then = stayed + left: with both days and the leavers shown, joiners follow."""
    numbers = Numbers()
    numbers.count("now", 100)
    numbers.count("then", 107)
    numbers.count("stayed", 97, printed=False)
    numbers.count("joined", 3)
    numbers.count("left", 10)
    numbers.sum("now", ["stayed", "joined"])
    numbers.sum("then", ["stayed", "left"])
    hidden = hide_small(numbers)
    assert hidden["joined"] is Why.SMALL
    assert len(hidden) == 2
    for name in hidden:
        assert len(readings(numbers, hidden, name)) > 1


def test_a_wrong_sum_and_two_values_of_one_name_are_refused():
    numbers = Numbers()
    numbers.count("a", 1)
    numbers.count("t", 2)
    with pytest.raises(ValueError, match="not the sum"):
        numbers.sum("t", ["a"])
    with pytest.raises(ValueError, match="cannot be 3 too"):
        numbers.count("a", 3)


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_number_has_only_one_reading(seed):
    """Two breakdowns of one total and a part-sum over the first, tried out completely."""
    chance = random.Random(seed)
    small = [0, 1, 1, 2, 3, 5, 6, 7]
    first = [chance.choice(small) for _ in range(3)]
    numbers = Numbers()
    years = breakdown(numbers, "total", "year", first)
    numbers.count("young", sum(first[:2]))
    numbers.sum("young", years[:2])
    left = sum(first)
    cut = chance.randint(0, left)
    breakdown(numbers, "total", "sex", [cut, left - cut])
    hidden = hide_small(numbers)
    for name in hidden:
        assert len(readings(numbers, hidden, name)) > 1, (numbers.values, hidden, name)
    for one in numbers.sums:
        if one.total not in hidden:
            assert not 1 <= sum(numbers.values[part] for part in one.parts if part in hidden) <= 5


@pytest.mark.parametrize("seed", range(30))
def test_no_hidden_share_has_only_one_reading(seed):
    chance = random.Random(1000 + seed)
    numbers = Numbers()
    pairs = []
    for i in range(2):
        d = chance.choice([0, 3, 6, 11, 12, 14])
        n = chance.randint(0, d)
        numbers.add(f"n{i}", n)
        numbers.count(f"d{i}", d)
        numbers.share(f"n{i}", f"d{i}")
        pairs.append((n, d))
    numbers.add("n", sum(n for n, _ in pairs))
    numbers.count("d", sum(d for _, d in pairs))
    numbers.share("n", "d")
    numbers.sum("n", ["n0", "n1"])
    numbers.sum("d", ["d0", "d1"])
    hidden = hide_small(numbers)
    for name in hidden:
        assert len(readings(numbers, hidden, name)) > 1, (numbers.values, hidden, name)
    for one in numbers.sums:
        if one.total not in hidden:
            assert not 1 <= sum(numbers.values[part] for part in one.parts if part in hidden) <= 5
