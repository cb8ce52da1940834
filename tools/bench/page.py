"""docs/performance.md: the figures of one run, with the aims beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.bench.desk import FEW, GROWTH, MANY, PAGE, SWEEP, Desk
from tools.bench.growth import GROWTH as MOST_MORE
from tools.bench.load import Figures
from tools.bench.manifests import MOST_MEMORY as MOST_GROWN
from tools.bench.manifests import SLOWEST, Manifests
from tools.bench.measures import BigForm, Measured, Sending
from tools.bench.money import (
    LEAST_NOTICES,
    LISTED,
    LONGEST_COMPARED,
    MISSED,
    MOST_SLOWER,
    NOTICES,
    PROVIDERS,
    SLOWEST_START,
    Payments,
)
from tools.bench.papers import SLOWEST as SLOWEST_PAPER
from tools.bench.papers import TIMES as PAPERS_OF
from tools.bench.papers import Papers
from tools.bench.processes import Memory
from tools.bench.rotation import Rotated
from tools.bench.signing import ASKED, SigningIn
from tools.bench.stalled import PRESSING, Stalled
from tools.bench.whole import CLIENTS, LEAST_SENT, PEOPLE, SLOWEST_SENT, SLOWEST_STEP, Whole

LEAST_SIXTEEN, LEAST_DELIVERED, MOST_MEMORY = 60, 200, 200
MOST_APART = 0.05
# The other page with eight stalled providers, against eight that answer.
MOST_HELD_UP, LONGEST_WAIT = 1.25, 2.5
MOST_OPENING, MOST_PUBLISHING = 0.1, 2.0
SHORT = "**short of it**"
TEXT = """\
# Performance

Written by `make bench` on {day}: the numbers of one run on one machine of {cores} cores, so
compare the ratios. Clients, database, web processes and worker shared these cores. The load
average was {before:.1f} before and {after:.1f} after; where it was above 1 before, something else
worked here too, and every rate is lower than it could be.

Everything is served by the same server, {processes} processes of {threads} threads, to {browsers}
clients that ask again as soon as they are answered. *Bare Flask* answers `hello` with no database,
session or template, on the same server. Its rounds and ours take turns; rates and ratios are the
medians of {rounds} rounds, percentiles are of all answers. *Queries* are the statements sent for
one request that was asked before; begin, commit and the two jobs of a sent application come on top.
*Processor* is what the web process computes for it, without the database: the least of thirty
times, which other work on the machine touches least.

## Pages

| page | requests/s | p50 | p95 | p99 | of bare Flask | aim | queries | processor | size |
|---|---|---|---|---|---|---|---|---|---|
{pages}

*Saved* and *sent* are whole form posts: session, token of the form, every check, answers sealed.

## Signing in

The first step, where the password is checked: 46 MiB of memory and one processor for each, one at a
time in a process. The second step costs what a page costs. The two medians are of {asked} wrong
passwords each, in turns: for addresses that have an account, and for ones that nobody has.

| what | measured | aim |
|---|---|---|
{signing}

## Applications sent and delivered

| what | measured | aim |
|---|---|---|
{work}

## One application, from its first page to the last click

A form of three pages with ten questions each: what one step takes, by {people} people one after the
other, over the socket. Then another form of forty questions, two of them with documents that are
there already, sent by {clients} clients at once, before and after {many} more cases were put there.

| what | measured | aim |
|---|---|---|
{whole}

## The desk

An officer's pages with {few} and with {many} open cases of one department, 95 of 100 answers, in
the process itself; and the sweep that lets all of these go up to the next post, because their stage
took too long, all on one day.

| what | measured | aim |
|---|---|---|
{desk}

## Providers that stall

Eight providers that are looked up while people fill in forms: {pressing} people press again and
again. First all eight answer at once, then each takes its questions and says nothing. The other
page is a service, signed in; nobody waits longer than two seconds for a look-up.

| what | measured | aim |
|---|---|---|
{stalled}

## Issued documents

One after the other, each made, signed and noted in the database by the press that runs already:
the median of {papers_of} for each language, on one core.

| what | measured | aim |
|---|---|---|
{papers}

## Payments

From the button to where the browser is led, at the sandbox, whose company is within our time. Then
{notices} signed notices by {browsers} clients at once, each of another payment of one of {offices}
offices, and each checked and kept for good before it is answered; then the same ones once more.
A worker takes them in whole: state, books, receipt number and event. A run over a company's list of
{listed} payments, {missed} of which nobody had told of. The balance is that of one account, the
books having closed over its postings.

| what | measured | aim |
|---|---|---|
{paying}

## Ten times the rows

With {few} and with {many} rows of each of papers, documents in vaults, messages and appeals, in the
process itself: medians.

| what | measured | aim |
|---|---|---|
{grown}

## A form of {questions} questions

| what | measured | aim |
|---|---|---|
{form}

## What departments upload

Hostile manifests and bundles, and ones that are as heavy as may be, each read by a fresh process:
the least processor time of three.

| what | measured | aim |
|---|---|---|
{manifests}

## Memory

| process | own and shared (RSS) | share (PSS) | aim |
|---|---|---|---|
{memory}
"""


@dataclass(frozen=True)
class Found:
    """Everything that one run measured."""

    day: datetime
    load: tuple[float, float]
    pages: Sequence[Measured]
    signing: SigningIn
    sending: Sending
    delivered: float
    papers: Papers
    form: BigForm
    manifests: Manifests
    memory: tuple[Memory, Memory]
    rotated: Rotated
    stalled: Stalled
    desk: Desk
    whole: Whole
    whole_after: Figures
    grown: Mapping[str, tuple[float, float]]
    paying: Payments


def text(found: Found, **setting: int) -> str:
    """The page. `setting`: cores, processes, threads, browsers, rounds."""
    return TEXT.format(
        day=f"{found.day:%-d %B %Y}",
        before=found.load[0],
        after=found.load[1],
        pages=_lines(_page(one) for one in found.pages),
        asked=ASKED,
        signing=_lines(_signing(found.signing)),
        work=_lines(_work(found)),
        few=f"{FEW:,}",
        many=f"{MANY:,}",
        people=PEOPLE,
        clients=CLIENTS,
        whole=_lines(_whole(found)),
        desk=_lines(_desk(found.desk)),
        grown=_lines(_grown(found.grown)),
        notices=f"{NOTICES:,}",
        offices=PROVIDERS,
        listed=f"{LISTED:,}",
        missed=MISSED,
        paying=_lines(_paying(found.paying)),
        pressing=PRESSING,
        stalled=_lines(_stalled(found.stalled)),
        papers_of=PAPERS_OF,
        papers=_lines(_papers(found.papers)),
        questions=found.form.questions,
        form=_lines(_form(found.form)),
        manifests=_lines(_manifests(found.manifests)),
        memory=_lines(_memory(found.memory)),
        **setting,
    )


def _lines(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _page(one: Measured) -> Sequence[str]:
    cost = one.cost
    return (
        one.kind.name,
        f"{one.rate:.0f}",
        *_times(one.figures),
        f"{one.share:.2f}",
        _aims(one),
        str(cost.queries) if cost else "-",
        f"{cost.cpu:.1f} ms" if cost else "-",
        f"{one.figures.size / 1024:.1f} KB",
    )


def _times(figures: Figures) -> tuple[str, str, str]:
    shown = [f"{figures.percentile(each) * 1000:.1f} ms" for each in (50, 95, 99)]
    return shown[0], shown[1], shown[2]


def _aims(one: Measured) -> str:
    kind, slowest = one.kind, one.figures.percentile(99) * 1000
    told = []
    if kind.share is not None:
        told.append(_aim(f"{kind.share:.2f}", met=one.share >= kind.share))
    if kind.slowest is not None:
        told.append(_aim(f"p99 {kind.slowest:.0f} ms", met=slowest <= kind.slowest))
    if kind.most_queries is not None and one.cost is not None:
        met = one.cost.queries <= kind.most_queries
        told.append(_aim(f"{kind.most_queries} queries", met=met))
    return ", ".join(told) or "-"


def _aim(words: str, *, met: bool) -> str:
    return words if met else f"{words} {SHORT}"


def _signing(told: SigningIn) -> Iterable[Sequence[str]]:
    p50, p95, p99 = _times(told.right)
    yield "Right passwords", f"{told.right.rate:.0f}/s, p50 {p50}, p95 {p95}, p99 {p99}", "-"
    for name, spent in (("known", told.known), ("unknown", told.unknown)):
        yield f"Wrong password, {name} address", f"{spent * 1000:.1f} ms", "-"
    met = abs(told.apart) <= MOST_APART
    yield "Known against unknown", f"{told.apart:+.1%}", _aim(f"within {MOST_APART:.0%}", met=met)


def _work(found: Found) -> Iterable[Sequence[str]]:
    alone, beside, cost = found.sending.alone, found.sending.beside, found.sending.cost
    for name, figures in (("worker waiting", alone), ("worker working beside", beside)):
        p50, p95, p99 = _times(figures)
        share = figures.rate / found.pages[0].rate
        shown = f"{figures.rate:.0f}/s, p50 {p50}, p95 {p95}, p99 {p99}, {share:.3f} of bare Flask"
        aim = _aim(f"{LEAST_SIXTEEN}/s", met=figures.rate >= LEAST_SIXTEEN)
        yield f"Applications sent, {name}", shown, aim if figures is alone else "-"
    yield (
        "One of them",
        f"{cost.queries} queries, {cost.cpu:.1f} ms of the processor",
        "-",
    )
    met = found.delivered >= LEAST_DELIVERED
    told = _aim(f"{LEAST_DELIVERED}/s", met=met)
    yield "Messages delivered to a department nearby", f"{found.delivered:.0f}/s", told
    rotated = found.rotated
    shown = f"{rotated.refused} of {rotated.messages:,} refused"
    told = _aim("0 refused", met=rotated.refused == 0)
    yield f"Messages while their secret changed {rotated.rotations} times", shown, told


def _whole(found: Found) -> Iterable[Sequence[str]]:
    for name, seconds in found.whole.steps.items():
        aim = _aim(f"{SLOWEST_STEP * 1000:.0f} ms", met=seconds <= SLOWEST_STEP)
        yield name.capitalize(), f"p50 {seconds * 1000:.0f} ms", aim
    sent = ("Forty questions, sent", found.whole.sent), ("With more cases", found.whole_after)
    for name, figures in sent:
        p50, p95, p99 = _times(figures)
        met = figures.rate >= LEAST_SENT and figures.percentile(95) <= SLOWEST_SENT
        aim = _aim(f"{LEAST_SENT}/s, p95 {SLOWEST_SENT * 1000:.0f} ms", met=met)
        yield name, f"{figures.rate:.0f}/s, p50 {p50}, p95 {p95}, p99 {p99}", aim


def _paying(told: Payments) -> Iterable[Sequence[str]]:
    p50, p95, p99 = _times(told.starting)
    met = told.starting.percentile(50) <= SLOWEST_START
    aim = _aim(f"p50 {SLOWEST_START * 1000:.0f} ms", met=met)
    yield "From the button to the gateway's page", f"p50 {p50}, p95 {p95}, p99 {p99}", aim
    for name, figures in (("Notices", told.notices), ("The same notices again", told.again)):
        p50, p95, p99 = _times(figures)
        shown = f"{figures.rate:.0f}/s, p50 {p50}, p95 {p95}, p99 {p99}"
        aim = _aim(f"{LEAST_NOTICES}/s", met=figures.rate >= LEAST_NOTICES)
        yield name, shown, aim if figures is told.notices else "-"
    yield "Notices that a worker takes in, one after the other", f"{told.settled:.0f}/s", "-"
    aim = _aim(f"{LONGEST_COMPARED} s", met=told.compared <= LONGEST_COMPARED)
    shown = f"{told.compared:.0f} s, {told.grown:.0f} MB more"
    yield f"{LISTED:,} payments compared with a list", shown, aim
    few, *_, many = told.balance.values()
    for postings, seconds in told.balance.items():
        met = many <= MOST_SLOWER * few
        aim = _aim(f"at most {MOST_SLOWER} times the first", met=met)
        shown = aim if seconds is many else "-"
        yield f"A balance of {postings:,} postings", f"{seconds * 1000:.1f} ms", shown


def _grown(told: Mapping[str, tuple[float, float]]) -> Iterable[Sequence[str]]:
    for name, (few, many) in told.items():
        share = many / few
        shown = f"{few * 1000:.0f} ms, then {many * 1000:.0f} ms, {share:.2f} times that"
        yield name.capitalize(), shown, _aim(f"{MOST_MORE} times", met=share <= MOST_MORE)


def _manifests(told: Manifests) -> Iterable[Sequence[str]]:
    met = told.slowest <= SLOWEST
    aim = _aim(f"{SLOWEST * 1000:.0f} ms", met=met)
    yield f"The slowest of {told.cases} ({told.which})", f"{told.slowest * 1000:.0f} ms", aim
    aim = _aim(f"below {MOST_GROWN:.0f} MB", met=told.grown < MOST_GROWN)
    yield "Memory for all of them, one after the other", f"{told.grown:.0f} MB", aim


def _desk(told: Desk) -> Iterable[Sequence[str]]:
    for name, (few, many) in told.pages.items():
        share = many / few
        met = many <= PAGE and share <= GROWTH
        shown = f"{few * 1000:.0f} ms, then {many * 1000:.0f} ms, {share:.2f} times that"
        aim = _aim(f"{PAGE * 1000:.0f} ms, and {GROWTH} times", met=met)
        yield name.capitalize(), shown, aim
    aim = _aim(f"{SWEEP:.0f} s", met=told.sweep <= SWEEP)
    yield f"{MANY:,} cases go up", f"{told.sweep:.1f} s", aim


def _stalled(told: Stalled) -> Iterable[Sequence[str]]:
    (_, before, _), (_, after, _) = _times(told.answering), _times(told.silent)
    share = told.silent.percentile(95) / told.answering.percentile(95)
    yield "Another page while all eight answer", f"p95 {before}", "-"
    met = share <= MOST_HELD_UP
    aim = _aim(f"{MOST_HELD_UP:.2f} times that", met=met)
    yield "Another page while all eight stall", f"p95 {after}, {share:.2f} times that", aim
    met = told.slowest <= LONGEST_WAIT
    shown = f"{told.asked} of {told.presses} presses, the longest {told.slowest:.1f} s"
    yield "Asked of a stalled provider", shown, _aim(f"{LONGEST_WAIT} s", met=met)


def _papers(told: Papers) -> Iterable[Sequence[str]]:
    names = {"en": "In English", "ur": "In Urdu and English"}
    for code, seconds in told.medians.items():
        aim = _aim(f"{SLOWEST_PAPER * 1000:.0f} ms", met=seconds <= SLOWEST_PAPER)
        yield names[code], f"{seconds * 1000:.0f} ms", aim
    yield "Memory of the press", f"{told.memory.rss:.0f} MB", "-"


def _form(form: BigForm) -> Iterable[Sequence[str]]:
    opened = _aim(f"{MOST_OPENING * 1000:.0f} ms", met=form.opening <= MOST_OPENING)
    yield "Opening a step", f"{form.opening * 1000:.0f} ms", opened
    published = _aim(f"{MOST_PUBLISHING:.0f} s", met=form.publishing <= MOST_PUBLISHING)
    yield "Recording and publishing it", f"{form.publishing:.2f} s", published


def _memory(told: tuple[Memory, Memory]) -> Iterable[Sequence[str]]:
    for name, one in zip(("web process, after this load", "worker"), told, strict=True):
        aim = _aim(f"{MOST_MEMORY} MB", met=one.rss <= MOST_MEMORY)
        yield name, f"{one.rss:.0f} MB", f"{one.pss:.0f} MB", aim
