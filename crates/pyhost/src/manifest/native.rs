//! What a compiler is given of a function of each kind.

use std::sync::Arc;

use arrowsmith_contract::{
    AggregateTask, CompileTask, Compiler, FunctionSource, Kernel, LiveCode, MathReference, Member,
    Refusal, StateForm, StateParts, WindowTask,
};

use crate::door;
use crate::kernel::{Callee, PythonAggregate, PythonProcedure, PythonScalar, PythonWindow};

/// The interpreter's kernel, which a compiled one leaves rows to.
pub(super) enum Inline {
    Scalar(Arc<PythonScalar>),
    Aggregate(Arc<PythonAggregate>),
    Window(Arc<PythonWindow>),
    Procedure(Arc<PythonProcedure>),
}

/// The text of a function, and those of the parts that it is made of.
pub(super) struct Texts {
    pub(super) source: Option<Arc<FunctionSource>>,
    pub(super) parts: Option<StateParts>,
}

type Compiled = Result<Kernel, Refusal>;

impl Inline {
    pub(super) fn into_kernel(self) -> Kernel {
        match self {
            Self::Scalar(kernel) => Kernel::Scalar(kernel),
            Self::Aggregate(kernel) => Kernel::Aggregate(kernel),
            Self::Window(kernel) => Kernel::Window(kernel),
            Self::Procedure(kernel) => Kernel::Procedure(kernel),
        }
    }

    /// None where there is no text. A compiler that breaks leaves the function where it ran before
    /// there was one.
    pub(super) fn compile(
        &self,
        compiler: &dyn Compiler,
        math: &dyn MathReference,
        texts: &Texts,
        live: Arc<dyn LiveCode>,
    ) -> Option<Compiled> {
        let compiled = door::catch_panic(|| match self {
            Self::Scalar(kernel) => {
                Some(scalar(compiler, math, kernel, texts.source.as_ref()?, live))
            }
            Self::Aggregate(kernel) => {
                Some(aggregate(compiler, math, kernel, texts.parts.as_ref()?, live))
            }
            Self::Window(kernel) => {
                Some(window(compiler, math, kernel, texts.parts.as_ref()?, live))
            }
            Self::Procedure(_) => None,
        });
        compiled.unwrap_or_else(|panic| {
            let source = texts.first()?;
            log::warn!("a function of {} runs inline: {panic}", source.file);
            Some(Err(Refusal {
                file: Arc::clone(&source.file),
                line: source.span.first_line,
                column: 1,
                reason: panic.to_string(),
            }))
        })
    }
}

impl Texts {
    /// Each part's, where there are several, and those of the methods that they call.
    pub(super) fn of_parts(&self) -> Vec<Arc<FunctionSource>> {
        let Some(StateParts { sources, form }) = &self.parts else { return vec![] };
        let members = match form {
            StateForm::Functions => &[][..],
            StateForm::Methods { members } | StateForm::Object { members, .. } => members,
        };
        let methods = members.iter().filter_map(|(_, member)| match member {
            Member::Method(source) | Member::Static(source) => Some(source),
            _ => None,
        });
        sources.iter().map(|(_, source)| source).chain(methods).map(Arc::clone).collect()
    }

    fn first(&self) -> Option<&Arc<FunctionSource>> {
        let part = || Some(&self.parts.as_ref()?.sources.first()?.1);
        self.source.as_ref().or_else(part)
    }
}

fn scalar(
    compiler: &dyn Compiler,
    math: &dyn MathReference,
    kernel: &Arc<PythonScalar>,
    source: &Arc<FunctionSource>,
    live: Arc<dyn LiveCode>,
) -> Compiled {
    let Callee { function, signature, policy, .. } = &kernel.callee;
    let fallback = Arc::<PythonScalar>::clone(kernel);
    let task = CompileTask { function, source, signature, policy: *policy, fallback, live };
    compiler.compile(&task, math).map(Kernel::Scalar)
}

fn aggregate(
    compiler: &dyn Compiler,
    math: &dyn MathReference,
    kernel: &Arc<PythonAggregate>,
    parts: &StateParts,
    live: Arc<dyn LiveCode>,
) -> Compiled {
    let Callee { function, signature, policy, .. } = kernel.callee();
    let fallback = Arc::<PythonAggregate>::clone(kernel);
    let task = AggregateTask { function, parts, signature, policy: *policy, fallback, live };
    compiler.compile_aggregate(&task, math).map(Kernel::Aggregate)
}

fn window(
    compiler: &dyn Compiler,
    math: &dyn MathReference,
    kernel: &Arc<PythonWindow>,
    parts: &StateParts,
    live: Arc<dyn LiveCode>,
) -> Compiled {
    let Callee { function, signature, policy, .. } = kernel.callee();
    let fallback = Arc::<PythonWindow>::clone(kernel);
    let task = WindowTask { function, parts, signature, policy: *policy, fallback, live };
    compiler.compile_window(&task, math).map(Kernel::Window)
}
