//! The assembler's interface: a path to an image with all that is known about it.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::{
    ast::{SExpr, TestAttr},
    diag::{Diagnostic, Diagnostics},
    flow::analyse,
    image::Image,
    link::link,
    lint,
    listing::{self, HintInfo},
    load::load,
    lower::{Evaluator, ir::UnitKind, lower},
    source_map::{self, SourceMap},
    span::{Files, Sources},
};

/// What an assembly is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Constants from outside, such as those shared with Rust.
    pub constants: BTreeMap<String, U256>,
    /// Refuse procedures without a header.
    pub require_headers: bool,
}

/// A test: run from its entry with its inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Micro-pc to begin at, in the test image.
    pub entry: u32,
    /// Public input words.
    pub public: Vec<U256>,
    /// Private input words.
    pub private: Vec<U256>,
    /// Public output words that the run must end with, where they are given.
    pub output: Option<Vec<U256>>,
    /// Whether the run must get stuck on a row that cannot be satisfied, rather than halt.
    pub stuck: bool,
}

/// The image that a program's tests run on: the program with the tests beside it.
#[derive(Clone, Debug, Default)]
pub struct TestImage {
    /// Instructions; the program's own come first where nothing but tests is added.
    pub image: Image,
    /// Its source map.
    pub source_map: SourceMap,
    /// The tests.
    pub tests: Vec<Test>,
}

/// An assembled program.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// The image.
    pub image: Image,
    /// Where each row comes from.
    pub source_map: SourceMap,
    /// The listing.
    pub listing: String,
    /// Hints with the rows that check them.
    pub hints: Vec<HintInfo>,
    /// The tests and the image they run on; the same as `image` but for them.
    pub tests: TestImage,
    /// The sources.
    pub sources: Arc<Sources>,
}

/// Assembles the program whose first file is at `path`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn assemble(path: &Path, files: &Files, options: &Options) -> Result<Assembly, Diagnostics> {
    let program = load(path, files);
    let sources = Arc::new(program.sources);
    let mut errors = program.errors;
    if options.require_headers {
        errors.extend(lint::headers(&program.items));
    }
    let syntax_only =
        errors.iter().any(|e| matches!(e.code, "asm::syntax" | "asm::character" | "asm::include"));
    // Lowering with the tests finds every error; flow analysis waits for a program that is whole.
    let mut tested = lower(&program.items, &options.constants, true);
    if syntax_only {
        // Names that a lost statement would have declared are not worth an error each.
        tested.errors.retain(|e| {
            !matches!(
                e.code,
                "asm::unknown_name"
                    | "asm::unknown_label"
                    | "asm::unknown_proc"
                    | "asm::unknown_routine"
                    | "asm::unknown_macro"
                    | "asm::unknown_member"
                    | "asm::no_faults"
                    | "asm::space"
            )
        });
    }
    errors.append(&mut tested.errors);
    if syntax_only {
        return Err(Diagnostics::new(sources, errors));
    }
    if options.require_headers {
        errors.extend(lint::rows(&tested.units));
    }
    let facts = analyse(&tested, &mut errors);
    let (test_image, test_layout) = link(&tested, &mut errors);
    let tests = tests(&tested, &test_layout, &program.items, options, &mut errors);
    if !errors.is_empty() {
        return Err(Diagnostics::new(sources, errors));
    }
    let test_map = source_map::build(&tested, &test_layout, &sources);
    drop((facts, tested));

    let plain = lower(&program.items, &options.constants, false);
    let facts = analyse(&plain, &mut errors);
    let (image, layout) = link(&plain, &mut errors);
    errors.extend(plain.errors.iter().cloned());
    if !errors.is_empty() {
        return Err(Diagnostics::new(sources, errors));
    }
    let source_map = source_map::build(&plain, &layout, &sources);
    Ok(Assembly {
        listing: listing::listing(&plain, &layout, &image, &source_map, &sources),
        hints: listing::hints(&plain, &facts, &layout, &sources),
        tests: TestImage { image: test_image, source_map: test_map, tests },
        image,
        source_map,
        sources,
    })
}

fn tests(
    program: &crate::lower::Lowered,
    layout: &crate::link::Layout,
    items: &[crate::ast::Item],
    options: &Options,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Test> {
    let mut out = vec![];
    let mut eval = Evaluator::new(items, &options.constants);
    for (id, unit) in program.units.iter().enumerate() {
        let UnitKind::Test(attr) = &unit.kind else { continue };
        let TestAttr { public, private, output, stuck } = &**attr;
        let mut words =
            |list: &[SExpr]| list.iter().filter_map(|e| eval.word(e, errors)).collect::<Vec<U256>>();
        out.push(Test {
            name: unit.name.clone(),
            entry: layout.base(id).unwrap_or(0) as u32,
            public: words(public),
            private: words(private),
            output: output.as_ref().map(|o| words(o)),
            stuck: *stuck,
        });
    }
    out
}
