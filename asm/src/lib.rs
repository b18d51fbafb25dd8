//! The zkrom micro-assembly: the instruction set of the uVM ([`isa`]), the assembler that turns
//! `.zkasm` sources into a ROM [`image`], and what is known about a program before it runs
//! (listing, source map, digests).
//!
//! ```
//! use std::path::Path;
//! use zkrom_asm::{Files, Options, assemble};
//!
//! let source = "routine main() {\n    halt\n}\n";
//! let files = Files::memory([("main.zkasm", source)]);
//! let assembly = assemble(Path::new("main.zkasm"), &files, &Options::default()).unwrap();
//! assert_eq!(assembly.image.instrs.len(), 1);
//! ```
//!
//! | stage | module |
//! |---|---|
//! | text to tokens | `lexer` |
//! | tokens to the syntax tree, with `nom` | `parser` |
//! | includes | `load` |
//! | names, operands, blocks and calls to rows | `lower` |
//! | reachability, unset reads, clobbers, hints | `flow` |
//! | addresses and opcode tables | `link` |
//! | rules of the instruction set | [`validate`] |

mod assemble;
pub mod ast;
mod consts;
pub mod diag;
mod digest;
pub mod display;
pub mod evm;
pub mod file;
mod flow;
mod format;
pub mod image;
pub mod isa;
mod lexer;
mod link;
mod lint;
pub mod listing;
mod load;
mod lower;
mod ops;
mod parser;
pub mod source_map;
pub mod span;
pub mod validate;

pub use assemble::{Assembly, Options, Test, TestImage, assemble};
pub use diag::Diagnostics;
pub use format::format_source;
pub use image::Image;
pub use span::Files;
