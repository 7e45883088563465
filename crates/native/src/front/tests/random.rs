//! Random functions full of ways out, compared with the interpreter.

use std::fmt::Write;

use super::catalogue::compare;

/// Numbers that are the same in each run (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % bound
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

struct Writer {
    random: Random,
    text: String,
    /// How many more statements there may be.
    room: u32,
}

impl Writer {
    fn line(&mut self, depth: usize, line: &str) {
        writeln!(self.text, "{}{line}", "  ".repeat(depth)).unwrap();
    }

    fn name(&mut self) -> &'static str {
        self.random.pick(&["a", "b", "c", "d"])
    }

    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.random.pick(&["a", "b", "c", "d", "0", "1", "2", "None"]).to_owned();
        }
        let [x, y, z] = std::array::from_fn(|_| self.expression(depth - 1));
        match self.random.below(9) {
            0 => format!("({x} {} {y})", self.random.pick(&["+", "-", "//", "%"])),
            1 => {
                let [first, then] =
                    std::array::from_fn(|_| self.random.pick(&["<", "<=", "==", "!=", "is"]));
                let first = if first == "is" { "is not None !=" } else { first };
                let then = if then == "is" { ">" } else { then };
                format!("({x} {first} {y} {then} {z})")
            }
            2 => format!("({x} and {y} or {z})"),
            3 => format!("({x} or {y} and {z})"),
            4 => format!("({x} if {y} else {z})"),
            5 => format!("({} := {x})", self.name()),
            6 => format!("(not {x})"),
            7 => format!("g({x}, {y})"),
            _ => x,
        }
    }

    fn body(&mut self, depth: usize, in_loop: bool) {
        for _ in 0..=self.random.below(3) {
            self.statement(depth, in_loop);
        }
    }

    fn headed(&mut self, head: &str, depth: usize, in_loop: bool) {
        self.line(depth, head);
        self.body(depth + 1, in_loop);
    }

    fn statement(&mut self, depth: usize, in_loop: bool) {
        self.room = self.room.saturating_sub(1);
        let kinds = if self.room == 0 || depth > 6 { 8 } else { 14 };
        let (name, value) = (self.name(), self.expression(2));
        match self.random.below(kinds) {
            0 => self.line(depth, &format!("{name} = {value}")),
            1 => self.line(depth, &format!("{name} += {value}")),
            2 => {
                let (other, second) = (self.name(), self.expression(1));
                self.line(depth, &format!("{name}, {other} = {value}, {second}"));
            }
            3 if in_loop => self.line(depth, "break"),
            4 if in_loop => self.line(depth, "continue"),
            3 | 5 => self.line(depth, &format!("return {value}")),
            4 | 6 => {
                let class = self.random.pick(&["ValueError", "KeyError", "TypeError"]);
                self.line(depth, &format!("if {value}: raise {class}({name})"));
            }
            7 => {
                let line = format!("del {name}");
                let line = if self.random.below(3) == 0 { line } else { format!("assert {value}") };
                self.line(depth, &line);
            }
            8 => {
                self.headed(&format!("for {name} in range({}):", value.len() % 4), depth, true);
                if self.random.below(2) == 0 {
                    self.headed("else:", depth, in_loop);
                }
            }
            9 => {
                self.headed(&format!("if {value}:"), depth, in_loop);
                self.headed("else:", depth, in_loop);
            }
            _ => self.try_statement(depth, in_loop),
        }
    }

    fn try_statement(&mut self, depth: usize, in_loop: bool) {
        self.headed("try:", depth, in_loop);
        let handlers = self.random.below(3);
        for _ in 0..handlers {
            let class = self.random.pick(&[
                "ValueError",
                "(TypeError, KeyError)",
                "ZeroDivisionError as e",
                "NameError as b",
                "Exception as a",
            ]);
            self.headed(&format!("except {class}:"), depth, in_loop);
            if self.random.below(3) == 0 {
                self.line(depth + 1, "raise");
            }
        }
        if handlers > 0 && self.random.below(3) == 0 {
            self.headed("else:", depth, in_loop);
        }
        if handlers == 0 || self.random.below(2) == 0 {
            self.headed("finally:", depth, in_loop);
        }
    }
}

fn function(seed: u64) -> String {
    let text = "def g(a, b):\n  if a:\n    c = b\n  return c\ndef f(a, b):\n".to_owned();
    let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut writer = Writer { random, text, room: 25 };
    (0..20).for_each(|_| _ = writer.random.below(2));
    while writer.room > 0 {
        writer.statement(1, false);
    }
    writer.line(1, "return a, b");
    // Makes them local in every function.
    writer.line(1, "c = d = 0");
    writer.text
}

#[test]
fn random_functions_are_the_interpreters() {
    let texts: Vec<String> = (1..=400).map(function).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (left, all) = compare(&texts, |_, reason| reason == "beyond this interpreter");
    assert!(left * 4 < all, "{left} of {all} are not compared");
}
