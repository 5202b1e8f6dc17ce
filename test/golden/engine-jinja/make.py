"""What Jinja2, set up as transformers does, makes of snippets of chat templates. Run with jinja2 3.1.6 on Python 3.11:

    python make.py

`snippets.json` is written by hand. `golden.jsonl` gets a line for each of them and for every 13th of all pairs of a value with an
operator, filter, test or method: the template, then its text, or the message of the exception.
"""

import copy
import datetime
import json
import pathlib
import warnings

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = pathlib.Path(__file__).parent
VARIABLES = json.loads((FOLDER / "variables.json").read_text())


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
)
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = lambda form: datetime.datetime(2026, 3, 4, 15, 6, 7).strftime(form)


def outcome(template):
    try:
        # A filter may change a list in place.
        return {"template": template, "text": environment.from_string(template).render(**copy.deepcopy(VARIABLES))}
    except Exception as error:
        return {"template": template, "error": str(error)}


VALUES = r"""0|1|-7|3|2.5|-0.0|1e20|1e-5|123456789.125|true|none|''|'abc'|'aBc dEf'|' x\n'|'😀é'|'ß'|'12'|' -4.5 '|'0x1f'|[]|[1,2,3]|
['b','A','c']|[1,'a']|[[1,2],[0]]|(1,)|(1,2)|{}|{'a':1,'b':[2]}|{1:2,'x':none}|undef|range(3)|messages|messages[0]|namespace(a=1)|
'<a&b>'|'%s'|'a,b,,c'|"it's"|'\u00a0'""".replace("\n", "").split("|")
OPERATORS = "+ - * / // % ** == != < <= > >= in ~ and or".split() + ["not in"]
FILTERS = """abs attr('a') batch(2)|list capitalize center(9) count default('d') default('d',true) dictsort dictsort(false,'value') e first
float forceescape groupby('role') indent(2) indent(2,true) int int(9) int(0,16) items|list join('-') join(',',0) last length list lower
map('upper')|list map(attribute='a')|list map(attribute='role',default='z')|list max min reject('none')|list rejectattr('role')|list
replace('a','b') replace('','-') reverse|list round(1) round(2,'ceil') select|list select('gt',1)|list selectattr('content','defined')|list
slice(2)|list sort sort(reverse=true) string sum sum('a') title tojson tojson(indent=2) tojson(sort_keys=true) trim trim('ac') truncate(5)
unique|list upper urlencode wordcount""".split()
TESTS = """odd even divisibleby(3) defined none boolean false integer float lower upper string mapping number sequence iterable callable
escaped in([1,'a']) eq(1) lt(2)""".split()
METHODS = """strip() strip('a') lstrip('\\n') rstrip(none) split() split(',') split(',',1) rsplit(',',1) splitlines() startswith('a')
endswith(('c','')) upper() title() swapcase() replace('b','x',1) find('b') rfind('b') index('b') count('') join(['p','q']) partition('b')
removeprefix('a') removesuffix('c') ljust(6) center(7) zfill(5) isalpha() isdigit() isalnum() isspace() islower() items() keys() get('a',1)
copy() append(1) pop() index(1) count(1) foo foo() __class__ a role content.strip() a.b""".split()
SPECIFICATIONS = "|:>6|:^7|:*^9|:05d|:.2f|:,|:x|:+d|!r|!s|:%".split("|")


def matrix():
    for value in VALUES:
        yield "{{ %s }}" % value
        yield "{%% if %s %%}t{%% else %%}f{%% endif %%}" % value
        for other in VALUES:
            for operator in OPERATORS:
                if operator != "**" or "e" not in other:
                    yield "{{ %s %s %s }}" % (value, operator, other)
            # A name: Jinja folds constants, and then forgives what it does not otherwise.
            yield "{%% set v = %s %%}{{ v[%s] }}" % (value, other)
            yield "{%% set v = %s %%}{{ v[%s:] }}" % (value, other)
        for name in FILTERS:
            yield "{{ %s|%s }}" % (value, name)
        for name in TESTS:
            yield "{{ %s is %s }}" % (value, name)
        for name in METHODS:
            yield "{{ (%s).%s }}" % (value, name)
        for specification in SPECIFICATIONS:
            yield "{{ '{%s}'.format(%s) }}" % (specification, value)
        yield (
            "{%% for x in %s %%}{{ x }}{{ loop.index }}{{ loop.length }}{{ loop.last }}{{ loop.revindex }}{{ loop.nextitem }}"
            "{{ loop.cycle('a','b') }}{{ loop.changed(x) }}{%% else %%}none{%% endfor %%}" % value
        )
        yield "{%% set a, b = %s %%}{{ a }}={{ b }}" % value
        yield "{{ '%%s|%%5s|%%-5s' %% (%s, 1, 2) }}{{ '%%d' %% %s }}" % (value, value)


warnings.simplefilter("ignore")
templates = json.loads((FOLDER / "snippets.json").read_text()) + list(matrix())[::13]
with open(FOLDER / "golden.jsonl", "w") as file:
    for template in templates:
        result = outcome(template)
        # The address of an object in memory differs from run to run.
        if " at 0x" not in result.get("text", ""):
            file.write(json.dumps(result, ensure_ascii=False) + "\n")
