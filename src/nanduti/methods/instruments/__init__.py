"""Instruments: what a form asks, what was answered, how good the answers are, and how they are scored.

A form arrives as an XForm and becomes a :class:`Definition`; what a phone sends becomes typed answers by path, with
every misfit told; answers become data frames, checks and scores.

>>> from nanduti.methods import instruments
>>> form = instruments.read_xform('''<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
...   <h:head><h:title>Visit</h:title><model><instance><data id="visit" version="1"><workers/></data></instance>
...   <bind nodeset="/data/workers" type="int"/></model></h:head>
...   <h:body><input ref="/data/workers"><label>How many work here?</label></input></h:body></h:html>''')
>>> form.questions[0].kind, form.questions[0].label()
('integer', 'How many work here?')
>>> instruments.read_answers(form, '<data id="visit" version="1"><workers>7</workers></data>').values
{'workers': 7}
"""

from .answers import Answers, Problem, join, read_answers, read_answers_of, split
from .check_frames import broken_in_frames
from .checks import Broken, broken_checks, check_problems, repeat_of
from .definition import (
    FILE_KINDS,
    IDENTIFYING,
    KINDS,
    LIST_KINDS,
    NO_LANGUAGE,
    OPEN,
    SENSITIVE,
    SENSITIVITIES,
    SILENT_KINDS,
    Check,
    Choice,
    Definition,
    EntityDeclaration,
    FormProblem,
    Group,
    Question,
    Repeat,
    in_language,
)
from .errors import ForbiddenXml, NotAForm, NotXml
from .frames import KEY, PARENT_ROW, ROW, Column, Table, Tables, column_names, labels_of, tables
from .languages import code_of
from .reading_forms import read_xform
from .sensitivity import default_sensitivity
from .versions import GRAVE, Change, compare, unite
from .xml import parse_xml

__all__ = [
    "FILE_KINDS",
    "GRAVE",
    "IDENTIFYING",
    "KEY",
    "KINDS",
    "LIST_KINDS",
    "NO_LANGUAGE",
    "OPEN",
    "PARENT_ROW",
    "ROW",
    "SENSITIVE",
    "SENSITIVITIES",
    "SILENT_KINDS",
    "Answers",
    "Broken",
    "Change",
    "Check",
    "Choice",
    "Column",
    "Definition",
    "EntityDeclaration",
    "ForbiddenXml",
    "FormProblem",
    "Group",
    "NotAForm",
    "NotXml",
    "Problem",
    "Question",
    "Repeat",
    "Table",
    "Tables",
    "broken_checks",
    "broken_in_frames",
    "check_problems",
    "code_of",
    "column_names",
    "compare",
    "default_sensitivity",
    "in_language",
    "join",
    "labels_of",
    "parse_xml",
    "read_answers",
    "read_answers_of",
    "read_xform",
    "repeat_of",
    "split",
    "tables",
    "unite",
]
