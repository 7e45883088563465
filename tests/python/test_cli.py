"""The command line as a user starts it: in a process of its own."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import arrowsmith

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PLUGIN = """\
@db.scalar_fn
def half(x: float) -> float:
    return x / 2


@db.scalar_fn
def inverse(x: float) -> float:
    return divide(1.0, x)


def divide(left, right):
    return left / right
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def start(*arguments: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "arrowsmith", *map(str, arguments)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            # Help and usage errors are wrapped and coloured as the terminal asks.
            env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        )

    return start


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "calc.py"
    path.write_text(PLUGIN)
    return path


def assert_fine(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def assert_short_failure(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "panicked" not in done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 6
    return done.stderr


def assert_wrong_usage(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_version(run: Run) -> None:
    assert assert_fine(run("version")) == f"arrowsmith {arrowsmith.__version__}\n"


def test_help_names_the_commands_and_the_exit_codes(run: Run) -> None:
    text = assert_fine(run("--help"))
    for word in ("sql", "functions", "version", "Exit codes"):
        assert word in text


class TestSql:
    def test_a_table_is_the_default(self, run: Run) -> None:
        lines = assert_fine(run("sql", "SELECT 1 + 1 AS two, 'x' AS word")).splitlines()
        assert lines[1].split() == ["|", "two", "|", "word", "|"]
        assert lines[3].split() == ["|", "2", "|", "x", "|"]

    def test_a_plugin_is_called(self, run: Run, plugin: Path) -> None:
        text = assert_fine(run("sql", "SELECT calc.half(3.0) AS y", "--plugin", plugin))
        assert "1.5" in text

    def test_plugins_repeat(self, run: Run, plugin: Path, tmp_path: Path) -> None:
        other = tmp_path / "more.py"
        other.write_text("@db.scalar_fn\ndef twice(x: float) -> float:\n    return 2 * x\n")
        query = "SELECT more.twice(calc.half(3.0)) AS y"
        done = run("sql", query, "-p", plugin, "-p", other, "--format", "csv")
        assert assert_fine(done).splitlines() == ["y", "3.0"]

    def test_csv(self, run: Run) -> None:
        query = "SELECT * FROM (VALUES (1, 'a,b'), (2, NULL)) AS t(n, s) ORDER BY n"
        text = assert_fine(run("sql", query, "--format", "csv"))
        assert list(csv.reader(text.splitlines())) == [["n", "s"], ["1", "a,b"], ["2", ""]]

    def test_json_is_a_line_per_row(self, run: Run) -> None:
        query = "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(n, s) ORDER BY n"
        lines = assert_fine(run("sql", query, "--format", "json")).splitlines()
        assert [json.loads(line) for line in lines] == [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}]

    def test_parquet_goes_to_a_pipe(self, tmp_path: Path) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")
        path = tmp_path / "answer.parquet"
        command = [
            sys.executable,
            "-m",
            "arrowsmith",
            "sql",
            "SELECT 1 AS n",
            "--format",
            "parquet",
        ]
        with path.open("wb") as file:
            subprocess.run(command, stdout=file, timeout=60, check=True)
        assert parquet.read_table(path).to_pylist() == [{"n": 1}]

    @pytest.mark.parametrize("name", ["out.csv", "out.json", "out.parquet", "out.txt"])
    def test_the_output_file_names_the_format(self, run: Run, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        assert assert_fine(run("sql", "SELECT 42 AS n", "--output", path)) == ""
        data = path.read_bytes()
        expected = {
            "out.csv": b"n\n42\n",
            "out.json": b'{"n":42}\n',
            "out.parquet": b"PAR1",
            "out.txt": b"+",
        }
        assert data.startswith(expected[name])

    def test_the_format_wins_over_the_extension(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "out.txt"
        assert_fine(run("sql", "SELECT 42 AS n", "-o", path, "-f", "csv"))
        assert path.read_text() == "n\n42\n"

    def test_a_file_of_statements(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "q.sql").write_text(
            "CREATE TABLE t AS SELECT 5 AS n;\nSELECT n * 2 AS m FROM t;"
        )
        assert assert_fine(run("sql", "q.sql", "--format", "csv")).splitlines() == ["m", "10"]

    def test_standard_input(self, run: Run) -> None:
        done = run("sql", "-", "--format", "csv", stdin="SELECT 7 AS n")
        assert assert_fine(done).splitlines() == ["n", "7"]

    @pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
    def test_a_statement_without_a_result_prints_nothing(self, run: Run, form: str) -> None:
        assert assert_fine(run("sql", "CREATE TABLE t (n BIGINT)", "--format", form)) == ""

    def test_a_table_is_cut_and_says_so_but_csv_is_not(self, run: Run) -> None:
        query = "SELECT v FROM generate_series(1, 50) AS t(v)"
        table = assert_fine(run("sql", query, "--limit", "3"))
        assert len(table.splitlines()) == 3 + 4 + 1
        assert len(assert_fine(run("sql", query, "--limit", "3", "-f", "csv")).splitlines()) == 51


class TestFunctions:
    def test_lists_what_a_plugin_has(self, run: Run, plugin: Path) -> None:
        text = assert_fine(run("functions", "--plugin", plugin))
        assert "half" in text
        assert "inverse" in text
        assert "scalar" in text

    def test_a_plugin_that_fails(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "bad.py"
        path.write_text("x = 1\ny = = 2\n")
        text = assert_short_failure(run("functions", "--plugin", path))
        assert text.startswith("PluginLoadError: ")
        assert "bad.py" in text
        assert "2" in text


class TestFailures:
    @pytest.mark.parametrize(
        "query", ["SELEC 1", "SELECT * FROM nowhere", "SELECT no_such_function(1)", ""]
    )
    def test_a_query_that_cannot_be_planned(self, run: Run, query: str) -> None:
        assert assert_short_failure(run("sql", query)).startswith("PlanError: ")

    def test_a_plugins_own_exception_has_its_place(self, run: Run, plugin: Path) -> None:
        query = "SELECT calc.inverse(x) AS y FROM (VALUES (1.0), (0.0)) AS t(x)"
        for form in ("table", "csv"):
            text = assert_short_failure(run("sql", query, "--plugin", plugin, "-f", form))
            assert text.startswith("ZeroDivisionError: float division by zero")
            assert f"{plugin}:12" in text
            assert "calc.inverse" in text, "the note names the function"

    def test_the_traceback_on_request(
        self, run: Run, plugin: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        command = ("sql", "SELECT calc.inverse(0.0) AS y", "-p", plugin, "--traceback")
        done = run(*command)
        assert (done.returncode, done.stdout) == (1, "")
        first, *rest = done.stderr.splitlines()
        assert first == "Traceback (most recent call last):"
        assert "return left / right" in done.stderr
        files = [line.split('"')[1] for line in rest if line.startswith("  File ")]
        assert files == [str(plugin)] * 2
        monkeypatch.setenv("ARROWSMITH_TRACEBACKS", "full")
        assert "cli/app.py" in run(*command).stderr

    def test_a_query_that_takes_too_long(self, run: Run) -> None:
        query = "SELECT count(md5(value::text)) FROM generate_series(1, 10000000000)"
        text = assert_short_failure(run("sql", query, "--timeout", "0.2"))
        assert text.startswith("QueryTimeout: ")
        assert_fine(run("sql", "SELECT 1", "--timeout", "30"))

    def test_a_corrupt_file_is_named(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "broken.parquet").write_bytes(b"no parquet at all")
        text = assert_short_failure(run("sql", "SELECT * FROM 'broken.parquet'"))
        assert "broken.parquet" in text

    def test_a_failure_leaves_an_older_output_alone(
        self, run: Run, plugin: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "out.csv"
        path.write_text("old")
        assert_short_failure(run("sql", "SELECT calc.inverse(0.0)", "-p", plugin, "-o", path))
        assert path.read_text() == "old"
        assert {entry.name for entry in tmp_path.iterdir()} <= {"out.csv", "calc.py", "__pycache__"}


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["sql"],
            ["nonsense"],
            ["sql", "SELECT 1", "--format", "xml"],
            ["sql", "SELECT 1", "--plugin", "missing.py"],
            ["sql", "SELECT 1", "--limit", "0"],
            ["sql", "SELECT 1", "--nonsense"],
            ["sql", "SELECT 1", "--timeout", "0"],
            ["sql", "SELECT 1", "--timeout", "-1"],
            ["sql", "SELECT 1", "--timeout", "nan"],
            ["sql", "SELECT 1", "--timeout", "soon"],
            ["sql", "SELECT 1", "--output", "."],
            ["sql", "missing.sql"],
            ["version", "extra"],
        ],
    )
    def test_wrong_usage(self, run: Run, arguments: list[str]) -> None:
        assert assert_wrong_usage(run(*arguments))

    def test_a_query_file_that_is_no_text(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "q.sql").write_bytes(b"SELECT '\xff'")
        assert "UTF-8" in assert_wrong_usage(run("sql", "q.sql"))

    def test_without_the_extra_it_says_how_to_install(self) -> None:
        code = "import sys; sys.modules['typer'] = None; from arrowsmith.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert assert_wrong_usage(done).splitlines() == [
            "the command line needs typer and rich: pip install 'arrowsmith[cli]'"
        ]


def test_a_reader_that_leaves_early_is_no_failure_to_report() -> None:
    query = "SELECT v FROM generate_series(1, 200000) AS t(v)"
    process = subprocess.Popen(
        [sys.executable, "-m", "arrowsmith", "sql", query, "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        assert process.stdout.readline() == b"v\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(timeout=60)


ENDLESS = """\
@db.scalar_fn
def spin(x: int) -> int:
    print("started", flush=True)
    while True:
        pass
"""


class TestCancelling:
    @staticmethod
    def interrupt(folder: Path, *arguments: str) -> tuple[int, str]:
        """Start a command, press Ctrl-C once it says so, and give exit code and standard error."""
        process = subprocess.Popen(
            [sys.executable, "-m", "arrowsmith", *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"TERM": "dumb"},
        )
        assert process.stdout is not None
        with process:
            assert process.stdout.readline() == "started\n"
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    @pytest.mark.parametrize("form", ["table", "csv"])
    def test_ctrl_c_in_a_query(self, tmp_path: Path, form: str) -> None:
        (tmp_path / "calc.py").write_text(ENDLESS)
        query = "SELECT calc.spin(1)"
        ended = self.interrupt(tmp_path, "sql", query, "-p", "calc.py", "-f", form)
        assert ended == (130, "cancelled\n")

    @pytest.mark.parametrize("command", [["functions"], ["sql", "SELECT 1"]])
    def test_ctrl_c_while_a_plugin_loads(self, tmp_path: Path, command: list[str]) -> None:
        (tmp_path / "calc.py").write_text("print('started', flush=True)\nwhile True:\n    pass\n")
        assert self.interrupt(tmp_path, *command, "-p", "calc.py") == (130, "cancelled\n")


def test_explain_shows_what_became_of_functions(run: Run, plugin: Path) -> None:
    plugin.write_text(
        PLUGIN + "\n\n@db.scalar_fn(tier='inline')\ndef one() -> int:\n    return 1\n"
    )
    whole = assert_fine(run("explain", plugin))
    assert whole.startswith("calc.half(x: float) -> float\n")
    assert "def divide(left, right):" in whole
    one = assert_fine(run("explain", plugin, "one"))
    assert one.startswith("calc.one() -> int\ninline: declared\n\n   15   @db.scalar_fn(")
    assert one in whole
    missing = run("explain", plugin, "none")
    assert missing.returncode == 1
    assert "unknown function none" in missing.stderr
