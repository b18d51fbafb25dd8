//! The zkrom micro-assembly: instruction set, assembler and ROM images.
