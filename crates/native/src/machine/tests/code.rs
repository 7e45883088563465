//! Making and freeing machine code.

use std::time::{Duration, Instant};

use super::*;
use crate::ir::draft::{Draft, FLOAT};
use crate::ir::{BinaryOp, BlockId, Comparison, End, HostFunction, Type};

/// As much as fifty lines of Python: in each a call of libm, arithmetic, a branch.
fn fifty_lines() -> Module {
    let mut draft = Draft::new("long", &[Type::Float], &[Type::Float]);
    let (x, sum) = (draft.parameter(0), draft.var(Type::Float));
    let zero = draft.float(0.0);
    draft.op(crate::ir::Op::Copy { to: sum, from: zero });
    for line in 0..50_u32 {
        let factor = draft.float(f64::from(line));
        let product = draft.binary(BinaryOp::MultiplyFloat, x, factor);
        let sine = draft.host(HostFunction::Sin, &[product])[0];
        let test = draft.binary(BinaryOp::CompareFloat(Comparison::Less), sine, sum);
        let [yes, no] = [1, 2].map(|next| BlockId(line * 2 + next));
        draft.end(End::Branch { test, yes, no });
        let total = draft.binary(BinaryOp::AddFloat, sum, sine);
        draft.op(crate::ir::Op::Copy { to: sum, from: total });
        draft.end(End::Jump(no));
    }
    draft.end(End::Return(vec![sum]));
    draft.module(&[FLOAT], FLOAT)
}

#[test]
fn fifty_lines_compile_in_twenty_milliseconds() {
    let module = fifty_lines();
    let once = || {
        let begin = Instant::now();
        drop(compile(&module).unwrap());
        begin.elapsed()
    };
    let best = (0..10).map(|_| once()).min().unwrap();
    assert!(best < Duration::from_millis(20), "{best:?}");
}

/// How many bytes of this process's memory hold code.
#[cfg(target_os = "linux")]
fn code_bytes() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let bytes = |line: &str| {
        let (begin, end) = line.split(' ').next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        Some(address(end)? - address(begin)?)
    };
    maps.lines().filter(|line| line.contains("r-x")).filter_map(bytes).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn code_is_freed_with_its_owner() {
    let module = fifty_lines();
    let before = code_bytes();
    let kept: Vec<_> = (0..50).map(|_| compile(&module).unwrap()).collect();
    let with_code = code_bytes();
    // A page each, at least.
    assert!(with_code >= before + (50 << 12), "{before} {with_code}");
    drop(kept);
    let after = code_bytes();
    assert!(after < before + (10 << 12), "{before} {after}");
}

#[test]
fn code_runs_in_many_threads() {
    let compiled = compile(&fifty_lines()).unwrap();
    let run = || {
        let stop = AtomicBool::new(false);
        let answer = compiled.run(&[floats(&[0.5; 1000])], None, 1000, &stop);
        float_answers(&answer.unwrap().unwrap())
    };
    let expected = run();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}
