//! Graphs, word by word.

use super::sources::lowered;

fn printed(text: &str) -> String {
    lowered(text).unwrap().to_string()
}

#[test]
fn show() {
    for text in [
        "def f(a, b=2.0, *, c=None):\n    while a < b <= 10:\n        a += math.sin(b) ** 2\n    return a\n",
        "def g(x):\n    y = -x\n    return y\ndef f(a):\n    return g(a) + math.pi\n",
        "def f(a):\n    try:\n        x = 1 // a\n    except ZeroDivisionError as e:\n        return None\n    finally:\n        a = 5\n    return x\n",
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
        "def f(self, v):\n    self.n += v\n    if v is not None and v > self.m: self.m = v\n",
        "def f(a):\n    out = []\n    for i, x in enumerate(a):\n        out.append(x * i)\n    return out\n",
    ] {
        println!("{}\n-----", printed(text));
    }
}
