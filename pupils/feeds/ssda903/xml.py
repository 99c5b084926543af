"""The XML form of the return: root EXPSSDA903, a CHILD each, read one after another without entities or network."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

from core.feeds.base import FeedRefused, SourceFile
from core.feeds.reading import clean
from pupils.feeds.ssda903.tables import HEADER, TABLES, UASC, Layout

RENAMED = {"CHILDID": "CHILD", "PL": "PLACE"}
BY_ELEMENT = {layout.element: layout for layout in TABLES if layout.element}
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}


def is_xml(source: SourceFile) -> bool:
    """The content begins like XML, in whatever encoding."""
    with source.path.open("rb") as handle:
        head = handle.read(200)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0").startswith(b"<")


def root_of(source: SourceFile) -> str:
    """Name of the root element without its namespace; blank when the file is no well-formed XML."""
    try:
        for _, element in etree.iterparse(str(source.path), events=("start",), **SAFE):
            return etree.QName(element).localname
    except etree.XMLSyntaxError:
        return ""
    return ""


def _local(element: Any) -> str:
    """Tag without namespace; blank for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def read_xml(source: SourceFile, passed_over: "Counter[str]") -> Iterator[tuple[Layout, int, dict[str, str]]]:
    """(table, row, cells) of every block that is not empty; `row` is the number of the CHILD in the file, from 1.

    An unaccompanied child's status stands in its HEADER (UASC, DUC); it comes out as a row of the uasc table with
    row number 0, for it is no element of its own. Elements nobody asked for are counted in `passed_over`.
    Raises FeedRefused for a document type declaration or XML that is not well formed.
    """
    if b"<!DOCTYPE" in source.read_bytes().replace(b"\0", b""):
        raise FeedRefused.because(
            "XML_DOCTYPE",
            "The XML file declares a document type, which a 903 return never does; it was not opened.",
            file=source.name,
            advice="Ask for the file as the return system writes it.",
        )
    number = 0
    try:
        for _, child in etree.iterparse(str(source.path), events=("end",), **SAFE):
            if _local(child) != "CHILD" or child.getparent() is None:
                continue
            number += 1
            yield from _blocks(child, number, passed_over)
            child.clear()
    except etree.XMLSyntaxError as error:
        raise FeedRefused.because(
            "MALFORMED",
            f"The XML file is not well formed: {error.msg}.",
            file=source.name,
            advice="Usually the file was cut short. Export it again and resend it.",
        ) from None


def _blocks(child: Any, number: int, passed_over: "Counter[str]") -> Iterator[tuple[Layout, int, dict[str, str]]]:
    headers = [e for e in child if _local(e) == "HEADER"]
    child_id = next((_cells(h).get("CHILD", "") for h in headers), "")
    for block in child:
        tag = _local(block)
        if tag == "HEADER":
            yield from _header(block, number, child_id, passed_over)
        elif tag in BY_ELEMENT and len(block):
            yield BY_ELEMENT[tag], number, {"CHILD": child_id, **_cells(block)}
        elif tag and len(block):
            passed_over[tag] += 1


def _header(
    block: Any, number: int, child_id: str, passed_over: "Counter[str]"
) -> Iterator[tuple[Layout, int, dict[str, str]]]:
    cells = _cells(block)
    own_id = cells.get("CHILD", child_id)
    yield HEADER, number, {c: cells.get(c, "") for c in HEADER.columns}
    if cells.get("DUC") or cells.get("UASC") == "1":
        yield UASC, 0, {"CHILD": own_id, "DUC": cells.get("DUC", "")}
    for name in cells.keys() - set(HEADER.columns) - {"UASC", "DUC"}:
        if cells[name]:
            passed_over[name] += 1
    for element in block:
        tag = _local(element)
        if len(element) and tag in BY_ELEMENT:
            yield BY_ELEMENT[tag], number, {"CHILD": own_id, **_cells(element)}
        elif len(element) and tag:
            passed_over[tag] += 1


def _cells(block: Any) -> dict[str, str]:
    """The text of the leaves directly below a block, under the names that the tables use."""
    return {
        RENAMED.get(_local(leaf), _local(leaf)): clean(leaf.text or "")
        for leaf in block
        if _local(leaf) and not len(leaf)
    }
