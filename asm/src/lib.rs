//! The zkrom micro-assembly: the instruction set of the uVM ([`isa`]), the assembler that turns
//! `.zkasm` sources into a ROM [`image`], and what is known about a program before it runs
//! (listing, source map, digests).

pub mod image;
pub mod isa;
