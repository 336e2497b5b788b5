"""A small form for tests, written as Collect serves it; and the XML of answers to it."""

from __future__ import annotations

from nanduti.methods import instruments

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
  xmlns:odk="http://www.opendatakit.org/xforms" xmlns:nanduti="https://nanduti.org/xforms"
  xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>Workshop</h:title><model entities:entities-version="2024.1.0">
<itext>
  <translation lang="Español (es)" default="true()">
    <text id="name"><value>Nombre</value></text><text id="hint"><value>-</value></text>
    <text id="c1"><value>Botas</value><value form="image">jr://images/boots.png</value></text>
  </translation>
  <translation lang="English (en)">
    <text id="name"><value>Name of <output value="/data/who/code"/></value></text>
    <text id="hint"><value>On the sign</value></text><text id="c1"><value>Boots</value></text>
  </translation>
</itext>
<instance><data id="workshop" version="3"><who><code/><name/><greeting/></who><n/><share/><on/><at/><products/>
  <place/><photo/><people jr:template=""><age/><skills/><tools jr:template=""><tool/></tools></people>
  <people><age/><skills/><tools><tool/></tools></people><rank/><ok/><note/><scale/><town/>
  <orx:meta><entities:entity dataset="firms" id="" create="1"><entities:label/></entities:entity>
  <orx:instanceID/><orx:instanceName/></orx:meta></data></instance>
<instance id="made"><items><item><itextId>c1</itextId><name>boots</name></item>
  <item><itextId>c2</itextId><name>bags</name></item></items></instance>
<instance id="towns" src="jr://file-csv/towns.csv"/>
<bind nodeset="/data/who/code" type="string" required="true()" nanduti:sensitivity="open"/>
<bind nodeset="/data/who/name" type="string" entities:saveto="name_of"/>
<bind nodeset="/data/who/greeting" type="string" calculate="concat('Hello ', /data/who/name )"/>
<bind nodeset="/data/n" type="int" constraint=". &gt; 0" jr:constraintMsg="More than nought" nanduti:unit="pairs"/>
<bind nodeset="/data/share" type="decimal"/><bind nodeset="/data/on" type="date"/>
<bind nodeset="/data/at" type="dateTime"/><bind nodeset="/data/products" type="string"/>
<bind nodeset="/data/place" type="geopoint"/><bind nodeset="/data/photo" type="binary"/>
<bind nodeset="/data/people/age" type="int"/><bind nodeset="/data/rank" type="odk:rank"/>
<bind nodeset="/data/note" type="string" readonly="true()"/><bind nodeset="/data/scale" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
</model></h:head>
<h:body><group ref="/data/who"><label>Who</label>
  <input ref="/data/who/code"><label>Code</label></input>
  <input ref="/data/who/name"><label ref="jr:itext('name')"/><hint ref="jr:itext('hint')"/></input></group>
<input ref="/data/n"><label>How many?</label></input><input ref="/data/share"><label>Share</label></input>
<input ref="/data/on"><label>On</label></input><input ref="/data/at"><label>At</label></input>
<select ref="/data/products"><label>Products</label><itemset nodeset="instance('made')/items/item">
  <value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select>
<input ref="/data/place"><label>Place</label></input>
<upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload>
<group ref="/data/people"><label>People</label><repeat nodeset="/data/people">
  <input ref="/data/people/age"><label>Age</label></input>
  <select1 ref="/data/people/skills"><label>Skill</label><item><label>Cuts</label><value>cut</value></item></select1>
  <group ref="/data/people/tools"><repeat nodeset="/data/people/tools">
    <input ref="/data/people/tools/tool"><label>Tool</label></input></repeat></group>
</repeat></group>
<odk:rank ref="/data/rank"><label>Order</label><itemset nodeset="instance('made')/items/item"><value ref="name"/>
  <label ref="jr:itext(itextId)"/></itemset></odk:rank>
<trigger ref="/data/ok"><label>Agreed</label></trigger><input ref="/data/note"><label>Read this</label></input>
<range ref="/data/scale" start="1" end="5" step="1"><label>Scale</label></range>
<select1 ref="/data/town"><label>Town</label><itemset nodeset="instance('towns')/items/item[zone=/data/n]">
  <value ref="name"/><label ref="label"/></itemset></select1>
</h:body></h:html>"""


def form(text: str = FORM) -> instruments.Definition:
    return instruments.read_xform(text)


def filled(inner: str, root: str = 'data id="workshop" version="3"') -> str:
    return f"<{root}>{inner}</{root.split()[0]}>"


def answers(inner: str) -> instruments.Answers:
    return instruments.read_answers(form(), filled(inner))
