"""The classes of errors, and what a user gets to see of a plugin's own exceptions."""

import doctest
import inspect
import os
import pickle
import re
import textwrap
import traceback
from pathlib import Path

import pytest

import arrowsmith

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"
ROW = re.compile(r"\| `(\w+)` \| (?:`(\w+)`)? ?\| (.+) \| (.+) \|")
CLASSES = [getattr(arrowsmith.errors, name) for name in arrowsmith.errors.__all__]


@pytest.fixture
def plugin(session, tmp_path):
    """Load a file into the session and give its path."""

    def load(source):
        path = tmp_path / "p.py"
        path.write_text(textwrap.dedent(source))
        session.load_plugin(path)
        return path

    return load


def places(error):
    """File and line of each frame of an exception's traceback."""
    return [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]


def files(error):
    return [file for file, _ in places(error)]


# The classes


def test_the_document_lists_every_class_with_its_builtin():
    rows = [
        match.groups() for match in map(ROW.fullmatch, DOCUMENT.read_text().splitlines()) if match
    ]
    listed = {name: builtin for name, builtin, _, _ in rows}
    assert [name for name, *_ in rows] == arrowsmith.errors.__all__
    for error in CLASSES:
        bases = [
            base.__name__ for base in error.__bases__ if base is not arrowsmith.ArrowsmithError
        ]
        assert bases == ([listed[error.__name__]] if listed[error.__name__] else []), error


def test_the_examples_of_the_document():
    failed, attempted = doctest.testfile(str(DOCUMENT), module_relative=False)
    assert attempted > 5
    assert failed == 0


@pytest.mark.parametrize("error", CLASSES)
def test_a_class_is_found_where_it_says(error):
    assert error.__module__ == "arrowsmith.errors"
    assert getattr(arrowsmith, error.__name__) is error
    assert issubclass(error, arrowsmith.ArrowsmithError)
    assert error.__doc__


@pytest.mark.parametrize("error", CLASSES)
def test_pickling(error):
    made = error("what is wrong")
    made.add_note("and where")
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - made two lines above
    assert type(again) is error
    assert str(again) == "what is wrong"
    assert again.__notes__ == ["and where"]


def test_pickling_keeps_the_place():
    made = arrowsmith.PluginLoadError("no", "p.py", 3)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - made one line above
    assert (again.message, again.file, again.line, str(again)) == ("no", "p.py", 3, "p.py:3: no")


# A plugin's own


def test_an_object_that_is_raised_again_has_one_note(session, plugin):
    plugin(
        """
        ERROR = ValueError("the same")

        @db.scalar_fn
        def f(x: int) -> int:
            raise ERROR
        """
    )
    caught = []
    for x in (1, 2):
        with pytest.raises(ValueError, match="the same") as raised:
            session.sql("SELECT p.f($1)", [x]).rows()
        caught.append(raised.value)
    assert caught[0] is caught[1]
    [note] = caught[0].__notes__
    assert "p.f" in note
    assert "(2)" in note


def test_notes_of_the_plugin_stay(session, plugin):
    plugin(
        """
        @db.scalar_fn
        def f(x: int) -> int:
            error = ValueError(x)
            error.add_note("its own")
            raise error
        """
    )
    with pytest.raises(ValueError, match="1") as caught:
        session.sql("SELECT p.f(1)").rows()
    own, ours = caught.value.__notes__
    assert own == "its own"
    assert ours.startswith("in p.f (version 0.0.0), row 0")


def test_causes_keep_their_places(session, plugin):
    path = plugin(
        """
        def inner():
            raise KeyError("inner")

        @db.scalar_fn
        def f(x: int) -> int:
            try:
                inner()
            except KeyError as error:
                raise ValueError("outer") from error
        """
    )
    with pytest.raises(ValueError, match="outer") as caught:
        session.sql("SELECT p.f(1)").rows()
    assert places(caught.value)[-1] == (str(path), 10)
    assert isinstance(caught.value.__cause__, KeyError)
    assert places(caught.value.__cause__) == [(str(path), 8), (str(path), 3)]
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise KeyError("inner")' in text
    assert 'raise ValueError("outer") from error' in text


def test_groups_keep_their_members(session, plugin):
    path = plugin(
        """
        def member(kind):
            try:
                raise kind
            except kind as error:
                return error

        @db.scalar_fn
        def f(x: int) -> int:
            raise ExceptionGroup("both", [member(KeyError), member(OSError)])
        """
    )
    with pytest.raises(ExceptionGroup) as caught:
        session.sql("SELECT p.f(1)").rows()
    assert [type(member) for member in caught.value.exceptions] == [KeyError, OSError]
    assert [places(member) for member in caught.value.exceptions] == [[(str(path), 4)]] * 2
    assert places(caught.value)[-1] == (str(path), 10)


@pytest.mark.parametrize(
    "name",
    ["StopIteration", "StopAsyncIteration", "GeneratorExit", "SystemExit", "KeyboardInterrupt"],
)
@pytest.mark.parametrize("vectorized", [False, True])
def test_what_would_steer_the_caller_fails_the_query(session, plugin, name, vectorized):
    plugin(
        f"""
        @db.scalar_fn(vectorized={vectorized})
        def f(x: int) -> int:
            raise {name}("no")
        """
    )
    for run in (lambda query: query.rows(), list, next_of):
        with pytest.raises(arrowsmith.ExecutionError, match=name) as caught:
            run(session.sql("SELECT p.f(1)"))
        assert type(caught.value.__cause__).__name__ == name
    assert session.sql("SELECT 1").rows() == [(1,)]


def next_of(relation):
    return next(iter(relation))


# Hidden frames


def test_a_traceback_is_the_callers_and_the_plugins(session, plugin, tmp_path):
    path = plugin(
        """
        @db.scalar_fn
        def f(x: int) -> int:
            return 1 // x
        """
    )
    relation = session.sql("SELECT p.f(0) AS y")
    function = session.function("p.f")
    for use in (
        relation.rows,
        relation.show,
        relation.collect,
        relation._repr_html_,
        lambda: next(iter(relation)),
        lambda: relation.write_csv(tmp_path / "out.csv"),
        lambda: session.register("t", relation),
        lambda: function([0]),
    ):
        with pytest.raises(ZeroDivisionError) as caught:
            use()
        shown = files(caught.value)
        assert shown[-1] == str(path)
        assert set(shown) == {__file__, str(path)}


def test_a_mistake_is_shown_where_the_caller_made_it(session):
    for use, error in (
        (lambda: arrowsmith.Database.in_memory(threads=0), ValueError),
        (lambda: session.sql("SELECT nothing"), arrowsmith.PlanError),
        (lambda: session.sql("SELECT 1", timeout=0), ValueError),
        (lambda: session.sql("SELECT 1").show(-1), ValueError),
        (lambda: session.register("t", 5), TypeError),
        (lambda: session.function("no.such"), arrowsmith.PlanError),
        (lambda: session.load_python_plugin("", "p", "ScalarFn"), TypeError),
    ):
        with pytest.raises(error) as caught:
            use()
        assert set(files(caught.value)) == {__file__}


def test_a_failed_load_shows_the_plugins_frames_only(session, tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import inner\n")
    (folder / "inner.py").write_text("\nraise KeyError('inner')\n")
    with pytest.raises(arrowsmith.PluginLoadError, match="inner") as caught:
        session.load_plugin(folder)
    assert set(files(caught.value)) == {__file__}
    expected = [(str(folder / "__init__.py"), 1), (str(folder / "inner.py"), 2)]
    assert places(caught.value.__cause__) == expected


SCRIPT = """
import traceback
import arrowsmith

session = arrowsmith.Database.in_memory(threads=1).session()

def show(error):
    for frame in traceback.extract_tb(error.__traceback__):
        print(frame.filename.replace("\\\\", "/"))

@session.add_function
def f(x: int) -> int:
    return 1 // x

try:
    session.sql("SELECT f(0)").rows()
except ZeroDivisionError as error:
    show(error)
print("--")
try:
    session.load_python_plugin("1 / 0", "p")
except ImportError as error:
    show(error)
    show(error.__cause__)
"""


def frames_of_script(run_script, **environment):
    done = run_script(SCRIPT, env={**os.environ, **environment})
    assert (done.returncode, done.stderr) == (0, "")
    query, load = done.stdout.split("--\n")
    return query.splitlines(), load.splitlines()


def test_own_frames_are_shown_on_request(run_script):
    query, load = frames_of_script(run_script, ARROWSMITH_TRACEBACKS="full")
    assert any(file.endswith("arrowsmith/relation.py") for file in query)
    assert any(file.endswith("arrowsmith/loading.py") for file in load)
    assert "<arrowsmith>/execution.py" in load
    query, load = frames_of_script(run_script, ARROWSMITH_TRACEBACKS="")
    assert query == ["<string>", "<string>"]
    assert load == ["<string>", "p"]


# What hides them


def test_a_method_is_still_a_method(session):
    sql = arrowsmith.Session.sql
    assert sql.__name__ == "sql"
    assert sql.__qualname__ == "Session.sql"
    assert sql.__module__ == "arrowsmith.session"
    assert sql.__doc__.startswith("Plan a query.")
    assert inspect.isfunction(sql.__wrapped__)
    assert list(inspect.signature(sql).parameters) == ["self", "query", "params", "timeout"]
    assert list(inspect.signature(session.sql).parameters) == ["query", "params", "timeout"]
    assert session.sql.__self__ is session
    assert sql(session, "SELECT 1 AS n").rows() == [(1,)]
    assert callable(session.sql)
    with pytest.raises(TypeError, match="nonsense"):
        session.sql("SELECT 1", nonsense=1)


def test_a_subclass_makes_its_own_kind():
    class Mine(arrowsmith.Database):
        pass

    with Mine.in_memory(threads=1) as database:
        assert type(database) is Mine
        assert database.session().sql("SELECT 1 AS n").rows() == [(1,)]


def test_doctests_are_found_behind_it():
    names = {
        test.name for test in doctest.DocTestFinder().find(arrowsmith.Session) if test.examples
    }
    assert {"Session.sql", "Session.errors", "Session.cancel"} <= names
