"""Course text to safe pieces: **bold**, *emphasis*, `code` and $maths$ become a small tree, never HTML.

A tree is a list of nodes, each a list that begins with its kind:
``["text", str]``, ``["code", str]``, ``["strong", nodes]``, ``["em", nodes]`` and ``["math", element, tex]``, where an
element is ``[tag, attributes, children]`` and a child is a str or an element. The page builds its DOM from it.
"""

import re
import textwrap
from xml.etree import ElementTree

MATH_TAGS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom"),
}
MATH_ATTRIBUTES = {
    *("mathvariant", "stretchy", "fence", "form", "separator", "accent", "accentunder", "displaystyle"),
    *("scriptlevel", "width", "display", "linethickness", "columnalign", "minsize", "maxsize"),
}
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_TOKEN = re.compile(
    r"\\(?P<escaped>[\\$*`])"
    r"|`(?P<code>[^`]+)`"
    r"|\$(?P<math>[^$]+)\$"
    r"|\*\*(?P<strong>(?=\S).+?(?<=\S))\*\*"
    r"|\*(?P<em>(?=\S)[^*]+?(?<=\S))\*",
    re.DOTALL,
)


def parse(text):
    """Turn course text into a tree of nodes (the module's docstring describes it).

    Raises ValueError when a ``$...$`` cannot be drawn as maths; any HTML in the text stays plain text.
    Taught in notebooks/00 (it draws every quiz).
    """
    text = " ".join(text.split())
    nodes, end = [], 0
    for match in _TOKEN.finditer(text):
        _add_text(nodes, text[end : match.start()])
        kind, content, end = match.lastgroup, match[match.lastgroup], match.end()
        if kind == "escaped":
            _add_text(nodes, content)
        elif kind == "math":
            nodes.append(["math", mathml(content), content])
        else:
            nodes.append([kind, content if kind == "code" else parse(content)])
    _add_text(nodes, text[end:])
    return nodes


def plain(nodes):
    """Return the words of a tree as one str, maths as TeX. Taught in notebooks/00 (the text beside each widget)."""
    return "".join(node[2] if node[0] == "math" else _words(node[1]) for node in nodes)


def mathml(tex):
    """Convert TeX to a tree of allowed MathML elements.

    Raises ValueError when the TeX is broken, uses an unknown command, or asks for anything but plain maths, such as a
    link. Taught in notebooks/00 (it draws every formula in a quiz, offline).
    """
    from latex2mathml.converter import convert  # here, since it takes a while to import

    try:
        root = ElementTree.fromstring(convert(tex))
    except Exception as error:  # the converter raises many kinds, each for broken TeX
        raise ValueError(f"the maths ${tex}$ cannot be converted ({type(error).__name__})") from error
    return _element(root, tex)


def _element(node, tex):
    tag = node.tag.rpartition("}")[2]
    if tag not in MATH_TAGS:
        raise ValueError(f"the maths ${tex}$ asks for <{tag}>; only plain maths is allowed")
    refused = set(node.attrib) - MATH_ATTRIBUTES
    if refused:
        raise ValueError(f"the maths ${tex}$ asks for {', '.join(sorted(refused))}; only plain maths is allowed")
    if len(node) != _PARTS.get(tag, len(node)):
        raise ValueError(f"the maths ${tex}$ is incomplete")
    if (node.text or "").startswith("\\"):
        raise ValueError(f"the maths ${tex}$ has an unknown command {node.text}")
    children = [node.text] if node.text else []
    for child in node:
        children.append(_element(child, tex))
        if child.tail:
            children.append(child.tail)
    return [tag, dict(node.attrib), children]


def _add_text(nodes, text):
    if not text:
        return
    if nodes and nodes[-1][0] == "text":
        nodes[-1][1] += text
    else:
        nodes.append(["text", text])


def _words(content):
    return content if isinstance(content, str) else plain(content)


def folded(text, width=80):
    """The same words in lines of at most `width` characters: JupyterLab breaks longer ones in the middle of a word."""
    folded_lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        folded_lines += textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False,
                                      break_on_hyphens=False) or [""]  # fmt: skip
    return "\n".join(folded_lines)
