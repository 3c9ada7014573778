"""The command line: every verb is one call of a public function."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from autograder import __version__
from autograder.console import (
    clean,
    grading_progress,
    grading_table,
    make_console,
    print_account,
    print_mistakes,
    print_preview,
    print_quarantined,
    print_written,
    warn,
)
from autograder.errors import AutograderError, OperatorError
from autograder.sealed.errors import EngineError
from autograder.terminal import outlive_terminal

# Only what the command line itself needs is imported here. nbgrader takes more than a second to
# import, which `--help`, `--version` and a mistyped option should not have to wait for.
if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.grading.batch import BatchReport
    from autograder.grading.memory import Reuse

__all__ = ["app", "main"]

OPERATOR_ERROR = 2
INTERRUPTED = 130


_ORDER = (
    *("new", "audit", "diagnose", "release"),
    *("collect", "grade", "formgrader", "policy", "report", "explain", "similar"),
    *("feedback", "export", "check", "doctor", "cache", "demo"),
)
"""As work goes through a course: who writes, who grades, what is given back, and the rest."""


class _Verbs(TyperGroup):
    """Ends every verb with the exit codes that the documentation promises."""

    def list_commands(self, ctx: Any) -> list[str]:
        last = len(_ORDER)
        places = {name: place for place, name in enumerate(_ORDER)}
        return sorted(super().list_commands(ctx), key=lambda name: places.get(name, last))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (AutograderError, EngineError) as error:
            for line in str(error).splitlines():
                warn(line)
            raise typer.Exit(getattr(error, "exit_code", OPERATOR_ERROR)) from error
        except KeyboardInterrupt as error:
            warn(
                "stopped by Ctrl-C. What was finished is written and stays; "
                "run the command again to go on."
            )
            raise typer.Exit(INTERRUPTED) from error


app = typer.Typer(
    name="autograder",
    cls=_Verbs,
    help="Releases, collects and grades the assignments of a course.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(show: bool) -> None:  # noqa: FBT001 - Typer calls it with the option's value
    if show:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


def _course_or_parent(ctx: typer.Context, value: Path | None) -> Path:
    """`--course` may stand before the verb or behind it."""
    if value is not None:
        return value
    parent = ctx.parent.params.get("course") if ctx.parent else None
    return parent if isinstance(parent, Path) else Path()


CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help="The course directory; the current one by default.",
        callback=_course_or_parent,
        show_default=False,
    ),
]
AssignmentArgument = Annotated[str, typer.Argument(metavar="ASSIGNMENT", show_default=False)]
StudentOption = Annotated[
    list[str] | None, typer.Option(metavar="ID", help="This student only; may be repeated.")
]
JsonOption = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write the result to a JSON file as well."),
]
UnsafeOption = Annotated[
    bool,
    typer.Option(
        "--unsafe",
        help="Grade even if nothing holds student code on this machine (see `autograder doctor`). "
        "It is recorded in every verdict.",
    ),
]


@app.callback()
def _autograder(
    course: Annotated[
        Path | None,
        typer.Option("--course", metavar="DIR", help="The course directory.", show_default=False),
    ] = None,
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del course, version  # read by their callbacks


def _open(course: Path | None) -> Course:
    from autograder.course import Course

    return Course.open(course or Path())


@app.command()
def new(
    assignment: AssignmentArgument,
    function: Annotated[
        str, typer.Argument(metavar="FUNCTION", help="What students write in the first exercise.")
    ] = "square",
    course: CourseOption = None,
) -> None:
    """Start an assignment from a small one that works.

    It is a notebook with an exercise, and solutions to measure its tests with.
    """
    from autograder.skeleton import new_assignment

    made = new_assignment(course or Path(), assignment, function)
    console = make_console()
    for file in made.files:
        print_written(console, "Made", file if made.root == Path.cwd() else made.root / file)
    console.print(f"Next: change the notebook in JupyterLab, then `autograder audit {made.name}`.")


@app.command()
def release(
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", show_default=False)
    ] = None,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; say what is not in step and exit with 1."),
    ] = False,
    no_audit: Annotated[
        bool,
        typer.Option("--no-audit", help="Release although no audit proves the tests; is logged."),
    ] = False,
    course: CourseOption = None,
) -> None:
    """Check the source notebooks and write release/.

    An assignment whose tests have not passed their audit is refused.
    """
    from autograder.audit.gate import require_audit
    from autograder.release import check_release
    from autograder.release import release as release_assignment

    opened = _open(course)
    console = make_console()
    if check:
        names = [assignment] if assignment else opened.assignments()
        found = [line for name in names for line in check_release(opened, name)]
        for line in found:
            warn(line)
        if found:
            raise typer.Exit(1)
        console.print(f"In step: {', '.join(names) or 'there are no assignments'}")
        return
    if assignment is None:
        raise OperatorError("say which assignment to release")
    if waived := require_audit(opened, assignment, waived=no_audit):
        warn(f"released without an audit: {waived}")
    report = release_assignment(opened, assignment)
    for problem in report.warnings:
        warn(f"warning: {problem}")
    what = f"{len(report.changed)} files written" if report.changed else "nothing to change"
    console.print(f"{clean(assignment)}: {report.max_score:g} points, {what}.")
    print_written(console, "Give this folder to the students", report.folder)


@app.command()
def collect(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Folders, zips and notebooks.")
    ],
    assignment: Annotated[
        str | None,
        typer.Option(help="Whose notebooks these are, where the files do not say."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of names in zips that do not say, such as gbk."),
    ] = None,
    roster: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Who the students are: a CSV of yours, or Canvas's gradebook, Moodle's grading "
            "worksheet, Blackboard's Grade Center; may be repeated.",
        ),
    ] = None,
    *,
    late_replaces: Annotated[
        bool,
        typer.Option("--late-replaces", help="A late one replaces one that kept the deadline."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """File submissions under submitted/<student>/<assignment>/."""
    from autograder.collect import collect as collect_submissions
    from autograder.collect.show import print_report

    report = collect_submissions(
        _open(course),
        sources,
        assignment,
        encoding=encoding,
        rosters=roster or (),
        late_replaces=late_replaces,
        dry_run=dry_run,
    )
    print_report(make_console(), report)
    if not report.filed:
        raise typer.Exit(1)


@app.command()
def grade(
    assignment: AssignmentArgument,
    student: StudentOption = None,
    json_file: JsonOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many at once; the number of cores by default.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="Grade on a Dask cluster: its address (tcp://host:8786), or `dask` for Dask's "
            "own configuration, which without an address means processes on this machine.",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Append the events to this file; by default to a new one in .autograder/log/.",
        ),
    ] = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Grade and write everything again.")
    ] = False,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry", help="Grade again what ran out of time or memory, or crashed, last time."
        ),
    ] = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Show who would gain or lose what, and ask before it is written."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --preview: write it without asking.")
    ] = False,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Grade submitted/, write autograded/ and the gradebook.

    What was graded before and has not changed is not graded again.
    """
    from autograder.grading.batch import grade_assignment
    from autograder.grading.cache import course_cache
    from autograder.grading.database import shown_url
    from autograder.grading.events import default_log_path
    from autograder.grading.memory import Reuse
    from autograder.grading.preview import preview as compare_with_gradebook
    from autograder.grading.schedulers import make_backend
    from autograder.grading.stopping import stop_on_signals
    from autograder.lateness import load_rules, sync

    opened = _open(course)
    load_rules(opened)  # a mistake there is told before the work
    console = make_console()
    if json_file is not None:
        _require_folder(json_file)
    reuse = Reuse.NOTHING if force else Reuse.SETTLED if retry else Reuse.ALL

    def run(reuse: Reuse, *, write: bool) -> BatchReport:
        with stop_on_signals(warn) as stop, grading_progress(console) as progress:
            return grade_assignment(
                opened,
                assignment,
                backend=make_backend(scheduler, workers=workers, unsafe=unsafe),
                students=student or None,
                cache=course_cache(opened),
                reuse=reuse,
                progress=progress,
                log=log or default_log_path(opened, assignment),
                stop=stop,
                write=write,
            )

    if preview:
        found = compare_with_gradebook(opened, run(reuse, write=False))
        print_preview(console, found)
        if json_file is not None:
            _write_json(json_file, found.to_json())
            json_file = None
        if not yes and not (console.is_interactive and typer.confirm("Write this?")):
            console.print("Nothing was written.")
            return
        reuse = Reuse.ALL
    report = run(reuse, write=True)
    if json_file is not None:
        _write_json(json_file, report.to_json())
    deductions = sync(opened)
    console.print(grading_table(report))
    if late := sum(d.points > 0 and d.lateness.assignment == assignment for d in deductions):
        console.print(f"{late} late submissions lost points; `autograder policy` says why.")
    print_quarantined(console, report)
    print_mistakes(console, report)
    print_account(console, report)
    where = shown_url(opened.db_url).removeprefix("sqlite:///")
    print_written(console, "Gradebook", where)


def _require_folder(path: Path) -> None:
    """Refuse before the work, not after it."""
    if not path.absolute().parent.is_dir():
        raise OperatorError(f"--json: there is no folder {path.absolute().parent}")


def _write_json(path: Path, document: dict[str, Any]) -> None:
    from autograder.folders import write_file

    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    write_file(path, (text + "\n").encode("utf-8", "replace"))


@app.command()
def policy(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it into the gradebook; `grade` does so as well.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Show what policy.toml takes off for lateness."""
    from autograder.grading.gradebook import open_gradebook
    from autograder.lateness import apply_policy, assess_course, load_rules
    from autograder.lateness.show import policy_table

    opened = _open(course)
    rules = load_rules(opened)
    if rules is None:
        raise OperatorError(
            f"there is no {opened.root / 'policy.toml'}; docs/grader.md has one to start from"
        )
    gradebook = open_gradebook(opened)
    try:
        deductions = (apply_policy if apply else assess_course)(opened, gradebook)
    finally:
        gradebook.close()
    console = make_console()
    console.print(policy_table(rules, deductions))
    changed = sum(deduction.changed for deduction in deductions)
    if changed and not apply:
        console.print(f"{changed} penalties differ from the gradebook's; --apply writes them.")


@app.command()
def feedback(
    assignment: AssignmentArgument,
    student: StudentOption = None,
    course: CourseOption = None,
) -> None:
    """Write the pages that students get back.

    They are feedback/<student>/<assignment>/*.html.
    """
    from autograder.feedback import feedback as write_feedback

    report = write_feedback(_open(course), assignment, students=student or None)
    console = make_console()
    console.print(f"Feedback for {len(report.pages)} students.")
    if report.quarantined:
        names = clean(", ".join(report.quarantined), 1_000)
        console.print(Text(f"Quarantined, which their pages explain: {names}"), soft_wrap=True)
    for name, reason in report.skipped.items():
        console.print(Text(f"  none for {clean(name)}: {clean(reason)}"), soft_wrap=True)


@app.command()
def export(
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where the grades go; `grades` with a suffix by default."
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        str,
        typer.Option(
            help="csv, csv-wide, csv-cells, xlsx, json, canvas, moodle, moodle-worksheet, "
            "moodle-feedback or blackboard."
        ),
    ] = "csv",
    assignment: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    student: StudentOption = None,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The table that the LMS exported, to be filled in."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=COLUMN", help="The LMS's column of an assignment."),
    ] = None,
    *,
    provisional: Annotated[
        bool,
        typer.Option(
            "--provisional", help="Give an LMS marks that a person has yet to complete as well."
        ),
    ] = False,
    missing_as_zero: Annotated[
        bool,
        typer.Option("--missing-as-zero", help="Give an LMS 0 where nothing was handed in."),
    ] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin with a byte order mark, for old versions of Excel.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write the grades to a file."""
    from autograder.export import FORMATS, Options, read_table
    from autograder.export import export as export_grades

    columns = {}
    for entry in column or ():
        name, separator, header = entry.partition("=")
        if not separator:
            raise OperatorError(f"--column {entry!r}: write it as ASSIGNMENT=NAME OF THE COLUMN")
        columns[name] = header
    if to is None:
        to = Path(f"grades{FORMATS[format].suffix if format in FORMATS else '.csv'}")
    report = export_grades(
        _open(course),
        to,
        format,
        assignments=assignment or (),
        students=student or (),
        options=Options(
            bom=bom,
            template=read_table(template) if template else None,
            columns=columns,
            provisional=provisional,
            missing_as_zero=missing_as_zero,
        ),
    )
    console = make_console()
    marks = f"{report.marks} mark{'' if report.marks == 1 else 's'}"
    print_written(console, marks, report.path.absolute())
    for note in report.notes:
        console.print(Text(f"  note: {clean(note)}"), soft_wrap=True)


@app.command()
def audit(
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", show_default=False)
    ] = None,
    json_file: JsonOption = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page as well.")
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=0, help="Run the reference with so many random states.")
    ] = 20,
    generated: Annotated[
        int | None,
        typer.Option(min=0, help="Run only so many generated mutants.", show_default="all"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many at once; the number of cores by default.")
    ] = None,
    *,
    stock: Annotated[
        bool, typer.Option(help="Let stock nbgrader grade the reference as well.")
    ] = True,
    quick: Annotated[
        bool, typer.Option("--quick", help="A sample: 3 seeds, 20 mutants, no stock nbgrader.")
    ] = False,
    all_assignments: Annotated[bool, typer.Option("--all", help="Every assignment.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Measure nothing; say whether an audit is missing.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Measure tests with solutions whose marks are known.

    A complete audit is recorded in tests/assignments/ASSIGNMENT/audit.json, which `release` needs.
    """
    from autograder.audit.audit import QUICK, Plan
    from autograder.audit.audit import audit as audit_tests
    from autograder.audit.page import page
    from autograder.audit.record import memory_of, missing, write_record
    from autograder.audit.show import audit_progress, print_report
    from autograder.grading.engines import default_engine

    opened = _open(course)
    if (assignment is None) != all_assignments:
        raise OperatorError("say which assignment to audit, or --all")
    names = opened.assignments() if assignment is None else [assignment]
    if len(names) > 1 and (json_file or html_file):
        raise OperatorError("--json and --html are for one assignment")
    for file in (json_file, html_file):
        if file is not None:
            _require_folder(file)
    console = make_console()
    if check:
        reasons = [reason for name in names if (reason := missing(opened, name))]
        for reason in reasons:
            warn(reason)
        if reasons:
            raise typer.Exit(1)
        console.print(f"Audited: {', '.join(names)}")
        return
    plan = QUICK if quick else Plan(seeds=seeds, generated=generated, stock=stock)
    passed = True
    for name in names:
        memory = memory_of(opened, name)
        with audit_progress(console) as heard:
            report = audit_tests(
                opened,
                name,
                engine=default_engine(),
                plan=plan,
                workers=workers,
                heard=heard,
                memory=memory,
            )
        memory.forget()
        if json_file is not None:
            _write_json(json_file, report.to_json())
        if html_file is not None:
            html_file.write_text(page(report), encoding="utf-8")
        print_report(console, report)
        if plan.complete:
            print_written(console, "Record", write_record(opened, report))
        passed = passed and report.passed
    if not passed:
        raise typer.Exit(1)


@app.command()
def diagnose(
    assignment: AssignmentArgument,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many at once; the number of cores by default.")
    ] = None,
    *,
    course: CourseOption = None,
) -> None:
    """Record what wrong solutions answer.

    Grading can then tell students which mistake it was. This runs the reference and
    tests/assignments/ASSIGNMENT/mutants/, and writes diagnosis.json beside them; hints.toml there
    has the words.
    """
    from autograder.audit.answers import record_answers
    from autograder.grading.engines import default_engine

    opened = _open(course)
    console = make_console()
    with console.status("Running wrong solutions ..."):
        found = record_answers(opened, assignment, engine=default_engine(), workers=workers)
    print_written(console, f"{len(found.patterns)} patterns", found.path)
    for name in found.silent:
        console.print(Text(f"No test can tell {clean(name)} by its numbers."))
    for name in found.unknown:
        warn(f"hints.toml names {name}, and there is no such wrong solution")
    if found.unknown:
        raise typer.Exit(1)


cache_app = typer.Typer(help="Show or clear what grading keeps.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")


@cache_app.command()
def size(course: CourseOption = None) -> None:
    """Say how much is kept."""
    from autograder.grading.cache import course_cache

    found = course_cache(_open(course)).size()
    make_console().print(f"{found.entries} entries, {found.bytes / 1e6:.1f} MB")


@cache_app.command()
def clear(course: CourseOption = None) -> None:
    """Remove everything that is kept; the next run grades everything again."""
    from autograder.grading.cache import course_cache

    found = course_cache(_open(course)).clear()
    make_console().print(f"{found.entries} entries removed, {found.bytes / 1e6:.1f} MB")


@app.command(name="explain")
def explain_marks(
    student: Annotated[str, typer.Argument(metavar="STUDENT", show_default=False)],
    assignment: AssignmentArgument,
    json_file: JsonOption = None,
    course: CourseOption = None,
) -> None:
    """Say why a student has these marks.

    Which bytes, tests, engine and rules gave them, and what people changed.
    """
    from autograder.trail.explain import explain
    from autograder.trail.show import print_explanation

    if json_file is not None:
        _require_folder(json_file)
    found = explain(_open(course), student, assignment)
    if json_file is not None:
        _write_json(json_file, found.to_json())
    print_explanation(make_console(), found)


@app.command()
def similar(
    assignment: AssignmentArgument,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The page; similar-<assignment>.html by default."),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(min=0, help="Mark pairs of which chance alone would make fewer."),
    ] = 1.0,
    json_file: JsonOption = None,
    course: CourseOption = None,
) -> None:
    """Rank pairs of submissions that are too much alike.

    What the task and the release explain is left out.
    """
    from autograder.similarity import kept_path, to_json, write_page
    from autograder.similarity import similar as compare_submissions

    if json_file is not None:
        _require_folder(json_file)
    console = make_console()
    opened = _open(course)
    found, works, unread = compare_submissions(opened, assignment, threshold=threshold)
    target = html or Path(f"similar-{assignment}.html")
    write_page(target, assignment, found, works, unread)
    document = to_json(assignment, found, unread)
    kept = kept_path(opened, assignment)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for file in filter(None, (kept, json_file)):
        _write_json(file, document)
    for pair in found.suspicious[:20]:
        console.print(Text(f"{pair.alike:4.0%}  {clean(pair.one)} and {clean(pair.other)}"))
    console.print(
        f"{len(found.suspicious)} pairs of {found.students} submissions are more alike than chance "
        "explains. That is a reason to look, not a proof."
    )
    for student, reason in unread.items():
        console.print(Text(clean(f"Not compared: {student}: {reason}")), soft_wrap=True)
    print_written(console, "Side by side", target.absolute())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def formgrader(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the server listens.")] = 8888,
    *,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address and open no browser.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Grade by hand, in nbgrader's formgrader in the browser.

    What else is given goes to `jupyter lab`, such as --ip=0.0.0.0.
    """
    from autograder.formgrader.start import start

    start(_open(course), port=port, browser=not no_browser, options=ctx.args)


@app.command()
def report(
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", show_default=False)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The page; report-<assignment>.html or report.html by default."
        ),
    ] = None,
    json_file: JsonOption = None,
    *,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous", help="Pseudonyms for students, new ones each time: to show in class."
        ),
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write a page about how a class did.

    It shows scores, grade cells, mistakes, time and the term.
    """
    from autograder.report import document, frames, write_page
    from autograder.report.show import print_summary

    if json_file is not None:
        _require_folder(json_file)
    found = frames(_open(course), assignment, anonymous=anonymous)
    target = html or Path(f"report-{assignment}.html" if assignment else "report.html")
    write_page(target, found)
    if json_file is not None:
        _write_json(json_file, document(found))
    console = make_console()
    print_summary(console, found)
    print_written(console, "Report", target.absolute())


@app.command()
def doctor() -> None:
    """Say how well this machine can hold student code."""
    from autograder.sealed import diagnose

    diagnosis = diagnose()
    console = make_console()
    for finding in diagnosis.findings:
        remedy = "" if finding.ok else f". {finding.remedy}"
        mark = "yes" if finding.ok else "no "
        console.print(f"{mark} {finding.mechanism}: {finding.detail}{remedy}", soft_wrap=True)
    console.print(diagnosis.summary)


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", show_default=False)],
) -> None:
    """For students: say which visible tests of a notebook fail."""
    from autograder.check import check as check_notebook
    from autograder.check import print_report

    report = check_notebook(notebook)
    print_report(make_console(), report)
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(metavar="DIR", help="The course that is made.")] = Path(
        "demo-course"
    ),
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw what is printed as a picture as well.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Carry a class through a whole course; show the results."""
    from autograder.demo import demo as run_demo
    from autograder.demo.show import print_report
    from autograder.demo.show import svg as draw
    from autograder.grading.engines import default_engine

    console = make_console(record=svg is not None)
    with grading_progress(console) as progress:
        report = run_demo(
            _open(course),
            folder.absolute(),
            engine=default_engine(),
            say=lambda text: console.print(clean(text)),
            progress=None if svg else progress,
        )
    print_report(console, report)
    if svg is not None:
        svg.write_text(draw(console), encoding="utf-8")
    if not report.passed:
        raise typer.Exit(1)


def main() -> None:
    """Entry point of the `autograder` command."""
    for stream in (sys.stdout, sys.stderr):
        # A name that this terminal cannot show must not stop a batch.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    outlive_terminal()
    # jsonschema would take half of a command's start to build a grammar of internationalized
    # addresses, which no schema here asks for. It does without if the module is not to be had.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's own sign
    app()
