"""Networks as the text of files other programmes read: GraphML, GEXF, DL, VNA."""

from __future__ import annotations

import re
from xml.etree import ElementTree as xml

import polars as pl

from nanduti.methods.values import BadInput, mark

from .graph import Network
from .layout import Layout

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"
VIZ = "http://gexf.net/1.3/viz"
# What XML 1.0 cannot hold.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_graphml(network: Network) -> str:
    """The network as GraphML (read by Gephi, yEd, networkx, igraph, visone).

    Attributes of the actors become attributes of the nodes; a cell without value is left out. The strength is the
    edge attribute ``weight``.

    Source: graphml.graphdrawing.org.

    >>> from nanduti.methods.networks import from_matrix
    >>> "edgedefault=\\"directed\\"" in write_graphml(from_matrix([[0, 1], [0, 0]]))
    True
    """
    root = xml.Element("graphml", {"xmlns": GRAPHML})
    columns = _columns(network)
    for place, (name, kind) in enumerate(columns):
        xml.SubElement(
            root, "key", {"id": f"d{place}", "for": "node", "attr.name": _clean(name), "attr.type": kind}
        )
    xml.SubElement(root, "key", {"id": "w", "for": "edge", "attr.name": "weight", "attr.type": "double"})
    graph = xml.SubElement(root, "graph", {"edgedefault": "directed" if network.directed else "undirected"})
    for place, actor in enumerate(network.actors):
        node = xml.SubElement(graph, "node", {"id": _clean(actor)})
        for column, (name, kind) in enumerate(columns):
            value = network.attributes[name][place]  # type: ignore[index]
            if value is not None:
                xml.SubElement(node, "data", {"key": f"d{column}"}).text = _said(value, kind)
    for source, target, strength in network.frame().iter_rows():
        edge = xml.SubElement(graph, "edge", {"source": _clean(source), "target": _clean(target)})
        xml.SubElement(edge, "data", {"key": "w"}).text = repr(strength)
    return _text(root)


def write_gexf(network: Network, *, drawn: Layout | None = None) -> str:
    """The network as GEXF 1.3 (read by Gephi and Gephi Lite), with places if a layout is given.

    Source: gexf.net.

    >>> from nanduti.methods.networks import from_matrix
    >>> "defaultedgetype=\\"undirected\\"" in write_gexf(from_matrix([[0, 1], [1, 0]]))
    True
    """
    root = xml.Element("gexf", {"xmlns": GEXF, "xmlns:viz": VIZ, "version": "1.3"})
    kind_of = "directed" if network.directed else "undirected"
    graph = xml.SubElement(root, "graph", {"defaultedgetype": kind_of, "mode": "static"})
    columns = _columns(network)
    declared = xml.SubElement(graph, "attributes", {"class": "node"})
    for place, (name, kind) in enumerate(columns):
        xml.SubElement(declared, "attribute", {"id": str(place), "title": _clean(name), "type": kind})
    nodes, edges = xml.SubElement(graph, "nodes"), xml.SubElement(graph, "edges")
    where = dict(zip(drawn.actors, drawn.positions.tolist())) if drawn is not None else {}
    for place, actor in enumerate(network.actors):
        node = xml.SubElement(nodes, "node", {"id": _clean(actor), "label": _clean(actor)})
        values = xml.SubElement(node, "attvalues")
        for column, (name, kind) in enumerate(columns):
            value = network.attributes[name][place]  # type: ignore[index]
            if value is not None:
                xml.SubElement(values, "attvalue", {"for": str(column), "value": _said(value, kind)})
        if actor in where:
            x, y = where[actor]
            xml.SubElement(node, "viz:position", {"x": repr(x), "y": repr(y), "z": "0.0"})
    for place, (source, target, strength) in enumerate(network.frame().iter_rows()):
        ends = {
            "id": str(place),
            "source": _clean(source),
            "target": _clean(target),
            "weight": repr(strength),
        }
        xml.SubElement(edges, "edge", ends)
    return _text(root)


def write_dl(network: Network) -> str:
    """The network as a DL file for UCINET: a full matrix, unknown pairs as a full stop.

    >>> from nanduti.methods.networks import from_matrix, read_dl
    >>> network = from_matrix([[0, 1], [0, 0]], ["Ana", "Beto"])
    >>> read_dl(write_dl(network))["1"].frame().rows()
    [('Ana', 'Beto', 1.0)]
    """
    values, unknown = network.matrix(), network.unknown_matrix()
    labels = "\n".join(_quoted(actor) for actor in network.actors)
    rows = (
        " ".join("." if blank else f"{value:.17g}" for value, blank in zip(row, blanks))
        for row, blanks in zip(values, unknown)
    )
    name = f"matrix labels:\n{_quoted(network.kind)}\n" if network.kind else ""
    return f"dl n={network.n} format=fullmatrix\nlabels:\n{labels}\n{name}data:\n" + "\n".join(rows) + "\n"


def write_vna(network: Network) -> str:
    """The network and its attributes as a VNA file for NetDraw; each edge of an undirected network both ways.

    >>> from nanduti.methods.networks import from_matrix, read_vna
    >>> network = from_matrix([[0, 2], [0, 0]], ["Ana", "Beto"])
    >>> read_vna(write_vna(network))["strength"].frame().rows()
    [('Ana', 'Beto', 2.0)]
    """
    columns = [name for name, _ in _columns(network)]
    lines = ["*node data", " ".join(["id", *(_quoted(name) for name in columns)])]
    for place, actor in enumerate(network.actors):
        values = [network.attributes[name][place] for name in columns]  # type: ignore[index]
        lines.append(" ".join([_quoted(actor), *("." if v is None else _quoted(v) for v in values)]))
    lines += ["*tie data", f"from to {_quoted(network.kind or 'strength')}"]
    ties = network.ties.tocoo()
    for row, column, value in zip(ties.row, ties.col, ties.data):
        lines.append(f"{_quoted(network.actors[row])} {_quoted(network.actors[column])} {value:.17g}")
    return "\n".join(lines) + "\n"


def _columns(network: Network) -> list[tuple[str, str]]:
    """Attribute columns and their types in GraphML's and GEXF's words."""
    if network.attributes is None:
        return []
    kinds = []
    for name, dtype in network.attributes.schema.items():
        if name == "actor":
            continue
        if dtype == pl.Boolean:
            kinds.append((name, "boolean"))
        elif dtype.is_integer():
            kinds.append((name, "long"))
        elif dtype.is_numeric():
            kinds.append((name, "double"))
        else:
            kinds.append((name, "string"))
    return kinds


def _said(value: object, kind: str) -> str:
    return str(value).lower() if kind == "boolean" else _clean(value)


def _clean(value: object) -> str:
    return ILLEGAL.sub("\ufffd", str(value))


def _quoted(value: object) -> str:
    text = str(value)
    if '"' in text or "\n" in text:
        raise BadInput(
            place=f"name {text!r}",
            problem=mark("holds a quotation mark or a line break, which this kind of file cannot"),
            remedy=mark("Use codes instead of names, or another kind of file."),
        )
    return f'"{text}"'


def _text(root: xml.Element) -> str:
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"
