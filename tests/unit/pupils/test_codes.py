"""SSDA903 codes in words."""

from pupils import rules


def test_words_for_known_unknown_and_missing_codes() -> None:
    assert rules.describe_legal_status("C2") == "Full care order"
    assert rules.describe_placement("Z11") == "Z11 (not in the list)"
    assert rules.describe_provider(None) == rules.describe_provider("") == "Not recorded"
    assert rules.describe_ceased_reason("E4A") == "Returned home, planned"
    assert rules.describe_new_episode("S") == "Started to be looked after"
    assert rules.describe_need("N1") == "Abuse or neglect"
    assert rules.describe_place_change("CARPL") == "Change in the care plan"
    assert rules.describe_ethnicity("WBRI") == "White British"


def test_every_code_has_its_group() -> None:
    assert set(rules.LEGAL_STATUS_GROUPS) == set(rules.LEGAL_STATUSES)
    assert set(rules.PLACEMENT_GROUPS) | {"Z1"} == set(rules.PLACEMENTS)
    assert rules.placement_group("F1") is rules.PlacementGroup.OTHER
    assert rules.legal_status_group(None) is rules.LegalStatusGroup.OTHER


def test_lists_are_complete() -> None:
    assert len(rules.ETHNICITIES) == 20
    assert len(rules.PLACEMENTS) == 28
    assert {code[0] for code in rules.ETHNICITIES if code not in {"REFU", "NOBT"}} == set(rules.ETHNIC_GROUPS)
