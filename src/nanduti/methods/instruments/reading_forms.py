"""From an XForm to its definition. What is not understood is reported, never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from .definition import (
    IDENTIFYING,
    SENSITIVITIES,
    Choice,
    Definition,
    EntityDeclaration,
    Group,
    Question,
    Repeat,
)
from .errors import NotAForm
from .form_texts import MEDIA, Control, Reading, child_texts, read_itext, text_of, texts_of
from .sensitivity import default_sensitivity
from .xml import attribute, local, namespace, parse_xml

NANDUTI = "https://nanduti.org/xforms"
ENTITIES = "http://www.opendatakit.org/xforms/entities"
ODK = "http://www.opendatakit.org/xforms"
# Nested deeper than this is no questionnaire, and would exhaust whoever walks it.
DEEPEST = 40

_DATA_TYPES = {
    "": "text", "string": "text", "int": "integer", "integer": "integer", "decimal": "decimal", "date": "date",
    "time": "time", "dateTime": "datetime", "geopoint": "geopoint", "geotrace": "geotrace", "geoshape": "geoshape",
    "binary": "file", "barcode": "barcode", "select": "select_multiple", "select1": "select_one", "odk:rank": "rank",
    "rank": "rank", "boolean": "text", "intent": "text", "text": "text", "double": "decimal", "float": "decimal",
    "long": "integer", "short": "integer",
}  # fmt: skip
_CONTROLS = frozenset({"input", "select1", "select", "rank", "upload", "trigger", "range", "secret"})
_QUIET = frozenset({"label", "hint", "help", "alert", "item", "itemset", "value", "setvalue", "setgeopoint"})
_MODEL_PARTS = frozenset(
    {"instance", "bind", "itext", "submission", "setvalue", "setgeopoint", "recordaudio"}
)
_LIST = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_NAMED = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*")


def read_xform(xml: str | bytes) -> Definition:
    """What an XForm asks.

    Questions are found in the primary instance, in its order; binds, controls and translations are joined to them.
    Raises ``NotXml``, ``ForbiddenXml`` or ``NotAForm``.
    """
    document = parse_xml(xml)
    model = next((e for e in document.iter() if local(e.tag) == "model"), None)
    if model is None:
        raise NotAForm(problem="it has no model")
    root = _primary_root(model)
    form = Reading(root_name=local(root.tag))
    read_itext(form, model)
    _read_model(form, model)
    body = next((e for e in document if local(e.tag) == "body"), None)
    if body is not None:
        _read_body(form, body, "", 0)
    _walk(form, root, "", "", 0)
    _report_orphans(form)
    title = next((text_of(e) for e in document.iter() if local(e.tag) == "title"), "")
    submission = next((e for e in model if local(e.tag) == "submission"), None)
    return Definition(
        form_id=attribute(root, "id") or namespace(root.tag),
        version=attribute(root, "version"),
        title={form.default_language: title} if title else {},
        languages=tuple(form.languages),
        default_language=form.default_language,
        language_names=form.names,
        questions=tuple(_with_sensitivity(form)),
        repeats=tuple(form.found_repeats),
        groups=tuple(form.found_groups),
        choice_lists=form.lists,
        list_files=form.files,
        media=tuple(dict.fromkeys(form.media)),
        entities=tuple(form.entities),
        entities_version=model.get(f"{{{ENTITIES}}}entities-version", ""),
        submission_url="" if submission is None else submission.get("action", ""),
        public_key="" if submission is None else submission.get("base64RsaPublicKey", ""),
        root_name=form.root_name,
        problems=tuple(form.problems),
    )


def _primary_root(model: Element) -> Element:
    for instance in model:
        if local(instance.tag) == "instance":
            root = next(iter(instance), None)
            if root is None:
                break
            return root
    raise NotAForm(problem="its model has no primary instance")


# --- model


def _path(form: Reading, ref: str, context: str = "") -> str:
    """The path below the root that a reference names; "" for the root itself."""
    ref = ref.strip()
    if ref.startswith("/"):
        first, _slash, rest = ref.strip("/").partition("/")
        return rest if local_name(first) == form.root_name else ref.strip("/")
    parts = context.split("/") if context else []
    for part in ref.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(local_name(p) for p in parts)


def local_name(part: str) -> str:
    """A step of a path without its prefix."""
    return part if part.startswith("@") else part.rpartition(":")[2]


def _read_model(form: Reading, model: Element) -> None:
    is_first = True
    for part in model:
        name = local(part.tag)
        if name == "bind":
            path = "/".join(local_name(p) for p in _path(form, part.get("nodeset", "")).split("/"))
            form.binds[path] = part
        elif name == "instance":
            if not is_first:
                _read_list(form, part)
            is_first = False
        elif name == "setvalue":
            _read_set_value(form, part, "")
        elif name not in _MODEL_PARTS:
            form.problem(f"model/{name}", "is not a part of a model that we know")


def _read_set_value(form: Reading, element: Element, context: str) -> None:
    target = _path(form, element.get("ref") or element.get("target") or "", context)
    form.set_values[target] = element.get("value") or element.text or ""


def _read_list(form: Reading, instance: Element) -> None:
    name, source = instance.get("id", ""), instance.get("src", "")
    if source:
        found = MEDIA.match(source)
        if found:
            form.files[name] = found.group(1)
            form.media.append(found.group(1))
        elif not source.startswith("jr://instance/"):
            form.problem(f"instance/{name}", f"comes from {source}, which is not a file of the form")
        return
    root = next(iter(instance), None)
    choices = [
        _choice(form, item) for item in (root if root is not None else ()) if local(item.tag) == "item"
    ]
    form.lists[name] = tuple(choices)


def _choice(form: Reading, item: Element) -> Choice:
    name, labels, extra = "", {}, {}
    for part in item:
        key = local(part.tag)
        if key == "name":
            name = text_of(part)
        elif key == "itextId":
            labels = dict(form.texts.get(text_of(part), {}))
        elif key == "label":
            labels = {form.default_language: text_of(part)}
        else:
            extra[key] = text_of(part)
    return Choice(name, labels, extra)


# --- body


def _read_body(form: Reading, element: Element, context: str, depth: int) -> None:
    if depth > DEEPEST:
        raise NotAForm(problem=f"its groups are nested more than {DEEPEST} deep")
    for part in element:
        name = local(part.tag)
        if name in _QUIET:
            if name == "setvalue":
                _read_set_value(form, part, context)
            continue
        ref = _reference(form, part)
        path = _path(form, ref, context) if ref else context
        if name == "group":
            if ref and path not in form.groups:
                form.groups[path] = part
            _read_body(form, part, path, depth + 1)
        elif name == "repeat":
            form.repeats[path] = part
            _read_body(form, part, path, depth + 1)
        elif name in _CONTROLS:
            form.controls[path] = Control(part, name)
            _read_inline_items(form, part, path)
            _read_body(form, part, context, depth + 1)
        else:
            form.problem(path or name, f"is shown by “{name}”, which we do not know")


def _reference(form: Reading, part: Element) -> str:
    ref = part.get("ref") or part.get("nodeset")
    if ref:
        return ref
    wanted = part.get("bind")
    if wanted:
        return next((b.get("nodeset", "") for b in form.binds.values() if b.get("id") == wanted), "")
    return ""


def _read_inline_items(form: Reading, control: Element, path: str) -> None:
    items = [i for i in control if local(i.tag) == "item"]
    if items:
        form.lists[path] = tuple(
            Choice(
                text_of(next((v for v in i if local(v.tag) == "value"), None)), child_texts(form, i, "label")
            )
            for i in items
        )


# --- instance


def _walk(form: Reading, element: Element, path: str, repeat: str, depth: int) -> None:
    if depth > DEEPEST:
        raise NotAForm(problem=f"its groups are nested more than {DEEPEST} deep")
    for part in element:
        name = local(part.tag)
        here = f"{path}/{name}" if path else name
        if namespace(part.tag) == ENTITIES or (name == "entity" and part.get("dataset") is not None):
            _read_entity(form, part, here, path, repeat)
            continue
        if here in form.seen:  # the template of a repeat and its first row
            continue
        form.seen.add(here)
        if here in form.repeats:
            _add_repeat(form, here, repeat)
            _walk(form, part, here, here, depth + 1)
        elif len(part) or (here in form.groups and here not in form.controls):
            if here not in ("meta",) and not here.endswith("/meta"):
                _add_group(form, here, repeat)
            _walk(form, part, here, repeat, depth + 1)
        else:
            form.questions.append(_question(form, here, name, repeat))


def _add_repeat(form: Reading, path: str, parent: str) -> None:
    shown = form.repeats[path]
    around = form.groups.get(path)
    form.found_repeats.append(
        Repeat(path, child_texts(form, around, "label"), parent, attribute(shown, "count").strip())
    )


def _add_group(form: Reading, path: str, repeat: str) -> None:
    shown, bind = form.groups.get(path), form.binds.get(path)
    form.found_groups.append(
        Group(
            path,
            child_texts(form, shown, "label"),
            repeat,
            "" if bind is None else bind.get("relevant", "").strip(),
            "" if shown is None else shown.get("appearance", ""),
        )
    )


def _read_entity(form: Reading, part: Element, here: str, path: str, repeat: str) -> None:
    def bound(name: str, what: str) -> str:
        bind = form.binds.get(f"{here}/{name}")
        return "" if bind is None else bind.get(what, "").strip()

    container = path.rpartition("/")[0] if path.rpartition("/")[2] == "meta" else path
    form.entities.append(
        EntityDeclaration(
            list_name=attribute(part, "dataset"),
            container=container,
            repeat=repeat,
            creates=part.get("create") in ("1", "true") or bool(bound("@create", "calculate")),
            updates=part.get("update") in ("1", "true") or bool(bound("@update", "calculate")),
            create_if=bound("@create", "calculate") or bound("@create", "relevant"),
            update_if=bound("@update", "calculate") or bound("@update", "relevant"),
            label=bound("label", "calculate"),
        )
    )


def _question(form: Reading, path: str, name: str, repeat: str) -> Question:
    bind, shown = form.binds.get(path), form.controls.get(path)
    attributes = dict(bind.attrib) if bind is not None else {}
    type_name = attributes.get("type", "").rpartition("xsd:")[2]
    data_type = _DATA_TYPES.get(type_name)
    if data_type is None:
        form.problem(path, f"is of the type “{type_name}”, which we do not know; it is read as text")
        data_type = "text"
    element = shown.element if shown else None
    kind = _kind(name, shown, data_type, attributes)
    notes = {local(k): v for k, v in attributes.items() if namespace(k) == NANDUTI}
    said = notes.pop("sensitivity", "").strip().lower() or _of_its_group(form, path)
    if said and said not in SENSITIVITIES:
        form.problem(path, f"has the sensitivity “{said}”, which is not one of {', '.join(SENSITIVITIES)}")
        said = ""
    required = attributes.get("required", "").strip()
    return Question(
        path=path,
        kind=kind,
        data_type=data_type,
        # What is worked out stands nowhere on the screen; its label, where one was written, is a text without a place.
        labels=child_texts(form, element, "label") or form.texts.get(f"/{form.root_name}/{path}:label", {}),
        hints=child_texts(form, element, "hint"),
        list_name=_list_name(form, element, path),
        is_required=required == "true()",
        repeat=repeat,
        sensitivity=said,
        unit=notes.pop("unit", ""),
        parameters=_parameters(attributes, element) | _set(form, path),
        appearance="" if element is None else element.get("appearance", ""),
        save_to=attributes.get(f"{{{ENTITIES}}}saveto", ""),
        required="" if required in ("true()", "false()") else required,
        relevant=attributes.get("relevant", "").strip(),
        constraint=attributes.get("constraint", "").strip(),
        constraint_messages=_constraint_messages(form, attributes),
        calculation=attributes.get("calculate", "").strip(),
        notes=notes,
    )


def _of_its_group(form: Reading, path: str) -> str:
    """The sensitivity that the nearest group around a question says for all in it."""
    while "/" in path:
        path = path.rpartition("/")[0]
        bind = form.binds.get(path)
        said = "" if bind is None else bind.get(f"{{{NANDUTI}}}sensitivity", "").strip().lower()
        if said:
            return said
    return ""


def _kind(name: str, shown: Control | None, data_type: str, attributes: dict[str, str]) -> str:
    if shown is None:
        if data_type == "file":
            return "audit" if name == "audit" else "file"
        if any(local(k) == "preload" for k in attributes) or name in (
            "instanceID",
            "instanceName",
            "deprecatedID",
        ):
            return "metadata"
        return "calculate" if attributes.get("calculate") else "hidden"
    if shown.kind == "upload":
        media = shown.element.get("mediatype", "")
        is_drawn = "signature" in shown.element.get("appearance", "")
        found = next((k for k in ("image", "audio", "video") if media.startswith(k)), "file")
        return "signature" if is_drawn else found
    if shown.kind in ("input", "secret"):
        is_note = (
            attributes.get("readonly") == "true()" and data_type == "text" and not attributes.get("calculate")
        )
        return "note" if is_note else data_type
    return {"select1": "select_one", "select": "select_multiple", "trigger": "acknowledge"}.get(
        shown.kind, shown.kind
    )


def _list_name(form: Reading, element: Element | None, path: str) -> str:
    if element is None:
        return ""
    if path in form.lists:
        return path
    itemset = next((e for e in element if local(e.tag) == "itemset"), None)
    found = _LIST.search(itemset.get("nodeset", "")) if itemset is not None else None
    return found.group(1) if found else ""


def _parameters(attributes: dict[str, str], element: Element | None) -> dict[str, str]:
    shown = (
        {} if element is None else {k: element.get(k, "") for k in ("start", "end", "step") if element.get(k)}
    )
    if element is not None and element.get("mediatype"):
        shown["mediatype"] = element.get("mediatype", "")
    itemset = None if element is None else next((e for e in element if local(e.tag) == "itemset"), None)
    if itemset is not None and "[" in itemset.get("nodeset", ""):
        shown["choice_filter"] = itemset.get("nodeset", "").partition("[")[2].rpartition("]")[0].strip()
    for key, value in attributes.items():
        if namespace(key) in (ODK, "http://openrosa.org/xforms") or local(key) in (
            "preload",
            "preloadParams",
        ):
            shown[local(key)] = value
    return shown


def _set(form: Reading, path: str) -> dict[str, str]:
    """What a field is set to when the form is opened, or when another answer changes."""
    value = form.set_values.get(path, "").strip()
    return {"set_to": value} if value else {}


def _constraint_messages(form: Reading, attributes: dict[str, str]) -> dict[str, str]:
    said = next((v for k, v in attributes.items() if local(k) in ("constraintMsg", "noAppErrorString")), "")
    return texts_of(form, None, said) if said else {}


# --- sensitivity


def _with_sensitivity(form: Reading) -> Iterator[Question]:
    """Fill in what the author has not said; what is computed from identifying answers identifies too."""
    settled = [
        q if q.sensitivity else replace(q, sensitivity=default_sensitivity(q.name, q.kind))
        for q in form.questions
    ]
    said = {q.path for q in form.questions if q.sensitivity}
    telling = {q.name for q in settled if q.sensitivity == IDENTIFYING}
    grown = True
    while grown:
        grown = False
        for n, question in enumerate(settled):
            made_of = f"{question.calculation} {question.parameters.get('set_to', '')}".strip()
            if question.sensitivity == IDENTIFYING or question.path in said or not made_of:
                continue
            if telling & {token.rpartition("/")[2] for token in _NAMED.findall(made_of)}:
                settled[n] = replace(question, sensitivity=IDENTIFYING)
                telling.add(question.name)
                grown = True
    return iter(settled)


def _report_orphans(form: Reading) -> None:
    known = form.seen | {""}
    for path in form.controls:
        if path not in known:
            form.problem(path, "is shown but is not in the form's data")
    for path in form.binds:
        if path not in known and "@" not in path and "/entity" not in path:
            form.problem(path, "is described but is not in the form's data")
    for path in form.repeats:
        if path not in known:
            form.problem(path, "is repeated but is not in the form's data")
