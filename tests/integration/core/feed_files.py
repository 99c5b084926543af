"""A small invented county as files of each kind, in the order in which they are loaded; each has a row in trouble."""

from pathlib import Path

from core.feeds.base import SourceFile
from virtualschool.demo.identifiers import make_upn

UPNS = {child: make_upn(990, 4001, 15, serial) for serial, child in enumerate(("W1", "W2", "W3"), start=1)}

GIAS = """URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name)
990001,990,4001,Alder Brook School,Community school,Open
990002,990,4002,Bramley Hill School,Community school,Open
99,990,4003,A School with a Wrong Number,Community school,Open
"""
HEADER = f"""CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB
W1,1,01/02/2010,WBRI,{UPNS["W1"]},,
W2,2,03/04/2011,WBRI,{UPNS["W2"]},,
W3,1,05/06/2012,WBRI,{UPNS["W3"]},,
"""
EPISODES = """CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN
W1,01/09/2024,S,C2,N1,U1,PR1,,,,WM1 1AA,WM1 1AB,SC990001
W2,15/10/2024,S,C2,N1,U1,PR1,31/03/2025,X1,,WM1 1AA,WM1 1AB,SC990001
W2,31/03/2025,P,C2,N1,U1,PR1,,,CARPL,WM1 1AA,WM1 1AC,SC990002
W3,not a day,S,C2,N1,U1,PR1,,,,WM1 1AA,WM1 1AB,SC990001
W3,01/11/2024,S,C2,N1,U1,PR1,,,,WM1 1AA,WM1 1AB,SC990001
"""
ROLL = f"""child_id,upn,surname,forename,dob,sex,nc_year,nc_year_in,school_urn,place_from,place_kind
W1,{UPNS["W1"]},Ashdown,Robin,2010-02-01,M,11,2025/26,990001,2024-09-01,main
W2,{UPNS["W2"]},Birchall,Kit,2011-04-03,F,10,2025/26,990002,2024-10-15,main
W9,,Nobody,Noah,2010-02-01,M,11,2025/26,990001,2024-09-01,main
W3,{UPNS["W3"]},Calder,Jo,2012-06-05,M,9,2025/26,990001,31/02/2025,main
"""
RESULTS = """child_id,upn,assessment_year,stage,subject,qualification,grade,size,level2_pass,sat_on
W1,,2021,KS2,English,KS2 test,4b,,,
W1,,2021,KS2,Maths,KS2 test,5c,,,
W2,,2022,KS2,English,KS2 test,W,,,
W8,,2022,KS2,English,KS2 test,4,,,
"""
WELFARE_CALL = f"""Child ID,UPN,Surname,Forename,DOB,School,LAESTAB,Year,Date,AM,AM Reason,PM,PM Reason,Comments
W1,{UPNS["W1"]},Ashdown,Robin,01/02/2010,Alder Brook School,9904001,11,03/11/2025,/,,\\,,
W2,{UPNS["W2"]},Birchall,Kit,03/04/2011,Bramley Hill School,9904002,10,03/11/2025,/,,O,,No answer
W1,{UPNS["W1"]},Ashdown,Robin,01/02/2010,Alder Brook School,9904001,11,04/11/2025,#?,,\\,,
"""
B2B = f"""UPN,LAESTAB,Date,Session,Mark,Minutes Late,Comment
{UPNS["W1"]},9904001,2025-11-05,AM,/,,
{UPNS["W1"]},9904001,2025-11-05,PM,L,10,
{UPNS["W2"]},9904002,2025-11-05,AM,N,,
{UPNS["W2"]},9904002,2025-11-05,PM,zz,,
"""

DELIVERIES: dict[str, dict[str, str]] = {
    "gias": {"schools.csv": GIAS},
    "ssda903": {"header.csv": HEADER, "episodes.csv": EPISODES},
    "roll": {"roll.csv": ROLL},
    "results": {"results.csv": RESULTS},
    "welfare-call": {"calls.csv": WELFARE_CALL},
    "b2b": {"marks.csv": B2B},
}
KINDS = tuple(DELIVERIES)


def delivery(kind: str, folder: Path) -> list[SourceFile]:
    """The files of one kind, written below `folder`."""
    return sources(DELIVERIES[kind], folder / kind)


def sources(files: dict[str, str], folder: Path) -> list[SourceFile]:
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        found.append(SourceFile(name=name, path=folder / name))
    return found


def before(kind: str) -> tuple[str, ...]:
    """The kinds that are loaded before this one."""
    return KINDS[: KINDS.index(kind)]
