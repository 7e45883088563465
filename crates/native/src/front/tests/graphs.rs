//! Graphs, word by word.

use super::sources::lowered;

fn check(text: &str, graph: &str) {
    assert_eq!(lowered(text).unwrap().to_string().trim(), graph.trim());
}

#[test]
fn loops_test_before_each_round_and_chains_stop_early() {
    check(
        r"
def f(a, b=2.0, *, c=None):
    while a < b <= 10:
        a += math.sin(b) ** 2
    return a
",
        r"
function 0 f(a, b=2.0, *, c=None)
0:
  jump 1
1:
  %3 = a < b
  if %3 jump 3 else 4
2:
  %5 = math.sin(b)
  %4 = %5 ** 2
  a = a + %4
  jump 1
3:
  %3 = b <= 10
  if %3 jump 2 else 4
4:
  return a
",
    );
}

#[test]
fn helpers_are_put_in_their_place_with_fresh_names() {
    check(
        r"
def g(x):
    y = -x
    return y
def f(a):
    return g(a) + math.pi
",
        r"
function 0 f(a)
0:
  g.x = a
  unset g.y
  g.y = -g.x
  %2 = g.y
  %1 = %2 + 3.141592653589793
  return %1
",
    );
}

#[test]
fn finally_stands_at_each_way_out() {
    check(
        r"
def f(a):
    try:
        x = 1 // a
    except ZeroDivisionError as e:
        return None
    finally:
        a = 5
    return x
",
        r"
function 0 f(a)
0: except %exception4 to 2
  x = 1 // a
  jump 3
1:
  a = 5
  raise again %exception3
2: except %exception3 to 1
  if %exception4 is (ZeroDivisionError) jump 4 else 5
3:
  a = 5
  return x
4: except %exception3 to 1
  e = %exception4
  unset e
  jump 6
5: except %exception3 to 1
  raise again %exception4
6:
  a = 5
  return None
",
    );
}

#[test]
fn functions_that_call_themselves_stay_calls() {
    check(
        r"
def f(n):
    return n if n < 2 else f(n - 1) + f(n - 2)
",
        r"
function 0 f(n)
0:
  %2 = n < 2
  if %2 jump 1 else 2
1:
  %1 = n
  jump 3
2:
  %4 = n - 1
  %3 = function 0(%4)
  %6 = n - 2
  %5 = function 0(%6)
  %1 = %3 + %5
  jump 3
3:
  return %1
",
    );
}

#[test]
fn attributes_of_parameters_are_read_and_set() {
    check(
        r"
def f(self, v):
    self.n += v
    if v is not None and v > self.m:
        self.m = v
",
        r"
function 0 f(self, v)
0:
  %2 = self.n
  %2 = %2 + v
  self.n = %2
  %3 = v is not None
  if %3 jump 3 else 2
1:
  self.m = v
  jump 2
2:
  return None
3:
  %5 = self.m
  %4 = v > %5
  if %4 jump 1 else 2
",
    );
}

#[test]
fn lists_are_made_and_appended_to() {
    check(
        r"
def f(a):
    out = []
    for i, x in enumerate(a):
        out.append(x * i)
    return out
",
        r"
function 0 f(a)
0:
  out = []
  %4 = enumerate(a)
  %iterator5 = iterate %4
  jump 1
1:
  next %item6 of %iterator5 jump 2 done 3
2:
  unpack(i, x) = %item6
  %7 = x * i
  append %7 to out
  jump 1
3:
  return out
",
    );
}

#[test]
fn recursive_helpers_stay_functions_and_wrong_arguments_leave() {
    check(
        r"
def g(n):
    return n if n < 2 else g(n - 1)
def f(a):
    return g(a) - g(-a), a / g(1, 2)
",
        r"
function 0 f(a)
0:
  %3 = function 1(a)
  %5 = -a
  %4 = function 1(%5)
  %2 = %3 - %4
  leave: wrong arguments for g

function 1 g(n)
0:
  %2 = n < 2
  if %2 jump 1 else 2
1:
  %1 = n
  jump 3
2:
  %3 = n - 1
  %1 = function 1(%3)
  jump 3
3:
  return %1
",
    );
}
