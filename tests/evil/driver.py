"""Plays one evil against the host and checks what the host did.

`python tests/evil/driver.py plugins/<evil>.py` does so in a process of its own; `test_evil.py` does
so for the evils that can share one. What a plugin file may declare is the fields of `Evil`.
"""

import ast
import builtins
import faulthandler
import gc
import os
import re
import signal
import sys
import threading
import time
import types
import warnings
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import arrowsmith

GOOD = """
@db.scalar_fn
def double(x: int) -> int:
    return 2 * x
"""
# The promise is 0.1 s; the rest is for machines that are busy with something else.
LATE = 0.5

# Kept, because evils replace them.
_clock = time.monotonic
_Anything = BaseException


@dataclass(frozen=True)
class Evil:
    """What a plugin file says of itself: its docstring, and its constants in upper case."""

    path: Path
    promise: str
    """What the host must do, in words."""
    query: str = "SELECT f(x) FROM t"
    """`t(x)` holds 1, 2, 3 and `many(x)` holds 0 to 19,999."""
    rows: list[tuple[Any, ...]] | None = None
    raises: str | None = None
    """`Name|OtherName: pattern`: a class (or a base of it) and what its text matches.

    With `rows` too, either may come of it.
    """
    load_raises: str | None = None
    """As `raises`, of the loading; then nothing else happens."""
    warns: str | None = None
    """A pattern that a UserWarning of the loading matches."""
    note: str | None = None
    """A pattern that one note matches; by default it names the function. Empty: don't look."""
    notes: int | None = None
    """How many notes there are."""
    cause: str | None = None
    """The class of the error's `__cause__`."""
    then: str | None = None
    """A second query, after the interpreter was put back."""
    then_rows: list[tuple[Any, ...]] | None = None
    repeat: int = 1
    """How often the query runs."""
    timeout: float | None = None
    """The query's timeout."""
    cancel: float | None = None
    """When another thread cancels, in seconds after the query's start."""
    within: float | None = None
    """When the answer must be there."""
    text: str | None = None
    """Text to load in place of the file, where a file could not hold it."""
    closes: str | None = None
    """`session` or `database`, where the plugin closes it."""
    alone: bool = False
    """Whether it needs a process of its own."""
    seconds: int = 20
    """The test's limit."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the declarations without running the plugin."""
        tree = ast.parse(path.read_text("utf-8"))
        promise = re.search(
            r"^The host must .*", ast.get_docstring(tree) or "", re.MULTILINE | re.DOTALL
        )
        assert promise is not None, f"{path}: no line begins with 'The host must'"
        declared = {
            node.targets[0].id.lower(): ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id.isupper()
        }
        unknown = set(declared) - {field.name for field in fields(cls)}
        assert not unknown, f"{path}: {unknown} means nothing here"
        evil = cls(path, promise[0], **declared)
        assert evil.rows or evil.raises or evil.load_raises, f"{path}: what must come of it?"
        return evil

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def needs_process(self) -> bool:
        """Whether it is alone; a host that fails to stop one must not take the others along."""
        return self.alone or self.timeout is not None or self.cancel is not None


class Interpreter:
    """What of the interpreter evils change, to be put back."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    _SYS = ("stdin", "stdout", "stderr", "excepthook", "unraisablehook", "displayhook")

    def __init__(self) -> None:
        changed = (builtins, time, threading, sys.modules.get("numpy"))
        self._modules = [(vars(module), dict(vars(module))) for module in changed if module]
        self._sys = [(name, getattr(sys, name)) for name in self._SYS]
        self._loaded = dict(sys.modules)
        self._lists = [
            (kept, list(kept)) for kept in (sys.path, sys.meta_path, sys.path_hooks, gc.callbacks)
        ]
        self._handlers = [(number, signal.getsignal(number)) for number in self._SIGNALS]
        self._hooks = (sys.gettrace(), sys.getprofile())
        self._limits = (sys.getswitchinterval(), sys.getrecursionlimit(), gc.isenabled())
        self._folder = Path.cwd()

    def handlers_are_kept(self) -> bool:
        return all(signal.getsignal(number) == handler for number, handler in self._handlers)

    def put_back(self) -> None:
        for changed, kept in self._modules:  # first, because all else calls builtins
            changed.update(kept)
        sys.settrace(self._hooks[0])
        sys.setprofile(self._hooks[1])
        for name, value in self._sys:
            setattr(sys, name, value)
        sys.modules.update(self._loaded)
        for changed, kept in self._lists:
            changed[:] = kept
        for number, handler in self._handlers:
            signal.signal(number, handler)
        sys.setswitchinterval(self._limits[0])
        sys.setrecursionlimit(self._limits[1])
        if self._limits[2]:
            gc.enable()
        os.chdir(self._folder)


def play(database: arrowsmith.Database, evil: Evil) -> None:
    """Load the evil into a new session, run its query, and check what the host must do."""
    session = database.session()
    session.register("t", {"x": [1, 2, 3]})
    session.register("many", {"x": list(range(20_000))})
    # What plugins import to reach the session that they are in.
    host = types.ModuleType("evil_host")
    host.session, host.database = session, database
    sys.modules["evil_host"] = host
    interpreter = Interpreter()
    try:
        if check_load(session, evil):
            assert interpreter.handlers_are_kept(), "a signal handler stayed"
            for _ in range(evil.repeat):
                check_query(session, evil, interpreter)
            if evil.then is not None:
                rows = session.sql(evil.then).rows()
                assert rows == evil.then_rows, rows
        check_host(database, session, evil)
    finally:
        interpreter.put_back()
        del sys.modules["evil_host"]


def check_load(session: arrowsmith.Session, evil: Evil) -> bool:
    """Load the plugin; whether there is anything to call then."""
    error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            load(session, evil)
        except BaseException as raised:  # noqa: BLE001 - evils raise everything
            error = raised
    warned = [str(one.message) for one in caught if issubclass(one.category, UserWarning)]
    if evil.warns is None:
        assert warned == []
    else:
        assert any(re.search(evil.warns, message) for message in warned), warned
    if evil.load_raises is not None:
        assert error is not None, "it was loaded"
        check_error(error, evil.load_raises)
        assert session.functions().rows() == []
        return False
    if error is not None:
        raise error
    return True


def load(session: arrowsmith.Session, evil: Evil) -> None:
    if evil.text is None:
        outcome = session.load_plugin(evil.path)
    else:
        outcome = session.load_python_plugin(evil.text, evil.name)
    session.use(outcome["plugin_id"])


def check_query(session: arrowsmith.Session, evil: Evil, interpreter: Interpreter) -> None:
    rows, error = None, None
    options = {} if evil.timeout is None else {"timeout": evil.timeout}
    if evil.cancel is not None:
        threading.Timer(evil.cancel, session.cancel).start()
    start = _clock()
    try:
        rows = session.sql(evil.query, **options).rows()
    except _Anything as raised:
        error = raised
    seconds = _clock() - start
    interpreter.put_back()
    if error is None:
        assert evil.rows is not None, f"it gave {rows}"
        assert rows == evil.rows, rows
    else:
        assert evil.raises is not None, described(error)
        check_error(error, evil.raises)
        check_detail(error, evil)
    limits = [when + LATE for when in (evil.timeout, evil.cancel) if when is not None]
    limit = evil.within if evil.within is not None else min(limits, default=None)
    assert limit is None or seconds < limit, f"it took {seconds:.2f} s"


def check_error(error: BaseException, expected: str) -> None:
    check_not_internal(error)
    names, _, pattern = expected.partition(": ")
    classes = {known.__name__ for known in type(error).__mro__}
    assert classes & set(names.split("|")), described(error)
    if pattern:
        assert re.search(pattern, str(error)), described(error)


def check_detail(error: BaseException, evil: Evil) -> None:
    """Look at what says where it happened: the text of an error of ours, the notes of others."""
    # Not isinstance, which asks the error what it is.
    if issubclass(type(error), arrowsmith.ConversionError):
        assert f"{evil.name}." in str(error), described(error)
    own = issubclass(type(error), arrowsmith.ArrowsmithError)
    if own and type(error).__name__.endswith("Timeout"):
        assert issubclass(type(error), TimeoutError), described(error)
    pattern = evil.note
    if pattern is None:
        pattern = "" if own else rf"in {evil.name}\.\w+ \(version"
    if pattern:
        notes = error.__notes__
        assert any(re.search(pattern, note) for note in notes), f"{described(error)}: {notes}"
    if evil.notes is not None:
        assert len(error.__notes__) == evil.notes, error.__notes__
    if evil.cause is not None:
        assert type(error.__cause__).__name__ == evil.cause, described(error)


def check_not_internal(error: BaseException) -> None:
    """No fault of the host may be anywhere in an error."""
    seen: dict[int, BaseException] = {}
    left: list[BaseException] = [error]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        names = {known.__name__ for known in type(one).__mro__}
        assert not names & {"InternalError", "PanicException"}, described(one)
        # By the descriptors, because an evil's attributes may be evil.
        for name in ("__cause__", "__context__"):
            other = BaseException.__dict__[name].__get__(one)
            if other is not None:
                left.append(other)
        if issubclass(type(one), BaseExceptionGroup):
            left += one.exceptions


def described(error: BaseException) -> str:
    try:
        return f"{type(error).__mro__[0].__name__}: {str(error)[:500]}"
    except BaseException:  # noqa: BLE001 - evils raise everything
        return f"{type(error).__name__}, whose text can't be shown"


def check_host(database: arrowsmith.Database, session: arrowsmith.Session, evil: Evil) -> None:
    """Whatever happened: this session and a new one answer, and good plugins work in both."""
    if evil.closes is None:
        check_session(session)
        session.close()
    if evil.closes == "database":
        database = arrowsmith.Database.in_memory(threads=2)
    with database.session() as fresh:
        check_session(fresh)


def check_session(session: arrowsmith.Session) -> None:
    assert session.sql("SELECT 1").rows() == [(1,)]
    session.load_python_plugin(GOOD, "good")
    query = "SELECT count(*), sum(good.double(value)) FROM generate_series(1, 20000)"
    assert session.sql(query).rows() == [(20_000, 20_000 * 20_001)]


def main(path: Path) -> None:
    evil = Evil.read(path)
    faulthandler.dump_traceback_later(evil.seconds, exit=True, file=sys.__stderr__)
    with arrowsmith.Database.in_memory(threads=2) as database:
        play(database, evil)
        # Past Python's stdout, which evils replace.
        os.write(1, b"\nplayed\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
