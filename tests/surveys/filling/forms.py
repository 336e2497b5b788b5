"""Forms that are filled in the browser tests, written as XLSForms are and converted as they are."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from pyxform.xls2xform import convert

LANGUAGES = ("English (en)", "Español (es)")

# Every kind of question, once: type, name, label, and whatever else the column names say.
EVERY_KIND = [
    ("start", "start", ""),
    ("end", "end", ""),
    ("deviceid", "deviceid", ""),
    ("note", "welcome", "**Thank you** for _answering_. <script>alert(1)</script>"),
    ("text", "owner", "Who answers?", {
        "hint::English (en)": "First name is enough", "guidance_hint::English (en)": "Ask politely.",
        "required": "yes"}),
    ("integer", "workers", "How many people work here?", {
        "constraint": ". >= 0 and . < 500", "constraint_message::English (en)": "Between 0 and 499, please."}),
    ("decimal", "rent", "Rent a month"),
    ("date", "visited_on", "Visited on"),
    ("time", "opens_at", "Opens at"),
    ("dateTime", "met_at", "Met at"),
    ("date", "since", "In business since", {"appearance": "year"}),
    ("select_one product", "product", "What is made most?"),
    ("text", "other_product", "Which other product?", {"relevant": "${product} = 'other'"}),
    ("select_one product", "minimal", "Second product", {"appearance": "minimal"}),
    ("select_multiple product", "products", "All products", {"appearance": "columns-2"}),
    ("select_one agree", "trusts", "We trust each other", {"appearance": "likert"}),
    ("select_one_from_file towns.csv", "town", "Town", {"appearance": "autocomplete"}),
    ("calculate", "district", "", {"calculation": "pulldata('towns', 'district', 'name', ${town})"}),
    ("note", "district_said", "District: ${district}"),
    ("rank product", "ranked", "Order by weight"),
    ("range", "noise", "How loud is it?", {"parameters": "start=0 end=10 step=1"}),
    ("geopoint", "place", "Where is the workshop?"),
    ("geotrace", "road", "The road there"),
    ("image", "photo", "A photo of the workshop", {"parameters": "max-pixels=640"}),
    ("audio", "sound", "A sound"),
    ("file", "paper", "A paper"),
    ("image", "signature", "Signature", {"appearance": "signature"}),
    ("barcode", "code", "Code of the machine"),
    ("acknowledge", "agreed", "The answers may be kept"),
    ("begin_group", "trust", "Trust", {"appearance": "table-list"}),
    ("select_one agree", "lends", "Others would lend to me"),
    ("select_one agree", "tells", "Others tell me of orders"),
    ("end_group", "", ""),
    ("begin_repeat", "machine", "Machine"),
    ("text", "brand", "Brand"),
    ("integer", "age", "Age in years"),
    ("end_repeat", "", ""),
    ("calculate", "total_age", "", {"calculation": "sum(${age})"}),
    ("note", "sum_said", "Together ${total_age} years"),
]  # fmt: skip
SPANISH = {
    "workers": "¿Cuántas personas trabajan aquí?",
    "owner": "¿Quién responde?",
    "product": "¿Qué se hace más?",
}
CHOICES = [
    ("product", "shirts", "Shirts", "Camisas"), ("product", "trousers", "Trousers", "Pantalones"),
    ("product", "other", "Something else", "Otra cosa"),
    *(("agree", str(n), label, spanish) for n, label, spanish in [
        (1, "I agree", "De acuerdo"), (2, "Rather yes", "Más bien sí"), (3, "Undecided", "Ni sí ni no"),
        (4, "Rather no", "Más bien no"), (5, "I disagree", "En desacuerdo")]),
]  # fmt: skip


def chosen(name: str, where: str) -> str:
    """A row of a list that is a file, in XPath: below the list's one element, in its items."""
    return "/".join((f"instance('{name}')", "root", f"item[{where}]"))


TOWNS = "name,label,district\n" + "".join(f"t{n},Town {n:03},District {n % 7}\n" for n in range(250))


def xform(
    questions: list,
    *,
    form_id: str,
    title: str,
    version: str = "1",
    languages=LANGUAGES,
    settings=(),
    entities=(),
) -> str:
    """The XForm of a list of questions."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    more = sorted({key for question in questions for key in (question[3] if len(question) > 3 else {})})
    survey.append(["type", "name", *(f"label::{language}" for language in languages), *more])
    for kind, name, label, *rest in questions:
        extra = rest[0] if rest else {}
        labels = [label, SPANISH.get(name, label)][: len(languages)]
        survey.append([kind, name, *labels, *(extra.get(key, "") for key in more)])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", *(f"label::{language}" for language in languages)])
    for row in CHOICES:
        choices.append(list(row[: 2 + len(languages)]))
    sheet = book.create_sheet("settings")
    said = {
        "form_title": title, "form_id": form_id, "version": version, "default_language": languages[0],
        "instance_name": "concat('Visit ', ${owner})" if any(q[1] == "owner" for q in questions) else "",
        **dict(settings),
    }  # fmt: skip
    sheet.append(list(said))
    sheet.append(list(said.values()))
    if entities:
        sheet = book.create_sheet("entities")
        for row in entities:
            sheet.append(list(row))
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return convert(xlsform=file, file_type=".xlsx").xform


def every_kind(**more) -> str:
    return xform(EVERY_KIND, form_id="every-kind", title="Every kind of question", **more)


def long_form(n: int = 300, **more) -> str:
    """A form of n questions in groups, with sums, rules and choices: what a slow phone has to bear."""
    questions: list = [("text", "owner", "Who answers?")]
    kinds = ("integer", "text", "select_one product", "decimal", "select_multiple product")
    for group in range(n // 20):
        questions.append(("begin_group", f"g{group}", f"Part {group + 1}"))
        for i in range(20):
            number = group * 20 + i
            kind = kinds[number % len(kinds)]
            extra = {"relevant": f"${{q{number - 5}}} > 0"} if kind == "integer" and i == 5 else {}
            extra |= {"constraint": ". < 100000"} if kind == "integer" else {}
            questions.append((kind, f"q{number}", f"Question number {number + 1} of this form?", extra))
        total = " + ".join(f"coalesce(${{q{n}}}, 0)" for n in range(group * 20, group * 20 + 20, 5))
        questions.append(("calculate", f"sum{group}", "", {"calculation": total}))
        questions.append(("end_group", "", ""))
    everything = " + ".join(f"${{sum{group}}}" for group in range(n // 20))
    questions.append(("calculate", "total", "", {"calculation": everything}))
    questions.append(("note", "total_said", "Total: ${total}"))
    return xform(questions, form_id="long", title="A long form", **more)
