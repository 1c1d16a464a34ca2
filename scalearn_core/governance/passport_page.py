"""A passport as one page of HTML: no script, no address of anything outside, prints on A4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from scalearn_core.governance.passport_record import Passport, PassportScores, Statement
from scalearn_core.governance.recommend import WEAK
from scalearn_core.governance.words import Words

_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:15px/1.5 system-ui,'Hiragino Sans','Yu Gothic','Noto Sans CJK JP',sans-serif;color:#1e2a2e;
background:#fcfbf8;margin:0 auto;max-width:62rem;padding:2rem 1.25rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.02rem;margin:1.5rem 0 .35rem;color:#17695f}p{margin:.2rem 0}
ul{margin:.2rem 0;padding-left:1.2rem}.quiet{color:#56646a}.state{display:inline-block;border:1px solid #17695f;
color:#17695f;border-radius:1rem;padding:.05rem .7rem;margin-right:.5rem}
.state.off{border-color:#b4602b;color:#8f4717}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;text-align:left}th,td{padding:.22rem .5rem;border-bottom:1px solid #dcd8cc;vertical-align:top;
overflow-wrap:anywhere}.number{text-align:right;white-space:nowrap}.weak{color:#8f4717;font-weight:600}
.scroll{overflow-x:auto}.map td{text-align:center;border:2px solid #fcfbf8;white-space:nowrap}
.map th{overflow-wrap:anywhere;font-size:.8rem;min-width:3.4rem}code{font-size:.78rem;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:0 2rem}
@page{size:A4;margin:14mm}@media print{body{font-size:10.5px;padding:0;background:#fff}h2{margin:.8rem 0 .2rem}
section{break-inside:avoid}.map td{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def page(passport: Passport, language: str = "en") -> str:
    """The whole page; everything from outside is escaped."""
    words, model = Words(language), passport.model
    version = words("version", version=model.version) if model.version else words("unregistered")
    state = words(f"state.{model.state}") if model.state else words("unregistered")
    off = "" if model.state in ("approved", "in_use") else " off"
    until = words("until", day=model.until) if model.until else ""
    body = [
        f"<p class=quiet>{escape(words('title'))}</p><h1>{escape(model.name)}</h1>",
        f"<p><span class='state{off}'>{escape(state)}</span>{escape(version)} {escape(until)}</p>",
        f"<p class=quiet>{escape(words('lead'))} {escape(words('created', time=passport.created))}</p>",
        "<div class=two>",
        _section(words, "meant", _list(words, passport.meant_for)),
        _section(words, "not_meant", _list(words, passport.not_meant_for)),
        "</div>",
        _section(words, "recommended", _recommended(words, passport)),
        *_measured(words, passport),
        "<div class=two>",
        _section(words, "tested", _list(words, passport.tested)),
        _section(words, "not_tested", _list(words, passport.not_tested)),
        "</div>",
        _section(words, "data", _data(words, passport)),
        _section(words, "made_of", _made_of(words, passport)),
        _section(words, "steps", _steps(words, passport)),
        _section(words, "proof", _proof(words, passport)),
    ]
    return (
        f"<!doctype html><html lang={words.language}><head><meta charset=utf-8>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{escape(model.name)}: {escape(words('title'))}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _section(words: Words, name: str, inner: str) -> str:
    return f"<section><h2>{escape(words(f'section.{name}'))}</h2>{inner}</section>"


def _list(words: Words, said: Iterable[Statement]) -> str:
    return "<ul>" + "".join(f"<li>{escape(_sentence(words, each))}</li>" for each in said) + "</ul>"


def _sentence(words: Words, said: Statement) -> str:
    values = dict(said.values)
    if said.code == "rivals":
        values["methods"] = [words(f"method.{name}") for name in values["methods"]]
    return words("sort_data" if said.code == "sort" and "data" in values else said.code, **values)


def _recommended(words: Words, passport: Passport) -> str:
    found = passport.recommendation
    reasons = "".join(f"<li>{escape(words.reason(reason))}</li>" for reason in found.reasons)
    return f"<p><strong>{escape(words(f'decision.{found.decision}'))}</strong></p><ul>{reasons}</ul>"


def _measured(words: Words, passport: Passport) -> list[str]:
    """Scores, categories, confidence, limits and scales, as far as they were measured."""
    parts = []
    if passport.scores:
        parts += [
            _section(words, "scores", _scores(words, passport.scores)),
            _section(words, "categories", _categories(words, passport)),
        ]
    if told := passport.confidence:
        off = told.stated_minus_right
        lines = [
            words(
                "confidence.mean", mean=f"{100 * told.mean:.0f}", difference=f"{100 * off.value:+.1f}",
                low=f"{100 * off.low:+.1f}", high=f"{100 * off.high:+.1f}",
            ),
            words("confidence.error", error=f"{100 * told.error:.1f}", chance=f"{100 * told.by_chance:.1f}"),
        ]  # fmt: skip
        parts.append(_section(words, "confidence", "".join(f"<p>{escape(line)}</p>" for line in lines)))
    if passport.scales:
        parts.append(_section(words, "scales", _scales(words, passport)))
    return parts


def _scores(words: Words, scores: PassportScores) -> str:
    rows = [("scalearn", scores.macro_f1), *scores.rivals.items()]
    cells = [(words(f"method.{name}"), f"{100 * value.value:.1f}", words.between(value)) for name, value in rows]
    right = words("accuracy", value=f"{100 * scores.accuracy.value:.1f}", between=words.between(scores.accuracy))
    low, high = scores.gain_interval
    helped = words(
        "helped.true" if scores.helped else "helped.false",
        gain=f"{scores.gain:+.1f}", low=f"{low:+.1f}", high=f"{high:+.1f}",
    )  # fmt: skip
    tested = words("test_documents", documents=scores.documents)
    table = _table((words("macro_f1"), words("value"), words("interval")), cells)
    return f"<p>{escape(f'{tested} {right}')}</p><p>{escape(helped)}</p>{table}"


def _categories(words: Words, passport: Passport) -> str:
    scores, limits = passport.scores, passport.model.limits
    assert scores is not None
    head = [words("category"), words("f1"), words("support"), words("documents")]
    counts = passport.data.class_counts if passport.data else {}
    rows = [[label, f"{100 * f1:.0f}", str(n), str(counts.get(label, 0))] for label, f1, n in scores.categories]
    if passport.model.multi_label:
        head.append(words("section.limits"))
        for row, (label, _, _) in zip(rows, scores.categories, strict=True):
            row.append(f"{(limits or {}).get(label, 0.5):.2f}")
    weak = {label for label, f1, support in scores.categories if support and f1 < WEAK}
    note = words("limits.several" if passport.model.multi_label else "limits.one")
    return f"<p class=quiet>{escape(note)}</p>" + _table(head, rows, marked=weak)


def _scales(words: Words, passport: Passport) -> str:
    """A table whose cells are coloured by what they say: the picture is the numbers."""
    scales = passport.scales
    assert scales is not None
    most = max((abs(value) for row in scales.contribution for value in row), default=0.0) or 1.0
    shared = len(scales.contribution) == 1
    rows = []
    for number, row in enumerate(scales.contribution, 1):
        cells = "".join(
            f"<td style='background:{_colour(value / most)}'>{_signed(100 * value)}</td>" for value in row
        )
        name = words("all_layers") if shared else f"{words('layer')} {number}"
        rows.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    names = (words("own") if name == "own" else name for name in scales.sources)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    note = f"<p class=quiet>{escape(words('scales.note'))}</p>"
    return f"{note}<div class=scroll><table class=map><tr><th></th>{head}</tr>{''.join(rows)}</table></div>"


def _colour(share: float) -> str:
    """From the page's ground to the fullest colour of its side, on which ink is readable."""
    end, ground = (116, 184, 172) if share >= 0 else (227, 165, 124), (252, 251, 248)
    mixed = (round(g + (e - g) * min(1.0, abs(share))) for g, e in zip(ground, end, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _data(words: Words, passport: Passport) -> str:
    if (data := passport.data) is None:
        return f"<p>{escape(words('nothing_measured'))}</p>"
    languages = [f"{code} {100 * share:.0f}%" for code, share in data.languages.items()]
    lines = [words("data.counts", train=data.train, test=data.test), words(f"data.split.{data.split}")]
    lines += [words("data.without_label", count=data.without_label)] * bool(data.without_label)
    lines += [words("data.languages", languages=languages)] * bool(languages)
    fingerprint = f"<p class=quiet>{escape(words('data.fingerprint'))} <code>{escape(data.fingerprint)}</code></p>"
    return f"<p>{escape(' '.join(lines))}</p>{fingerprint}"


def _made_of(words: Words, passport: Passport) -> str:
    unknown, encoder = words("no_licence"), passport.encoder
    rows = [(encoder.name, words("encoder"), encoder.licence or unknown)]
    for source in passport.sources:
        research = f" ({words('research')})" if source.research_use else ""
        licence = (source.licence or words("own_data")) + research
        name = words("own") if source.name == "own" and source.dataset is None else source.name
        rows.append((name, source.dataset or words("own_data"), licence))
    return _table((words("source"), words("learned_from"), words("licence")), rows, numbers=False)


def _steps(words: Words, passport: Passport) -> str:
    if not passport.steps:
        return f"<p>{escape(words('no_steps'))}</p>"
    rows = []
    for step in passport.steps:
        more = [words("until", day=step.until)] if step.until else []
        more += [words("step.against")] * step.against + ([step.reason] if step.reason else [])
        said = words.listed([words(f"step.{step.action}"), *more])
        rows.append(f"<li><span class=quiet>{escape(step.time)}</span> {escape(step.who)}: {escape(said)}</li>")
    return f"<ul>{''.join(rows)}</ul>"


def _proof(words: Words, passport: Passport) -> str:
    head = passport.audit_head
    lines = [
        (words("proof.head", n=head.n), head.hash),
        (words("proof.identity"), passport.model.model_id),
        (words("proof.seal"), passport.seal),
    ]
    shown = "".join(f"<p>{escape(name)}<br><code>{escape(value)}</code></p>" for name, value in lines)
    return f"{shown}<p class=quiet>{escape(words('proof.note'))}</p>"


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True, marked: Iterable[str] = ()
) -> str:
    """All columns but the first hold numbers, unless told otherwise; rows in `marked` (first cells) stand out."""
    kind, stands_out = " class=number" if numbers else "", set(marked)
    first = "".join(f"<th{kind if place else ''}>{escape(cell)}</th>" for place, cell in enumerate(head))
    lines = [f"<tr>{first}</tr>"] if any(head) else []
    for row in rows:
        cells = "".join(f"<td{kind if place else ''}>{escape(cell)}</td>" for place, cell in enumerate(row))
        lines.append(f"<tr{' class=weak' if row[0] in stands_out else ''}>{cells}</tr>")
    return f"<div class=scroll><table>{''.join(lines)}</table></div>"


def _signed(value: float) -> str:
    rounded = round(value)
    return f"{rounded:+d}".replace("-", "−") if rounded else "0"
