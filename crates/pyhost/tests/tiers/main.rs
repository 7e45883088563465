//! What a compiler gets of a function, and what becomes of its answer.

#![expect(clippy::unwrap_used, reason = "what tests share")]

mod members;
mod states;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{
    AggregateKernel, AggregateTask, Binding, CallContext, CompileTask, Compiler, Constant,
    Determinism, Function, Kernel, LiveCode, MathReference, Refusal, Result, ScalarKernel,
    StateParts, Tier, TierChoice, TierReason, WindowKernel, WindowTask,
};
use arrowsmith_pyhost::{Loading, StandIn, load_source};
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use support::{attached, module_of, start};

/// Takes what has the word `fast` in its text, and keeps what it may ask for later.
#[derive(Debug, Default)]
struct Picky {
    lives: Mutex<Vec<Arc<dyn LiveCode>>>,
    /// Of aggregates and windows.
    parts: Mutex<Vec<StateParts>>,
}

impl Picky {
    fn takes(&self, parts: &StateParts, live: &Arc<dyn LiveCode>) -> bool {
        self.lives.lock().push(Arc::clone(live));
        self.parts.lock().push(parts.clone());
        parts.sources.iter().any(|(_, source)| source.function_text().contains("fast"))
    }
}

#[derive(Debug)]
struct Compiled(Arc<dyn ScalarKernel>);

impl ScalarKernel for Compiled {
    fn tier(&self) -> Tier {
        Tier::Native
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        self.0.invoke(columns, rows, context)
    }
}

impl Compiler for Picky {
    fn compile(
        &self,
        task: &CompileTask<'_>,
        math: &dyn MathReference,
    ) -> std::result::Result<Arc<dyn ScalarKernel>, Refusal> {
        assert_eq!(math.call("math.sqrt", &[9.0]), Some(3.0));
        assert_eq!(math.call("math.sqrt", &[-1.0]), None);
        assert_eq!(math.call("math.nothing", &[1.0]), None);
        self.lives.lock().push(Arc::clone(&task.live));
        let text = task.source.function_text();
        assert!(!text.contains("panic"), "told to");
        if text.contains("fast") {
            return Ok(Arc::new(Compiled(Arc::clone(&task.fallback))));
        }
        Err(too_slow())
    }

    fn compile_aggregate(
        &self,
        task: &AggregateTask<'_>,
        math: &dyn MathReference,
    ) -> std::result::Result<Arc<dyn AggregateKernel>, Refusal> {
        assert_eq!(math.call("math.sqrt", &[9.0]), Some(3.0));
        let kernel = Arc::clone(&task.fallback);
        if self.takes(task.parts, &task.live) { Ok(kernel) } else { Err(too_slow()) }
    }

    fn compile_window(
        &self,
        task: &WindowTask<'_>,
        _math: &dyn MathReference,
    ) -> std::result::Result<Arc<dyn WindowKernel>, Refusal> {
        let kernel = Arc::clone(&task.fallback);
        if self.takes(task.parts, &task.live) { Ok(kernel) } else { Err(too_slow()) }
    }
}

fn too_slow() -> Refusal {
    Refusal { file: "plugin.py".into(), line: 7, column: 3, reason: "too slow".into() }
}

fn load_as(text: &str, tier: TierChoice) -> Result<Vec<Arc<Function>>> {
    start();
    let compiler = Picky::default();
    let manifest = load_source(text, "plugin.py", &Loading { compiler: Some(&compiler), tier })?;
    Ok(manifest.functions().to_vec())
}

fn only(text: &str) -> Arc<Function> {
    Arc::clone(load_as(text, TierChoice::Auto).unwrap().last().unwrap())
}

fn reason(text: &str) -> String {
    let function = only(text);
    assert_eq!(function.tier(), Tier::Inline, "{text}");
    assert_eq!(function.determinism, Determinism::Auto, "{text}");
    function.tier_reason.as_ref().unwrap().to_string()
}

#[test]
fn what_is_compiled_is_pure_unless_its_author_says_otherwise() {
    let function = only("@db.scalar_fn\ndef fast(x: float) -> float: return x");
    assert_eq!((function.tier(), function.determinism), (Tier::Native, Determinism::Pure));
    assert_eq!(function.tier_reason, Some(TierReason::Compiled));
    let text =
        "@db.scalar_fn(determinism='nondeterministic')\ndef fast(x: float) -> float: return x";
    assert_eq!(only(text).determinism, Determinism::Nondeterministic);
}

#[test]
fn what_is_not_compiled_runs_inline_and_says_why() {
    let scalar = "@db.scalar_fn(args=['float'], returns='float')\n";
    for (text, expected) in [
        (format!("{scalar}def slow(x): return x"), "line 7, column 3: too slow"),
        (format!("{scalar}class fast:\n def __call__(self, x): return x"), "a class"),
        (
            "@db.scalar_fn(vectorized=True)\ndef fast(x: float) -> float: return x".to_owned(),
            "vectorized",
        ),
        (
            format!("def make(n):\n {scalar} def fast(x): return x + n\nmake(1)"),
            "it has a closure",
        ),
        (
            format!("def plain(x): return x\n{scalar}def fast(x): return x\nfast.__wrapped__ = plain"),
            "it wraps another function",
        ),
        (
            format!("{scalar}def fast(x, by=2): return x * by\nfast.__defaults__ = (True,)"),
            "its defaults are not those of its text",
        ),
        (
            "import functools\ndb.scalar_fn('f', args=['float'], returns='float')(functools.partial(pow, 2.0))"
                .to_owned(),
            "not a plain function",
        ),
        (
            format!("exec('''{scalar}def fast(x): return x''')"),
            "its text is not known, or is not what runs",
        ),
        (
            "@db.procedure(yields={'a': 'float'})\ndef fast(x: float): yield (x,)".to_owned(),
            "a procedure",
        ),
        (format!("{scalar}def fast_panic(x): return x"), "internal error in Arrowsmith: panic: told to; please report it with the query and the plugin that led here"),
    ] {
        let found = reason(&text);
        assert!(found.ends_with(expected), "{found} of {text}");
    }
}

#[test]
fn declarations_win_over_the_default() {
    let text = |tier: &str| format!("@db.scalar_fn{tier}\ndef fast(x: float) -> float: return x");
    let tier = |text: &str, default| load_as(text, default).map(|functions| functions[0].tier());
    let inline = TierChoice::Only(Tier::Inline);
    let native = TierChoice::Only(Tier::Native);
    assert_eq!(tier(&text(""), inline).unwrap(), Tier::Inline);
    assert_eq!(tier(&text("(tier='auto')"), inline).unwrap(), Tier::Native);
    assert_eq!(tier(&text("(tier='native')"), inline).unwrap(), Tier::Native);
    assert_eq!(tier(&text("(tier='inline')"), native).unwrap(), Tier::Inline);
    let message = tier(&text("(tier='jail')"), native).unwrap_err().to_string();
    assert!(message.contains("it is one of auto, native, inline"), "{message}");
}

#[test]
fn native_that_cannot_be_is_an_error_with_its_place() {
    let refused = |text: &str, default| load_as(text, default).unwrap_err().to_string();
    let slow = "@db.scalar_fn(tier='native')\ndef slow(x: float) -> float: return x";
    assert_eq!(
        refused(slow, TierChoice::Auto),
        "plugin.py:7: slow must be native and can't be compiled: column 3: too slow"
    );
    let class = "\n@db.aggregate_fn\nclass total:\n def add(self, x: float): ...\n def merge(self, o): ...\n def result(self) -> float: ...";
    assert_eq!(
        refused(class, TierChoice::Only(Tier::Native)),
        "plugin.py:7: total must be native and can't be compiled: column 3: too slow"
    );
}

#[test]
fn hosts_without_a_compiler_run_everything_inline() {
    let function = support::function("@db.scalar_fn\ndef fast(x: float) -> float: return x");
    assert_eq!(function.tier(), Tier::Inline);
    assert_eq!(function.tier_reason, Some(TierReason::Unfit("there is no compiler".into())));
}

#[test]
fn functions_that_call_themselves_say_so_and_defaults_are_values() {
    let text = "SIZE = 2\ndef even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\n\
        def half(n, by=SIZE, *, to=[]): return half(n)\nSIZE = 3\n\
        @db.scalar_fn\ndef fast(n: int) -> int: return fast(half(n)) if even(n) else SIZE";
    let function = only(text);
    let source = function.source.as_ref().unwrap();
    let binding = |name: &str| &source.bindings.iter().find(|(n, _)| &**n == name).unwrap().1;
    assert_eq!(binding("fast"), &Binding::Itself);
    assert_eq!(binding("SIZE"), &Binding::Constant(Constant::Int(3)));
    let Binding::Helper(half) = binding("half") else { panic!("{source:?}") };
    assert_eq!(half.bindings, [("half".into(), Binding::Itself)]);
    let size = Binding::Constant(Constant::Int(2));
    assert_eq!(half.defaults, [("by".into(), size), ("to".into(), Binding::Opaque)]);
    let Binding::Helper(even) = binding("even") else { panic!("{source:?}") };
    let Binding::Helper(odd) = &even.bindings[0].1 else { panic!("{even:?}") };
    assert_eq!(odd.bindings, [("even".into(), Binding::Opaque)]);
}

/// Runs code among the names of a plugin's module.
#[expect(clippy::unwrap_used, reason = "only tests call it, and clippy sees no test in it")]
fn running_in(module: &str) -> impl Fn(&str) {
    let names = attached(|py| {
        Ok(module_of(py, module)?.getattr("__dict__")?.cast_into::<PyDict>()?.unbind())
    });
    move |code| {
        let code = std::ffi::CString::new(code).unwrap();
        attached(|py| py.run(&code, Some(names.bind(py)), None));
    }
}

#[test]
fn changes_of_what_was_compiled_are_found() {
    start();
    let text = "import math\nSCALE = 2.0\nNAME = 'x' * 3\ndef helper(x, by=1, *, to=2): return abs(x) * by\n\
        @db.scalar_fn\ndef fast(x: float) -> float: return helper(math.sin(x)) * SCALE + len(NAME)\n";
    let compiler = Picky::default();
    let loading = Loading { compiler: Some(&compiler), tier: TierChoice::Auto };
    let manifest = load_source(text, "plugin.py", &loading).unwrap();
    let Kernel::Scalar(_) = &manifest.functions()[0].kernel else { panic!("a scalar") };
    let live = Arc::clone(&compiler.lives.lock()[0]);
    let run = running_in("plugin");
    assert_eq!(live.changed(), None);
    for (change, undo, expected) in [
        ("SCALE = 3.0", "SCALE = 2.0", Some("the global SCALE changed")),
        ("SCALE = 2", "SCALE = 2.0", Some("the global SCALE changed")),
        ("SCALE = float('2')", "pass", None),
        ("NAME = ''.join('xxx')", "pass", None),
        ("kept = helper; del helper", "helper = kept", Some("the global helper changed")),
        (
            "kept = helper.__code__; helper.__code__ = (lambda x: x).__code__",
            "helper.__code__ = kept",
            Some("the code of helper changed"),
        ),
        (
            "kept = helper.__defaults__; helper.__defaults__ = (3,)",
            "helper.__defaults__ = kept",
            Some("the defaults of helper changed"),
        ),
        (
            "helper.__kwdefaults__['to'] = 3",
            "helper.__kwdefaults__['to'] = 2",
            Some("the keyword defaults of helper changed"),
        ),
        ("kept = math.sin; math.sin = math.cos", "math.sin = kept", Some("math.sin changed")),
        ("abs = len", "del abs", Some("the global abs hides the builtin")),
        (
            "import builtins; kept = builtins.abs; builtins.abs = len",
            "builtins.abs = kept",
            Some("the builtin abs changed"),
        ),
        (
            "class Evil(float):\n def __eq__(self, other): raise SystemExit\nSCALE = Evil(2)",
            "SCALE = 2.0",
            Some("the global SCALE changed"),
        ),
        (
            "math = type('math', (), {'__getattr__': lambda s, n: 1 / 0})()",
            "import math",
            Some("the global math changed"),
        ),
    ] {
        run(change);
        assert_eq!(live.changed().as_deref(), expected, "after {change}");
        run(undo);
        assert_eq!(live.changed(), None, "after {undo}");
    }
}

#[test]
fn modules_are_watched_whatever_a_plugin_puts_in_their_place() {
    start();
    let replaced = [
        "sys.modules['math'] = types.SimpleNamespace()",
        "copy = types.ModuleType('math'); copy.__dict__.update(math.__dict__); sys.modules['math'] = copy",
        "asked = []\nsys.asked = asked\nreal = builtins.__import__\n\
            def replaced(name, *rest): asked.append(name); return real(name, *rest)\n\
            builtins.__import__ = replaced",
    ];
    for replacement in replaced {
        let text = format!(
            "import builtins, math, sys, types\n{replacement}\n\
            @db.scalar_fn\ndef fast(x: float) -> float: return math.sin(abs(x))\n"
        );
        let compiler = Picky::default();
        let loading = Loading { compiler: Some(&compiler), tier: TierChoice::Auto };
        let (builtins, kept) = attached(|py| {
            let builtins = py.import("builtins")?;
            Ok((builtins.clone().unbind(), builtins.getattr("__import__")?.unbind()))
        });
        let loaded = load_source(&text, "plugin.py", &loading);
        let live = compiler.lives.lock().first().map(Arc::clone);
        let changed = || live.as_ref().and_then(|live| live.changed());
        let before = changed();
        let run = |code| attached(|py| py.run(code, None, None));
        run(c"import sys; import _arrowsmith_host.bindings as own; own.kept = own.math.sin; own.math.sin = len");
        let after = changed();
        run(c"import _arrowsmith_host.bindings as own; own.math.sin = own.kept; sys.modules['math'] = own.math");
        attached(|py| builtins.bind(py).setattr("__import__", kept));
        assert!(loaded.is_ok(), "{loaded:?} of {text}");
        assert_eq!((before, after), (None, Some("math.sin changed".into())), "{text}");
    }
    let asked: Vec<String> = attached(|py| py.import("sys")?.getattr("asked")?.extract());
    assert!(asked.contains(&"sys".to_owned()), "{asked:?}");
    assert!(!asked.iter().any(|name| ["math", "builtins"].contains(&name.as_str())), "{asked:?}");
}

#[test]
fn what_stands_for_a_function_may_take_its_name() {
    start();
    let text = "@db.scalar_fn\ndef fast(x: float) -> float: return fast(x)\n";
    let compiler = Picky::default();
    let loading = Loading { compiler: Some(&compiler), tier: TierChoice::Auto };
    let manifest = load_source(text, "standing.py", &loading).unwrap();
    let live = Arc::clone(&compiler.lives.lock()[0]);
    let rename = |stands_for_it: bool| {
        attached(|py| {
            let module = module_of(py, "standing")?;
            let options = PyDict::new(py);
            let function = module.getattr("kept").or_else(|_| module.getattr("fast"))?;
            module.setattr("kept", &function)?;
            options.set_item(
                "stands_for",
                if stands_for_it { function } else { py.None().into_bound(py) },
            )?;
            module.setattr("fast", py.get_type::<StandIn>().call((), Some(&options))?)
        });
    };
    rename(true);
    assert_eq!(live.changed(), None);
    rename(false);
    assert_eq!(live.changed().as_deref(), Some("the global fast changed"));
    drop(manifest);
}
