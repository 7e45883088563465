"""What the documents show is what happens."""

import doctest
from pathlib import Path

import pytest

import arrowsmith

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def test_there_are_documents():
    assert {"README.md", "errors.md", "functions.md"} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples_in_documents(path):
    failed, attempted = doctest.testfile(str(path), module_relative=False)
    assert attempted > 5
    assert failed == 0


def test_examples_in_the_host_s_docstrings():
    found = doctest.DocTestFinder().find(arrowsmith.Plugin, globs={"Plugin": arrowsmith.Plugin})
    runner = doctest.DocTestRunner()
    results = [runner.run(test) for test in found]
    assert sum(result.attempted for result in results) >= 3
    assert sum(result.failed for result in results) == 0


def test_the_readme_shows_the_plugin_of_the_example(session):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    source = text.split("```python\n# geo.py\n")[1].split("```")[0]
    session.load_python_plugin(source, "geo")
    session.load_plugin(ROOT / "examples" / "01_haversine" / "geo.py")
    place = "(40.6, -73.8, 51.5, -0.5)"
    [example] = session.sql(f"SELECT geo.haversine{place}").rows()
    session.load_python_plugin(source, "geo")
    assert session.sql(f"SELECT geo.haversine{place}").rows() == [example]
